// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/view_transform.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_model.h"

#include <QColor>

class QPainter;

namespace annscope::ui {

/// What of a path is shown, and where things are.
struct PathPicture {
    const PathModel& path;
    const PlanePoints& points;
    std::size_t step;
    bool last() const noexcept { return step + 1 >= path.steps.size(); }
};

/// Of true neighbours that were found.
QColor foundColor();

/// The step's neighbours, the tree of expanded nodes with their hop numbers, the answer, what was missed and
/// the query.
void drawPath(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius);
/// The answer, filled, and what was missed: hollow, with a dashed line to the query.
void drawAnswers(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius);
/// In the plane the k-th true distance is a circle around the query: all that lies in it belongs to the
/// answer. Nothing on projections and for other metrics.
void drawTrueCircle(QPainter& painter, const PathPicture& picture, const ViewTransform& view);
void drawQueryCross(QPainter& painter, QPointF at, double size = 9);

} // namespace annscope::ui
