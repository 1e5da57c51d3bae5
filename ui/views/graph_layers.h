// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/view_transform.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_layers.h"

#include <QImage>

class QPainter;

namespace annscope::ui {

/// Radius of a node in pixels, 1 to 3 by zoom: nodes in the middle of the crowd just do not touch.
double nodeRadius(const GraphScene& scene, const ViewTransform& view) noexcept;

/// All nodes in view, and what a path considered up to its step, as a picture of the view.
QImage renderNodes(const GraphScene& scene, const ViewTransform& view, qreal ratio, bool showQueries,
                   const PathPicture* path);

/// The medoid, where every search begins.
void drawEntry(QPainter& painter, const GraphScene& scene, const ViewTransform& view);
/// The node under the pointer with its outgoing edges.
void drawHoveredNode(QPainter& painter, const GraphScene& scene, std::uint32_t node,
                     const ViewTransform& view);
/// The scale of edge lengths and what the marks mean.
void drawGraphLegend(QPainter& painter, const GraphScene& scene, QPointF topLeft, bool path);
QSizeF legendSize(const GraphScene& scene, bool path);
/// The upper left corner of the legend, in that corner of the area where it covers the fewest nodes.
QPointF placeOfLegend(const GraphScene& scene, const ViewTransform& view, bool path);

} // namespace annscope::ui
