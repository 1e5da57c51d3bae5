// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/cell_scene.h"

#include "tune/cell_load.h"

#include <algorithm>
#include <numeric>

namespace annscope::ui {

CellSizes measureCells(const CellsView& cells) {
    CellSizes sizes;
    const std::size_t nlist = cells.nlist();
    sizes.size.resize(nlist);
    std::vector<std::uint64_t> counts(nlist);
    for (std::size_t c = 0; c < nlist; ++c) {
        sizes.size[c] = static_cast<std::uint32_t>(cells.ids(c).size());
        sizes.total += sizes.size[c];
        counts[c] = sizes.size[c];
        sizes.empty += sizes.size[c] == 0 ? 1 : 0;
    }
    const auto n = static_cast<double>(sizes.total);
    sizes.mean = nlist > 0 ? n / static_cast<double>(nlist) : 0;
    sizes.imbalance = imbalance_factor(counts);
    sizes.sorted.resize(nlist);
    std::iota(sizes.sorted.begin(), sizes.sorted.end(), 0u);
    std::stable_sort(sizes.sorted.begin(), sizes.sorted.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return sizes.size[a] > sizes.size[b]; });
    sizes.rank.resize(nlist);
    for (std::size_t r = 0; r < nlist; ++r)
        sizes.rank[sizes.sorted[r]] = static_cast<std::uint32_t>(r);
    return sizes;
}

std::vector<std::size_t> sizeHistogram(const CellSizes& sizes, std::size_t bins) {
    std::vector<std::size_t> counts(std::max<std::size_t>(bins, 1), 0);
    const double width = (static_cast<double>(sizes.largest()) + 1) / static_cast<double>(counts.size());
    for (const std::uint32_t size : sizes.size)
        ++counts[std::min(static_cast<std::size_t>(size / width), counts.size() - 1)];
    return counts;
}

Result<CellScenePtr> buildCellScene(const BuiltIndexPtr& built, const Control& control) {
    auto scene = std::make_shared<CellScene>();
    scene->built = built;
    const CellsView& cells = *built->index->cells();
    scene->sizes = measureCells(cells);
    const Dataset& dataset = *built->dataset;
    if (dataset.dim() <= 2 && dataset.metric == Metric::L2) {
        CellPlane plane;
        ANNSCOPE_ASSIGN(plane.points, placePoints(dataset, control));
        for (std::size_t c = 0; c < cells.nlist(); ++c)
            plane.centroids.push_back(plane.points.place(cells.centroids()[c]));
        plane.centroidGrid = SpatialGrid(plane.centroids);
        plane.queryGrid = SpatialGrid(plane.points.queries);
        ANNSCOPE_ASSIGN(plane.cells,
                        voronoi_cells(plane.centroids, plane.points.bounds.grown(0.03), control));
        scene->plane = std::move(plane);
    }
    return CellScenePtr(std::move(scene));
}

} // namespace annscope::ui
