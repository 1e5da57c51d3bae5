// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"
#include "tune/loss.h"

#include <unordered_map>

namespace annscope {

/// What is asked of an index once, before its misses are looked at one by one.
struct LossFacts {
    std::vector<std::uint32_t> cell_of; ///< by id; empty: there are no cells
    std::vector<bool> reachable;        ///< by id; empty: there is no graph
    GroundTruth transformed;            ///< nearest after the transform; empty: there is none
    bool codes = false;                 ///< what is reported are not distances of vectors in full

    /// transformed_k: neighbours that a search looks at again. Errors: Cancelled, OutOfMemory.
    static Result<LossFacts> of(const Index& index, const Workload& workload, std::size_t transformed_k,
                                const Control& control);
};

/// What the trace of one query tells of the vectors that it met.
class TracedQuery {
public:
    TracedQuery(const LossFacts& facts, const PathTrace& trace, std::size_t query);
    /// Reason and rank of one that was not returned.
    void judge(Miss& miss) const;

private:
    struct Met {
        float distance;
        bool kept;
        bool reranked;
    };
    std::size_t rank_of(float distance) const;

    const LossFacts& m_facts;
    std::size_t m_query;
    std::unordered_map<Id, Met> m_met;
    std::unordered_map<Id, std::size_t> m_probed; ///< cell -> rank
    std::vector<float> m_distances;               ///< of all met, ascending
};

} // namespace annscope
