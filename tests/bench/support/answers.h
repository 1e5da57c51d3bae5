// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/dataset.h"

#include <cstddef>
#include <span>
#include <vector>

namespace annscope::bench {

/// What the answers to all queries are worth, and what is wrong with them.
struct Verdict {
    double recall = 0;
    std::size_t strangers = 0;       ///< ids that no vector has, or that stand twice in one answer
    std::size_t wrong_distances = 0; ///< reported for a vector, but not the distance to it
    std::size_t unordered = 0;       ///< distances smaller than the one before

    bool right() const noexcept { return strangers == 0 && wrong_distances == 0 && unordered == 0; }
};

/// Judges answers to the first queries of a data set by squared L2 distances in double precision.
class Judge {
public:
    /// data: float32, with at least k true neighbours a query; must outlive this. queries: at most its
    /// queries.
    Judge(const Dataset& data, std::size_t queries, std::size_t k);

    /// ids, distances: queries x k, kNoId where none was found. Recall is by distance, so that equally near
    /// neighbours count. of_vectors: the distances must be those to the vectors, up to the rounding of sums
    /// in single precision; else they only have to ascend.
    Verdict judge(std::span<const Id> ids, std::span<const float> distances, bool of_vectors) const;

private:
    /// Adds one answer; returns its recall.
    double judge_one(std::size_t query, std::span<const Id> ids, std::span<const float> distances,
                     bool of_vectors, Verdict& verdict) const;
    double squared_distance(std::size_t query, Id row) const;

    const Dataset& m_data;
    std::size_t m_queries, m_k;
    std::vector<float> m_truth;         ///< queries x k true distances
    std::vector<double> m_query_square; ///< squared lengths, by which rounding is measured
};

} // namespace annscope::bench
