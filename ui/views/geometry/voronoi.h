// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "ui/views/geometry/spatial_grid.h"

#include <span>
#include <vector>

namespace annscope::ui {

struct Vertex {
    double x = 0, y = 0;
};

/// The convex cells of a set of sites, clipped to a box: cell i are the corners
/// corners[starts[i] .. starts[i + 1]), counter-clockwise; none where another site lies at the same place or
/// the cell lies outside the box.
struct VoronoiCells {
    Box clip;
    std::vector<std::uint32_t> starts;
    std::vector<Vertex> corners;

    std::size_t size() const noexcept { return starts.empty() ? 0 : starts.size() - 1; }
    std::span<const Vertex> cell(std::size_t i) const noexcept {
        return {corners.data() + starts[i], starts[i + 1] - starts[i]};
    }
    double area(std::size_t i) const noexcept;
};

/// Exact Voronoi cells: every cell starts as the box and is cut by the bisectors with its neighbours in order
/// of distance, until no site farther away can reach a corner. Cost: about 30 cuts a site where sites are
/// spread evenly; cells at the rim look at more. Errors: Cancelled.
Result<VoronoiCells> voronoi_cells(std::span<const Point2> sites, const Box& clip, const Control& control);

} // namespace annscope::ui
