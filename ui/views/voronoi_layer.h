// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/cell_coloring.h"
#include "ui/views/cell_scene.h"
#include "ui/views/lazy_layer.h"

#include <QColor>
#include <QPolygonF>

#include <vector>

namespace annscope::ui {

/// Colours taken from the theme in the GUI thread.
struct VoronoiStyle {
    std::vector<QColor> fill; ///< by cell
    QColor border;
    bool points = true;

    static VoronoiStyle fromPalette(const CellScene& scene, const CellColoring& coloring, bool points);
};

/// All cells in view with their borders, and the vectors as dots. Runs on any thread. scene.plane must be
/// set. Errors: Cancelled, OutOfMemory.
Result<LayerImage> renderCells(const CellScene& scene, const ViewTransform& view, qreal ratio,
                               const VoronoiStyle& style, const Control& control);

/// The outline of one cell in pixels.
QPolygonF cellPolygon(const CellPlane& plane, std::size_t cell, const ViewTransform& view);

} // namespace annscope::ui
