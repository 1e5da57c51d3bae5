// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"
#include "tune/sweep.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace annscope {

/// Why a true neighbour was not returned. Each missed one has exactly one reason: the first step of the
/// search that lost it.
enum class LossReason : std::uint8_t {
    CellNotProbed, ///< its cell is not among the nprobe nearest
    CellMissed,    ///< its cell is among them, but the index over the centroids did not find it
    GroupPruned,   ///< its cell was visited; its group inside was left out
    CodeBelowCut,  ///< it was compared; its code ranked it below those that are kept
    RerankCut,     ///< it was ranked again, and by its second code ended below the k-th
    Unreachable,   ///< no way leads to it from the graph's entry
    NeverMet,      ///< the walk through the graph did not come past it
    Evicted,       ///< the walk met it, but the list had nearer ones by what the walk compares
    LostByCode,    ///< the walk met it; its code ranked it below those that are kept
    Transform,     ///< after the transform it is no longer among the nearest
    Tie            ///< as far as the k-th neighbour; another one was returned instead, and nothing is lost
};
inline constexpr std::size_t kLossReasons = 11;
std::string_view name(LossReason reason) noexcept; ///< "cell not probed", ...
/// One sentence: what happened, and what helps.
std::string_view explain(LossReason reason) noexcept;

/// What to build instead, and how to search it.
struct LossRebuild {
    std::string configuration; ///< FACTORY or FACTORY|BUILD; empty: nothing
    SearchParams params;
    friend bool operator==(const LossRebuild&, const LossRebuild&) = default;
};

struct Miss {
    std::uint32_t query = 0;
    std::uint32_t true_rank = 0; ///< 0: the nearest
    Id id = kNoId;
    LossReason reason = LossReason::Tie;
    /// From 1. Of its cell among all (CellNotProbed, CellMissed); of its code, or its estimate, among what
    /// was compared (CodeBelowCut, Evicted, LostByCode), of its second code among what was ranked again
    /// (RerankCut); of itself among the transformed (Transform, where it was compared); the list with which
    /// the walk meets it (NeverMet, where there is a remedy). 0: it has none.
    std::size_t rank = 0;
    /// The smallest change of the search parameters with which a search returns it; nothing where none does.
    std::optional<SearchParams> remedy;
    /// Where none does: the smallest change of the configuration. Both have been tried.
    std::optional<LossRebuild> rebuild;
};

/// What finds most misses of one reason.
struct LossAdvice {
    LossRebuild change;                  ///< configuration empty: search the same index with params
    std::string parameter;               ///< the parameter of change.params that matters most
    double value = 0;                    ///< and its value
    std::size_t expected = 0, finds = 0; ///< misses with such a remedy; of all of the reason, counted
};

/// For one reason: misses, and what would find them.
struct LossShare {
    std::size_t misses = 0, curable = 0, rebuildable = 0;
    std::optional<LossAdvice> advice;
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
    const LossShare& share(LossReason reason) const noexcept {
        return shares[static_cast<std::size_t>(reason)];
    }
    /// The reason of most lost neighbours; nothing where none is lost.
    std::optional<LossReason> main_reason() const noexcept;
    /// "62 % of the misses are cells that were not probed; nprobe 24 finds nine in ten of them."
    std::string sentence() const;
};

struct LossOptions {
    std::size_t k = 10;
    bool remedies = true; ///< looking for them takes a few searches a miss, ten where a graph lost it
};

using OnLossReasons = std::function<void(const LossReport&)>;

/// Every true neighbour that a search with params does not return, with its reason, from the search's own
/// trace, and its remedy, by searching with more. base, queries, truth: workload's, truth.k >= k. on_reasons,
/// where given, gets the report before remedies are looked for, on the calling thread. Phases: "Why
/// neighbours were missed", "What would find them". Cost: a traced search a query with misses, and the
/// remedies. Errors: those of search, InvalidArgument (truth.k < k), Cancelled.
Result<LossReport> explain_loss(const Index& index, const Workload& workload, const SearchParams& params,
                                const LossOptions& options, const Control& control,
                                const OnLossReasons& on_reasons = {});

} // namespace annscope
