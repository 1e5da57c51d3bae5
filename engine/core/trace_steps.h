// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace.h"

#include <cstddef>
#include <span>
#include <vector>

namespace annscope {

/// A vector whose distance a search computed.
struct TraceVisit {
    Id id = kNoId;
    float distance = 0;
    bool kept = false; ///< it entered the candidate list
};

/// One step of a search: the entry into a level, a node whose neighbours were read, a cell that was scanned,
/// a part of the vectors where all of them are compared, or the re-ranking at the end.
struct TraceStep {
    enum class Kind : std::uint8_t { Start, Expand, Probe, Scan, Rerank };
    Kind kind = Kind::Start;
    int level = 0;                  ///< of a layered graph; 0: the base, which all searches reach
    int hop = 0;                    ///< number of Expand, Probe and Scan steps so far, this one included
    Id id = kNoId;                  ///< node or cell; the first vector of a Scan; kNoId of Rerank
    float distance = 0;             ///< of the node or the centroid; of Scan and Rerank the least
    Id parent = kNoId;              ///< the node of this level whose expansion found this one
    std::size_t first = 0, end = 0; ///< its part of TraceSteps::visits
    std::size_t kept = 0;           ///< of a scan: those that were among the nearest when they were met
    std::size_t listed = 0;         ///< entries of the candidate list after the step
    float best = 0;                 ///< of the list, infinite while it is empty
    float farthest = 0;             ///< of the list, infinite while it is empty
    float worst = 0;                ///< farthest of the full list, infinite while it is not full
    float kth = 0; ///< k-th of the list: what the answer would end with; infinite while it is shorter
};

/// One candidate. approximate: what its code said before it was ranked again, else the distance itself.
struct TraceEntry {
    Id id = kNoId;
    float distance = 0, approximate = 0;
    bool expanded = false;
    bool entered = false; ///< in the step that was asked for
};

/// The candidate list after a step, ascending, and what the step pushed out of it.
struct TraceList {
    std::vector<TraceEntry> entries, evicted;
};

/// When a search dealt with one vector, as indices of steps; -1: never.
struct TraceLife {
    int met = -1;       ///< its distance was computed
    int entered = -1;   ///< the list took it
    int expanded = -1;  ///< its neighbours were read
    int left = -1;      ///< it was pushed out and did not come back
    float distance = 0; ///< as the search saw it when it met it last
};

/// A trace as steps with the state of the candidate list. Each level of a layered graph has a list of its
/// own, which begins with the best node of the level above. A search that compares all vectors has neither
/// nodes nor cells: it is cut into kScanParts of equal size. Immutable once made.
class TraceSteps {
public:
    static constexpr std::size_t kScanParts = 32;
    TraceSteps() = default;
    /// list: capacity of the candidate list on the base (L, efSearch, or k of a scan); upper levels keep 1
    /// candidate. k: what re-ranking leaves. Cost: (kept visits) x (moves in the list).
    TraceSteps(const PathTrace& trace, std::size_t list, std::size_t k);

    std::vector<TraceStep> steps;
    std::vector<TraceVisit> visits; ///< in the order of the steps

    std::span<const TraceVisit> visits_in(std::size_t step) const noexcept {
        return {visits.data() + steps[step].first, steps[step].end - steps[step].first};
    }
    /// Replayed from the last of at most about 64 checkpoints.
    TraceList list_at(std::size_t step) const;
    /// How many of the ids were among the first k of the list after each step. Cost: a replay of all.
    std::vector<std::uint32_t> found_by_step(std::span<const Id> ids) const;
    /// One life for each id. Cost: a replay of all.
    std::vector<TraceLife> follow(std::span<const Id> ids) const;

private:
    class Replay;
    void cut(const PathTrace& trace);
    void reject(std::size_t step, std::span<const std::size_t> visits_of_step);

    std::size_t m_list = 1, m_k = 1;
    std::vector<TraceEntry> m_reranked; ///< ascending by the exact distance
    std::size_t m_stride = 1;           ///< steps between two checkpoints
    std::vector<std::vector<TraceEntry>> m_checkpoints;
};

} // namespace annscope
