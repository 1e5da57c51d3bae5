// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "graph/data_map.h"
#include "ui/models/built_index.h"
#include "ui/views/geometry/spatial_grid.h"

#include <memory>
#include <optional>
#include <vector>

namespace annscope::ui {

/// A layout of a data set, or a stage of one, ready to be drawn and pointed at. Points are told by their
/// place in it: the map of a large set holds a sample of its rows. Immutable; made on the worker.
struct MapScene {
    MapOptions options;
    std::size_t total = 0, dim = 0;  ///< of the base
    std::vector<std::uint32_t> rows; ///< of the base, ascending: by place
    std::vector<Point2> base;        ///< by place
    std::vector<Point2> queries;     ///< all, or none while the layout is on its way
    SpatialGrid baseGrid, queryGrid;
    Box bounds;       ///< of both
    double inked = 1; ///< area that holds base points, in the units of the map: bounds alone mislead
    double trustworthiness = 0, varianceShare = 0;
    std::size_t trustworthinessK = 0, trustworthinessRows = 0; ///< k is 0 where it is not known
    std::size_t
        epoch = 0,
        epochs = 0; ///< of a stage; epochs is 0 once all is done, 1 while only the trustworthiness is missing

    bool stage() const noexcept { return epochs != 0; }
    /// Its points still move.
    bool moving() const noexcept { return epochs > 1; }
    bool sampled() const noexcept { return rows.size() < total; }
    /// The vectors lie as they are: nothing was projected.
    bool identity() const noexcept { return options.method == MapOptions::Method::Pca && dim <= 2; }
    /// -1: the row is not in the map's sample.
    std::int64_t placeOf(Id row) const noexcept;
    const Point2* at(Id row) const noexcept {
        const std::int64_t place = placeOf(row);
        return place < 0 ? nullptr : &base[static_cast<std::size_t>(place)];
    }
    const Point2* query(qint64 row) const noexcept {
        return row >= 0 && static_cast<std::size_t>(row) < queries.size()
                   ? &queries[static_cast<std::size_t>(row)]
                   : nullptr;
    }
};
using MapScenePtr = std::shared_ptr<const MapScene>;

/// unmeasured: its trustworthiness is still to come. Cost: linear. Errors: Cancelled.
Result<MapScenePtr> sceneOf(const Dataset& dataset, const MapLayout& layout, const Control& control,
                            bool unmeasured = false);
Result<MapScenePtr> sceneOf(const Dataset& dataset, const MapOptions& options, const MapPreview::Frame& frame,
                            const Control& control);

} // namespace annscope::ui
