// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/geometry/voronoi.h"
#include "ui/views/graph_scene.h"

#include <memory>
#include <optional>
#include <vector>

namespace annscope::ui {

/// How the vectors are spread over the cells of an inverted-file index.
struct CellSizes {
    std::vector<std::uint32_t> size;   ///< by cell
    std::vector<std::uint32_t> sorted; ///< cells, the largest first
    std::vector<std::uint32_t> rank;   ///< by cell: its place in sorted
    std::uint64_t total = 0;
    double mean = 0;
    double imbalance = 1; ///< nlist * sum(size^2) / n^2 as Faiss has it: 1 is perfectly even
    std::size_t empty = 0;

    std::uint32_t largest() const noexcept { return sorted.empty() ? 0 : size[sorted.front()]; }
};
CellSizes measureCells(const CellsView& cells);

/// How many cells have which size: bins of equal width from 0 to the largest.
std::vector<std::size_t> sizeHistogram(const CellSizes& sizes, std::size_t bins);

/// The cells in the plane: only for vectors of one or two dimensions and L2, where a cell is the Voronoi cell
/// of its centroid.
struct CellPlane {
    PlanePoints points;
    std::vector<Point2> centroids;
    SpatialGrid centroidGrid, queryGrid;
    VoronoiCells cells;
};

/// Ready to be drawn. Immutable; made on the worker, see buildCellScene.
struct CellScene {
    BuiltIndexPtr built; ///< keeps the index alive
    CellSizes sizes;
    std::optional<CellPlane> plane;
};
using CellScenePtr = std::shared_ptr<const CellScene>;

/// built->index->cells() must not be null. Errors: Cancelled, OutOfMemory.
Result<CellScenePtr> buildCellScene(const BuiltIndexPtr& built, const Control& control);

} // namespace annscope::ui
