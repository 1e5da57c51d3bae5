// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/trace.h"
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

/// A vector whose distance the search computed.
struct Considered {
    Id id = kNoId;
    float distance = 0;
    bool kept = false; ///< it entered the candidate list
};

/// One step of a search: the start, a graph node whose neighbours were read, or a cell that was scanned.
struct PathStep {
    enum class Kind : std::uint8_t { Start, Expand, Probe };
    Kind kind = Kind::Start;
    int hop = 0; ///< 1, 2, ... of Expand and Probe; 0 of Start
    Id id = kNoId;
    float distance = 0;             ///< of the node or of the cell's centroid
    Id parent = kNoId;              ///< the node whose expansion found this one; kNoId at the entry point
    std::size_t first = 0, end = 0; ///< its part of PathModel::considered
    std::size_t kept = 0;
    float best = 0;  ///< best distance so far, infinite while nothing was considered
    float worst = 0; ///< of the full candidate list, infinite while it is not full
};

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
};

struct Answer {
    Id id = kNoId;
    float distance = 0;
    bool isTrue = false; ///< as near as the true k-th neighbour
};

/// One row of the candidate list after a step.
struct ListEntry {
    Id id = kNoId;
    float distance = 0;
    bool expanded = false, isTrue = false, fresh = false; ///< fresh: entered in this step
};

/// One query's way through an index, ready to be drawn and played. Immutable once made, see runQuery.
struct PathModel {
    std::vector<float> query;
    qint64 queryRow = -1; ///< row of the data set's queries, -1: placed by hand
    Metric metric = Metric::L2;
    std::size_t k = 0, listSize = 0;
    SearchParams params;
    SearchStats stats;
    std::vector<PathStep> steps;
    std::vector<Considered> considered; ///< in the order of the steps
    std::vector<Answer> answers;        ///< k, ascending
    std::vector<TrueNeighbour> truth;   ///< k, ascending
    double recall = 0;                  ///< tie-aware

    bool ivf() const noexcept { return !steps.empty() && steps.back().kind == PathStep::Kind::Probe; }
    std::span<const Considered> consideredIn(std::size_t step) const noexcept {
        return {considered.data() + steps[step].first, steps[step].end - steps[step].first};
    }
    /// The candidate list after a step, ascending, at most listSize entries. Cost: a replay of the kept ones.
    std::vector<ListEntry> listAt(std::size_t step) const;
    /// Vectors considered up to and including a step.
    std::size_t consideredUpTo(std::size_t step) const noexcept { return steps[step].end; }
    std::size_t missed() const noexcept;
    bool isTrueNeighbour(Id id) const noexcept;
};
using PathModelPtr = std::shared_ptr<const PathModel>;

/// Steps, parents, best and worst from what a search told. Fills steps and considered; model's k and listSize
/// are read.
void readTrace(const PathTrace& trace, PathModel& model);
/// Answers and truth: which were found, which missed and why (cells excepted: see runQuery).
void readAnswers(std::span<const Id> ids, std::span<const float> distances, const GroundTruth& truth,
                 PathModel& model);

} // namespace annscope::ui
