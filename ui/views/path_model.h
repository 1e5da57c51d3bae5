// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/trace_steps.h"
#include "data/dataset.h"
#include "index/index.h"

#include <QtGlobal>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace annscope::ui {

/// What people call the distance: L2 itself instead of its square, the inner product, 1 - cosine.
double shownDistance(Metric metric, double distance) noexcept;

using PathStep = TraceStep;
using Considered = TraceVisit;

/// Why a true neighbour is not in the answer.
enum class Loss : std::uint8_t {
    None,       ///< found
    NotReached, ///< no expanded node has an edge to it
    NotProbed,  ///< its cell was not among those scanned
    NotKept     ///< its distance was computed, but it left the list (ties, approximate distances)
};

struct TrueNeighbour {
    Id id = kNoId;
    float distance = 0;
    Loss loss = Loss::None;
    std::int64_t cell = -1; ///< of an inverted-file index
    int cellRank = 0;       ///< 1: its cell's centroid is the nearest to the query; 0: not known
    TraceLife life;         ///< when the search dealt with it
};

struct Answer {
    Id id = kNoId;
    float distance = 0;
    bool isTrue = false; ///< as near as the true k-th neighbour
};

/// One query's way through an index, ready to be drawn and played. Immutable once made, see runQuery.
struct PathModel : TraceSteps {
    std::vector<float> query;
    qint64 queryRow = -1; ///< row of the data set's queries, -1: placed by hand
    Metric metric = Metric::L2;
    std::size_t k = 0, listSize = 0;
    SearchParams params;
    SearchStats stats;
    std::vector<Answer> answers;      ///< k, ascending
    std::vector<TrueNeighbour> truth; ///< k, ascending
    double recall = 0;                ///< tie-aware
    std::vector<std::uint32_t> found; ///< by step: true neighbours in the answer if the search ended there

    /// Every vector was compared: there are neither cells nor edges.
    bool scans() const noexcept { return !steps.empty() && steps.front().kind == PathStep::Kind::Scan; }
    bool ivf() const noexcept { return !steps.empty() && steps.front().kind == PathStep::Kind::Probe; }
    /// From node to node along edges.
    bool walks() const noexcept { return !steps.empty() && !ivf() && !scans(); }
    bool reranked() const noexcept { return !steps.empty() && steps.back().kind == PathStep::Kind::Rerank; }
    int hops() const noexcept { return steps.empty() ? 0 : steps.back().hop; }
    /// The highest level the search entered; 0: the index has but one.
    int topLevel() const noexcept { return steps.empty() ? 0 : steps.front().level; }
    /// The steps before the re-ranking, and what they considered.
    std::size_t searchedSteps() const noexcept { return steps.size() - (reranked() ? 1 : 0); }
    std::span<const Considered> searched() const noexcept {
        return {visits.data(), reranked() ? steps.back().first : visits.size()};
    }
    /// Distances and estimates of them up to that step.
    std::size_t comparedAt(std::size_t step) const noexcept { return steps[step].end; }
    std::size_t missed() const noexcept;
    bool isTrueNeighbour(Id id) const noexcept;
};
using PathModelPtr = std::shared_ptr<const PathModel>;

/// Whether steps of both mean the same: hops, cells, or parts of a scan.
inline bool sameKindOfSteps(const PathModel& a, const PathModel& b) noexcept {
    return a.ivf() == b.ivf() && a.scans() == b.scans();
}

/// Fills the steps from what a search told. model's k and listSize are read.
void readTrace(const PathTrace& trace, PathModel& model);
/// Answers and truth: which were found, which missed and why (cells excepted: see runQuery). exact: of the
/// answers, where distances are those of codes; empty: distances are exact.
void readAnswers(std::span<const Id> ids, std::span<const float> distances, const GroundTruth& truth,
                 PathModel& model, std::span<const float> exact = {});

} // namespace annscope::ui
