// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"
#include "tune/loss.h"

namespace annscope {

/// What is asked of an index once, before its misses are looked at one by one.
struct LossFacts {
    std::vector<std::uint32_t> cell_of; ///< by id; empty: there are no cells
    std::vector<bool> reachable;        ///< by id; empty: there is no graph
    GroundTruth transformed;            ///< nearest after the transform; empty: there is none
    bool codes = false;                 ///< what is compared first are codes
    bool refined = false;               ///< what is found is ranked again
    bool cut_after_transform = false;   ///< what is ranked again are vectors before the transform

    /// most: the most neighbours that a search will keep before it ranks them again. Errors: Cancelled,
    /// OutOfMemory.
    static Result<LossFacts> of(const Index& index, const Workload& workload, std::size_t most,
                                const Control& control);
};

/// Neighbours that a search keeps before it ranks them again; k where it does not.
std::size_t kept_candidates(const Index& index, const SearchParams& params, std::size_t k);

/// What the trace of one query tells of the vectors that it did not return.
class TracedQuery {
public:
    TracedQuery(const LossFacts& facts, const PathTrace& trace, std::span<const Id> wanted);

    /// Reason and rank of wanted[i], where the transform is not the reason: that is asked first. query:
    /// index.dim() floats; params: the search's that was traced. Errors: those of rank_cells.
    Status judge(std::size_t i, const Index& index, const float* query, const SearchParams& params,
                 Miss& miss) const;
    std::size_t rank(std::size_t i) const noexcept { return m_seen[i].rank; }

private:
    /// Ranks among what was compared and, with a refinement, among what was ranked again; 0: not there.
    struct Seen {
        std::size_t rank = 0, reranked_rank = 0;
    };
    Status judge_cell(const Index& index, const float* query, const SearchParams& params, Miss& miss) const;

    const LossFacts& m_facts;
    std::vector<Seen> m_seen;
    std::vector<Id> m_probed; ///< ascending
};

} // namespace annscope
