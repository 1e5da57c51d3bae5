// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/view_transform.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_layers.h"

#include <QImage>

#include <array>
#include <span>
#include <vector>

class QPainter;

namespace annscope::ui {

/// Radius of a node in pixels, 1 to 3 by zoom: nodes in the middle of the crowd just do not touch.
double nodeRadius(const GraphScene& scene, const ViewTransform& view, int level = 0) noexcept;

/// The nodes in view and what the paths considered up to their steps, as a picture of the view. Those of one
/// level stand out from the others; of all levels the higher are larger.
QImage renderNodes(const GraphScene& scene, int level, const ViewTransform& view, qreal ratio,
                   bool showQueries, std::span<const PathPicture> paths);

/// The medoid, or the node of the highest level, where every search begins.
void drawEntry(QPainter& painter, const GraphScene& scene, const ViewTransform& view);
/// The node under the pointer with its outgoing edges on that level.
void drawHoveredNode(QPainter& painter, const GraphScene& scene, int level, std::uint32_t row,
                     const ViewTransform& view);
/// Rows that edges of a level lead to from a row.
std::vector<std::uint32_t> linkedFrom(const GraphScene& scene, int level, std::uint32_t row);

/// What the legend names beside the scale of edge lengths.
struct LegendContent {
    bool path = false;
    bool paired = false;
    std::array<QString, 2> names; ///< of two paths
};
/// The scale of edge lengths and what the marks mean.
void drawGraphLegend(QPainter& painter, const GraphScene& scene, QPointF topLeft,
                     const LegendContent& content);
QSizeF legendSize(const GraphScene& scene, const LegendContent& content);
/// The upper left corner of the legend, in that corner of the area where it covers the fewest nodes.
QPointF placeOfLegend(const GraphScene& scene, const ViewTransform& view, const LegendContent& content);

} // namespace annscope::ui
