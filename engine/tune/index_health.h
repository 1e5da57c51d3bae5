// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/health.h"
#include "tune/sweep.h"

#include <cstdint>
#include <vector>

namespace annscope {

/// One layer of a hierarchy, the base first.
struct LevelHealth {
    std::size_t nodes = 0;
    std::uint64_t edges = 0;
    std::size_t unreachable = 0; ///< from the entry through the layers above

    double mean_degree() const noexcept {
        return nodes == 0 ? 0 : static_cast<double>(edges) / static_cast<double>(nodes);
    }
};

/// What searches cost that start in a graph, one value a query.
struct SearchWork {
    SearchParams params; ///< all of them
    std::size_t k = 0;
    std::vector<std::uint32_t> hops, distances; ///< nodes expanded; vectors and codes compared
    double recall = 0;                          ///< mean recall@k; 0 where there is no truth
    bool judged = false;                        ///< there was a truth to compare with
    /// True k nearest neighbours of these queries that no search can arrive at, of all of them.
    std::uint64_t hidden = 0, wanted = 0;

    double mean_hops() const noexcept;
    double mean_distances() const noexcept;
    /// No search parameter leads beyond this recall.
    double highest_recall() const noexcept {
        return wanted == 0 ? 1 : 1 - static_cast<double>(hidden) / static_cast<double>(wanted);
    }
};

/// The health of the graph in an index: of its links, of its edges among the vectors, of searches in it.
struct IndexHealth {
    std::string spec;
    std::size_t max_degree = 0; ///< allowed
    std::uint32_t entry = 0;
    GraphHealth graph;               ///< of the base layer
    std::vector<LevelHealth> levels; ///< base first; one where there is no hierarchy
    std::vector<Id> unreachable_ids; ///< rows of the data that no search can find, ascending
    EdgeLengths lengths;
    SearchWork work;
};

struct HealthOptions {
    SearchParams params;                ///< of the searches; the index's defaults where not named
    std::size_t k = 10;                 ///< at most the number of vectors counts
    std::size_t most_edges = 1'000'000; ///< measured; a sample of the nodes where there are more
};

/// Examines an index that has a graph. workload: its base holds each vector of the index at the row of its
/// id; its queries and truth may be empty, then nothing is searched or judged. What counts as reachable in
/// the base of a hierarchy is what can be walked to from any node at which a descent may arrive. The same for
/// any number of threads. Phases: those of examine_graph and edge_lengths, "Searching". Errors: Unsupported
/// (no graph), DimensionMismatch, those of search, Cancelled.
Result<IndexHealth> examine_index(const Index& index, const Workload& workload, const HealthOptions& options,
                                  const Control& control);

/// The searches of examine_index alone, e.g. with other parameters. unreachable: of a health of the same
/// index, ascending. Phase: "Searching". Errors: those of search, Cancelled.
Result<SearchWork> examine_searches(const Index& index, const Workload& workload,
                                    const HealthOptions& options, const std::vector<Id>& unreachable,
                                    const Control& control);

/// The graph's base layer for the checks. view must outlive it.
GraphLinks links_of(const GraphView& view);

} // namespace annscope
