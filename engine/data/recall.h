// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"

#include <span>

namespace annscope {

/// Tie-aware recall@k of one answer: the share of the k returned vectors that are at most as far as the true
/// k-th neighbour, judged by exact distance with a relative tolerance of 1e-5 for rounding. exact: the
/// returned ids' exact distances (infinity for missing ones); truth: the true distances, ascending, at least
/// k, infinite where there are fewer rows than k (only the finite ones count). Repeated ids must be passed as
/// missing.
double recall_at_k(std::span<const float> exact, std::span<const float> truth, std::size_t k) noexcept;

struct RecallSummary {
    double mean = 0, p5 = 0; ///< p5: 5th percentile over the queries (nearest rank)
    std::vector<float> per_query;
};
RecallSummary summarize_recall(std::vector<float> per_query);

} // namespace annscope
