// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/view_transform.h"
#include "ui/views/graph_scene.h"
#include "ui/views/lazy_layer.h"

#include <QColor>

#include <array>

namespace annscope::ui {

/// How edges look, taken from the theme in the GUI thread.
struct EdgeStyle {
    std::array<QColor, GraphLevel::kShades> colors; ///< by shade, 0: the longest
    double opacity = 1;                             ///< below 1 while a path is shown above

    static EdgeStyle fromPalette(double opacity);
};

/// Draws all edges that cross the view. Where there are many: hair lines whose opacity falls with the ink, so
/// that the picture stays readable; where there are few: smooth lines, with arrow heads when long enough.
/// level: of a layered graph; kAllLevels: all, the higher ones over the base, which is fainter then. Runs on
/// any thread. Cost: edges + pixels inked, about 0.1 s for a million edges. Errors: Cancelled.
Result<LayerImage> renderEdges(const GraphScene& scene, int level, const ViewTransform& view, qreal ratio,
                               const EdgeStyle& style, const Control& control);

/// One directed edge with an arrow head that ends at the rim of a node of the given radius.
void drawArrow(QPainter& painter, QPointF from, QPointF to, double nodeRadius, double headLength);

} // namespace annscope::ui
