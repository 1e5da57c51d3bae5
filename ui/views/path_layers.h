// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/view_transform.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_pair.h"

#include <QColor>

#include <array>

class QPainter;

namespace annscope::ui {

/// What of a path is shown, and where things are.
struct PathPicture {
    const PathModel& path;
    const PlanePoints& points;
    std::size_t step;
    std::size_t which = 0;  ///< of two paths: 0 or 1, see pathStyle
    bool paired = false;    ///< another one is drawn, too
    int level = kAllLevels; ///< what happened on other levels is drawn fainter

    bool last() const noexcept { return step + 1 >= path.steps.size(); }
    QPointF at(Id id, const ViewTransform& view) const {
        return view.toScreen(points.base[static_cast<std::size_t>(id)]);
    }
    double opacity(const PathStep& s) const noexcept {
        return level == kAllLevels || s.level == level ? 1 : 0.3;
    }
};

/// Of true neighbours that were found.
QColor foundColor();

/// The step's neighbours, the tree of expanded nodes with their hop numbers, where it went down a level, the
/// answer, what was missed and the query.
void drawPath(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius);
/// The same of two paths of one query, over each other: each in its colour and dash, the answers of either
/// ringed in it.
void drawPaths(QPainter& painter, const std::array<PathPicture, 2>& pictures, const ViewTransform& view,
               double radius);
/// The answer, filled, and what was missed: hollow, with a dashed line to the query.
void drawAnswers(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius);
/// In the plane the k-th true distance is a circle around the query: all that lies in it belongs to the
/// answer. Nothing on projections and for other metrics.
void drawTrueCircle(QPainter& painter, const PathPicture& picture, const ViewTransform& view);
void drawQueryCross(QPainter& painter, QPointF at, double size = 9);

} // namespace annscope::ui
