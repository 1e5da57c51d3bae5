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

/// A graph ready to be drawn: its nodes in the plane and its edges with a shade for their length. Immutable;
/// made on the worker, see buildGraphScene.
struct GraphScene {
    struct Edge {
        std::uint32_t from, to;
    };
    static constexpr std::size_t kShades = 256;

    BuiltIndexPtr built; ///< keeps the graph alive
    PlanePoints points;
    SpatialGrid nodeGrid, queryGrid;
    std::vector<Edge> edges;                           ///< the longest first, by shade
    std::array<std::size_t, kShades + 1> shadeStart{}; ///< edges of shade s: from shadeStart[s], 0: longest
    double shortest = 0, longest = 0;                  ///< the lengths of the two ends of the shades
    bool pictureLengths = false; ///< lengths were measured on the projection, not in the space of the data
    std::uint32_t entry = 0;
    double meanDegree = 0;
    std::size_t maxDegree = 0;

    const GraphView& graph() const noexcept { return *built->index->graph(); }
};
using GraphScenePtr = std::shared_ptr<const GraphScene>;

/// built->index->graph() must not be null. Cost: edges x dim. Phase: "Graph picture". Errors: Cancelled,
/// OutOfMemory.
Result<GraphScenePtr> buildGraphScene(const BuiltIndexPtr& built, const Control& control);

} // namespace annscope::ui
