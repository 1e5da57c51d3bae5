// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"
#include "tune/sweep.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace annscope {

/// Why a true neighbour was not returned. Each missed one has exactly one reason.
enum class LossReason : std::uint8_t {
    CellNotProbed, ///< its cell was not visited
    CodeBelowCut,  ///< its cell was visited, or all codes looked at; its code ranked it too low
    Unreachable,   ///< no way leads to it from the graph's entry
    NeverMet,      ///< the walk through the graph did not come past it
    Evicted,       ///< the walk met it, but the list had nearer ones
    LostByCode,    ///< the walk met it; its code or estimate made it farther than it is
    Transform,     ///< after the transform it is no longer among the nearest
    Tie            ///< as far as the k-th neighbour; another one was returned instead, and nothing is lost
};
inline constexpr std::size_t kLossReasons = 8;
std::string_view name(LossReason reason) noexcept; ///< "cell not probed", ...

struct Miss {
    std::uint32_t query = 0;
    std::uint32_t true_rank = 0; ///< 0: the nearest
    Id id = kNoId;
    LossReason reason = LossReason::Tie;
    /// Rank of its cell among those nearest to the query, or of its code among those looked at, from 1; 0
    /// where the reason has none.
    std::size_t rank = 0;
    /// The smallest change of the search parameters with which a search returns it; nothing where none does.
    /// Every one has been tried.
    std::optional<SearchParams> remedy;
};

/// For one reason: misses, and what would find them.
struct LossShare {
    std::size_t misses = 0, curable = 0;
    std::string parameter;      ///< the one that most remedies change
    double for_nine_in_ten = 0; ///< its value that finds nine in ten of the curable; 0: none
};

struct LossReport {
    SearchParams params;
    std::size_t k = 0, queries = 0;
    double recall = 0;        ///< tie-aware; misses other than ties are queries x k x (1 - recall)
    std::vector<Miss> misses; ///< by query, then by true rank
    std::array<LossShare, kLossReasons> shares;
    std::vector<float> per_query; ///< recall

    /// Misses that cost recall.
    std::size_t lost() const noexcept;
    /// "62 % of the misses are cells that were not probed; nprobe 24 finds nine in ten of them."
    std::string sentence() const;
};

struct LossOptions {
    std::size_t k = 10;
    bool remedies = true; ///< looking for them takes about ten searches a miss
};

/// Every true neighbour that a search with params does not return, with its reason, from the search's own
/// trace, and its remedy, by searching with more. base, queries, truth: workload's, truth.k >= k. Phase:
/// "Why neighbours were missed". Cost: a traced search a query with misses, and the remedies. Errors: those
/// of search, InvalidArgument (truth.k < k), Cancelled.
Result<LossReport> explain_loss(const Index& index, const Workload& workload, const SearchParams& params,
                                const LossOptions& options, const Control& control);

} // namespace annscope
