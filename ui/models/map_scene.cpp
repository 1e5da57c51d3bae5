// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/map_scene.h"

#include <algorithm>
#include <cassert>

namespace annscope::ui {
namespace {

std::vector<Point2> pointsOf(const std::vector<float>& xy) {
    std::vector<Point2> points(xy.size() / 2);
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i] = {xy[2 * i], xy[2 * i + 1]};
    return points;
}

/// The area of the squares of a coarse raster that hold a point.
double inkedArea(const SpatialGrid& grid, const std::vector<Point2>& points) {
    constexpr std::size_t kSide = 96;
    const Box& box = grid.bounds();
    const double w = std::max(box.width(), 1e-30), h = std::max(box.height(), 1e-30);
    std::vector<char> taken(kSide * kSide);
    for (const Point2& p : points) {
        const auto x = static_cast<std::size_t>(std::min((p[0] - box.x0) / w * kSide, kSide - 1.0));
        const auto y = static_cast<std::size_t>(std::min((p[1] - box.y0) / h * kSide, kSide - 1.0));
        taken[y * kSide + x] = 1;
    }
    const auto count = std::max<std::ptrdiff_t>(std::ranges::count(taken, 1), 1);
    return static_cast<double>(count) / (kSide * kSide) * w * h;
}

Result<MapScenePtr> finished(std::shared_ptr<MapScene> scene, const Control& control) {
    scene->baseGrid = SpatialGrid(scene->base);
    if (control.cancel_requested())
        return cancelled();
    scene->bounds = scene->baseGrid.bounds();
    scene->inked = inkedArea(scene->baseGrid, scene->base);
    if (!scene->queries.empty()) {
        scene->queryGrid = SpatialGrid(scene->queries);
        const Box& q = scene->queryGrid.bounds();
        Box& all = scene->bounds;
        all = {std::min(all.x0, q.x0), std::min(all.y0, q.y0), std::max(all.x1, q.x1),
               std::max(all.y1, q.y1)};
    }
    return MapScenePtr(std::move(scene));
}

} // namespace

std::int64_t MapScene::placeOf(Id row) const noexcept {
    if (row < 0)
        return -1;
    const auto r = static_cast<std::uint32_t>(row);
    if (!sampled())
        return static_cast<std::size_t>(row) < base.size() ? row : -1;
    const auto found = std::ranges::lower_bound(rows, r);
    return found != rows.end() && *found == r ? found - rows.begin() : -1;
}

Result<MapScenePtr> sceneOf(const Dataset& dataset, const MapLayout& layout, const Control& control,
                            bool unmeasured) {
    auto scene = std::make_shared<MapScene>();
    scene->total = dataset.base.size();
    scene->dim = dataset.dim();
    scene->options = layout.options;
    scene->rows = layout.rows;
    scene->base = pointsOf(layout.xy);
    scene->queries = pointsOf(layout.query_xy);
    scene->trustworthiness = layout.trustworthiness;
    scene->trustworthinessK = layout.trustworthiness_k;
    scene->trustworthinessRows = layout.trustworthiness_rows;
    scene->varianceShare = layout.variance_share;
    scene->epochs = unmeasured ? 1 : 0;
    assert(scene->rows.size() == scene->base.size());
    return finished(std::move(scene), control);
}

Result<MapScenePtr> sceneOf(const Dataset& dataset, const MapOptions& options, const MapPreview::Frame& frame,
                            const Control& control) {
    auto scene = std::make_shared<MapScene>();
    scene->total = dataset.base.size();
    scene->dim = dataset.dim();
    scene->options = options;
    scene->rows = *frame.rows;
    scene->base = pointsOf(frame.xy);
    scene->epoch = frame.epoch;
    scene->epochs = std::max<std::size_t>(frame.epochs, 2);
    return finished(std::move(scene), control);
}

} // namespace annscope::ui
