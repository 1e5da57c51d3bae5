// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/alpha_build.h"
#include "ui/views/geometry/view_transform.h"

#include <QImage>

class QPainter;

namespace annscope::ui {

/// A moment of a build with its points where they are now, which is where they were built but for a drag.
struct AlphaScene {
    const AlphaBuild& build;
    const std::vector<Point2>& points; ///< at least as many as were built
    std::size_t frame = 0;
    double shortest = 0, longest = 0; ///< of the scale

    bool last() const noexcept { return frame == build.last(); }
};

/// The place of a length on the scale: 0 the shortest, 1 the longest; logarithmic, clamped.
double placeOnScale(double length, double shortest, double longest) noexcept;

double alphaNodeRadius(const std::vector<Point2>& points, const ViewTransform& view) noexcept;

/// All edges by length, and all nodes. quiet: as the ground for something else.
QImage renderAlphaScene(const AlphaScene& scene, const ViewTransform& view, qreal ratio, bool quiet);
/// Points without a graph.
void drawBarePoints(QPainter& painter, const std::vector<Point2>& points, std::size_t first,
                    const ViewTransform& view);
/// What the batch brought and took away, and its nodes. Nothing at the end of the build.
void drawAlphaBatch(QPainter& painter, const AlphaScene& scene, const ViewTransform& view);
/// The edges that leave a node.
void drawAlphaNode(QPainter& painter, const AlphaScene& scene, std::uint32_t node, const ViewTransform& view);
void drawAlphaEntry(QPainter& painter, const AlphaScene& scene, const ViewTransform& view);
void drawAlphaPath(QPainter& painter, const AlphaScene& scene, const AlphaPath& path,
                   const ViewTransform& view);

} // namespace annscope::ui
