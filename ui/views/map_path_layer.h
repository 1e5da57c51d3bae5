// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/loss.h"
#include "ui/models/map_scene.h"
#include "ui/views/geometry/view_transform.h"
#include "ui/views/path_model.h"

#include <QColor>
#include <QPointF>
#include <QString>

#include <memory>
#include <vector>

class QPainter;

namespace annscope::ui {

/// Where the number of a probed cell stands: at the member that is nearest to the middle of its members.
struct ProbedCell {
    Point2 at{};
    int rank = 0; ///< 1: probed first
};

/// One query on the map: its place, the way that a search took and what it found. Immutable.
struct MapPath {
    MapScenePtr scene;
    qint64 query = -1;
    PathModelPtr path;              ///< null: only the place of the query
    std::vector<ProbedCell> probed; ///< in order
    std::vector<QString> reasons;   ///< of path->truth, empty where it was found
    std::vector<QColor> colors;     ///< of path->truth; not valid where no report tells the reason
    std::size_t unseen = 0;         ///< of the answer and the truth, not in the map's sample
};
using MapPathPtr = std::shared_ptr<const MapPath>;

/// report: of the same index and parameters, for the reasons of the misses; may be null. Cost: what was
/// scanned.
MapPathPtr mapPath(const MapScenePtr& scene, qint64 query, const PathModelPtr& path, const CellsView* cells,
                   const LossReport* report);

/// step: the last one shown; the answer is drawn with the last of all. radius: of a point.
void drawMapPath(QPainter& painter, const MapPath& path, std::size_t step, const ViewTransform& view,
                 double radius);

} // namespace annscope::ui
