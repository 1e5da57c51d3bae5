// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"
#include "tune/study_sample.h"

#include <span>
#include <vector>

namespace annscope {

struct NeighbourRank;

/// All rows of a sample in the order in which an index gives them for one query.
class CodeOrder {
public:
    /// Keeps a pointer to the sample.
    explicit CodeOrder(const StudySample& sample) noexcept : m_sample(&sample) {}

    /// Asks for all rows, in all cells. Cost: a scan of all codes, and a sort. Errors: those of search.
    Status search(const Index& index, std::size_t query);

    /// Infinite where the index did not give the row.
    float distance_of(std::size_t row) const noexcept { return m_distance_of[row]; }
    /// The ranks of the query's true neighbours in this order, and where those leave the k that are nearest
    /// by refined (null: by exact distance, which never lets go of a true neighbour). out: k.
    void rank_neighbours(std::size_t query, const CodeOrder* refined, std::span<NeighbourRank> out) const;
    /// Distances of the candidates at ranks k, 2 k, 3 k, ...; infinite beyond the last row.
    void cut(std::span<float> out) const;

private:
    const StudySample* m_sample;
    std::vector<Id> m_ids; ///< only those that were given
    std::vector<float> m_distances, m_distance_of;
};

} // namespace annscope
