// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "data/projection.h"
#include "ui/models/built_index.h"
#include "ui/views/geometry/spatial_grid.h"

#include <array>
#include <memory>
#include <vector>

namespace annscope::ui {

/// The points of a data set in the plane: as they are, or on their two principal axes.
struct PlanePoints {
    Projection projection;
    std::vector<Point2> base, queries;
    Box bounds; ///< of both
    std::size_t dim = 0;

    bool projected() const noexcept { return dim > 2; }
    Point2 place(std::span<const float> v) const noexcept;
};
/// Phase: that of fit_projection. Errors: Cancelled, OutOfMemory.
Result<PlanePoints> placePoints(const Dataset& dataset, const Control& control);

/// Nodes and edges of one level of a graph, as rows of the data set.
struct GraphLevel {
    struct Edge {
        std::uint32_t from, to;
    };
    static constexpr std::size_t kShades = 256;

    std::size_t nodes = 0;
    std::vector<std::uint32_t> rows; ///< of the nodes; empty on a base that holds all rows in order
    SpatialGrid grid;                ///< of the nodes; gives places in rows, or rows where that is empty
    std::vector<Edge> edges;         ///< the longest first, by shade
    std::array<std::size_t, kShades + 1> shadeStart{}; ///< edges of shade s: from shadeStart[s], 0: longest
    std::size_t maxDegree = 0;

    double meanDegree() const noexcept {
        return nodes == 0 ? 0 : static_cast<double>(edges.size()) / static_cast<double>(nodes);
    }
    std::uint32_t row(std::uint32_t place) const noexcept { return rows.empty() ? place : rows[place]; }
};

/// Which levels of a graph a picture shows.
inline constexpr int kAllLevels = -1;

/// A graph ready to be drawn: its nodes in the plane and its edges with a shade for their length. Immutable;
/// made on the worker, see buildGraphScene.
struct GraphScene {
    BuiltIndexPtr built; ///< keeps the graph alive
    PlanePoints points;
    SpatialGrid queryGrid;
    std::vector<GraphLevel> levels;   ///< 0: the base; more: of HNSW. All share one scale of shades.
    double shortest = 0, longest = 0; ///< the lengths of the two ends of the shades
    bool pictureLengths = false; ///< lengths were measured on the projection, not in the space of the data
    std::uint32_t entry = 0;     ///< row

    const GraphView& graph() const noexcept { return *built->index->graph(); }
    const GraphLevel& base() const noexcept { return levels.front(); }
    bool layered() const noexcept { return levels.size() > 1; }
    /// The level itself, the base for kAllLevels and for levels that there are not.
    const GraphLevel& level(int level) const noexcept {
        const auto l = static_cast<std::size_t>(level);
        return level > 0 && l < levels.size() ? levels[l] : levels.front();
    }
    /// The highest level that holds a row. Cost: the nodes above the base.
    int topLevelOf(std::uint32_t row) const noexcept;
};
using GraphScenePtr = std::shared_ptr<const GraphScene>;

/// built->index->graph() must not be null. Cost: edges x dim. Phase: "Graph picture". Errors: Cancelled,
/// OutOfMemory.
Result<GraphScenePtr> buildGraphScene(const BuiltIndexPtr& built, const Control& control);

} // namespace annscope::ui
