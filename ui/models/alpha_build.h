// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/build_recording.h"
#include "graph/search_effort.h"
#include "ui/views/geometry/spatial_grid.h"

#include <QtGlobal>

#include <array>
#include <memory>
#include <vector>

namespace annscope::ui {

/// One side of the alpha laboratory.
struct AlphaSettings {
    double alpha = 1.2;
    int degree = 16, width = 50; ///< R, Lbuild

    VamanaOptions options() const;
    friend bool operator==(const AlphaSettings&, const AlphaSettings&) = default;
};

/// What the graph was like at a moment of its build.
struct AlphaMoment {
    double degree = 0;           ///< mean over the nodes in the graph
    double length = 0;           ///< mean of the edges, in units of the points
    std::size_t unreachable = 0; ///< nodes in the graph that no walk from the entry arrives at
};

/// A graph of points in the plane with all moments of its build. Immutable; made on the worker.
struct AlphaBuild {
    AlphaSettings settings;
    quint64 generation = 0; ///< of the points
    std::vector<Point2> points;
    VectorSet vectors; ///< the same
    RecordedBuild build;
    std::vector<AlphaMoment> moments; ///< by frame
    SearchEffort effort;

    std::size_t frames() const noexcept { return build.recording.frames(); }
    std::size_t last() const noexcept { return frames() - 1; }
    std::uint32_t entry() const noexcept { return build.graph.entry; }
};
using AlphaBuildPtr = std::shared_ptr<const AlphaBuild>;

/// The two sides, of the same points, and the lengths at the ends of their common scale.
struct AlphaPair {
    std::array<AlphaBuildPtr, 2> sides;
    double shortest = 0, longest = 0;
};
using AlphaPairPtr = std::shared_ptr<const AlphaPair>;

struct AlphaWish {
    std::vector<Point2> points; ///< not empty
    quint64 generation = 0;
    std::array<AlphaSettings, 2> settings;
};
/// How the effort of a search is measured: queries near the points, drawn with a fixed seed.
inline constexpr std::size_t kEffortQueries = 200, kEffortK = 1;
inline constexpr double kEffortRecall = 0.99;

/// before: sides of it that are as wished already are taken over; may be null. Phases: those of build_vamana.
/// Errors: OutOfMemory, Cancelled.
Result<AlphaPairPtr> buildAlphaPair(const AlphaWish& wish, const AlphaPairPtr& before,
                                    const Control& control);

/// A query's way through a graph at a moment of its build.
struct AlphaPath {
    struct Hop {
        std::uint32_t node = 0;
        std::uint32_t parent = kNoNode; ///< whose expansion found it; kNoNode: the entry
        float distance = 0;             ///< to the query, in units of the points
    };
    Point2 query{};
    std::size_t frame = 0, width = 0;
    std::vector<Hop> hops;                            ///< in the order of expansion
    std::vector<std::uint32_t> considered;            ///< all nodes whose distance was computed
    std::uint32_t found = kNoNode, nearest = kNoNode; ///< nearest: of all nodes in the graph at that moment
    float foundDistance = 0, nearestDistance = 0;

    bool missed() const noexcept { return foundDistance > nearestDistance; }
};
using AlphaPathPtr = std::shared_ptr<const AlphaPath>;
/// GreedySearch with a list of that width. Cost: about that of drawing the graph.
AlphaPathPtr findAlphaPath(const AlphaBuild& build, std::size_t frame, Point2 query, std::size_t width);

/// All prunings of a node's row in the build.
struct AlphaPrunings {
    AlphaBuildPtr build;
    std::uint32_t node = 0;
    std::vector<NodePruning> list;

    /// The place of its insertion in the last pass, where the row gets its final alpha.
    std::size_t best() const noexcept;
};
using AlphaPruningsPtr = std::shared_ptr<const AlphaPrunings>;
Result<AlphaPruningsPtr> traceAlphaPrunings(const AlphaBuildPtr& build, std::uint32_t node,
                                            const Control& control);

} // namespace annscope::ui
