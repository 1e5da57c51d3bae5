// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "graph/adjacency.h"

#include <cstdint>

namespace annscope {

/// What a search costs on a graph where it is good enough, in means per query.
struct SearchEffort {
    bool reached = false;  ///< false: no width gave the recall; the rest is of the widest one
    std::size_t width = 0; ///< of the search list
    double recall = 0, hops = 0, distances = 0;
};

struct EffortOptions {
    std::size_t k = 1;
    double recall = 0.95;
    std::size_t max_width = 200;
};

/// The smallest width of the search list, from k on, at which the mean recall of the k nearest is reached,
/// and what a query then costs. Truth is found by comparing with all; a result counts where it is as near as
/// the k-th true neighbour. base, queries: float32, the same dim; squared L2; k at most base.size(). For
/// small sets: widths are tried one by one. Errors: Cancelled. Throws std::bad_alloc.
Result<SearchEffort> effort_at_recall(const Adjacency& graph, std::uint32_t entry, const VectorSet& base,
                                      const VectorSet& queries, const EffortOptions& options,
                                      const Control& control);

} // namespace annscope
