// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPointF>

#include <vector>

namespace annscope::ui {

/// Cells of a density picture for a plot of that size in pixels.
QSize densityGrid(QSize plot);
/// The colour of a density in 0..1, transparent towards 0: on a dark panel more is lighter, on a light one
/// more is darker, so that little never stands out.
QColor densityColor(double t, bool dark);
/// Smoothed counts of points (shares of width and height from the upper left corner) on a logarithmic scale.
QImage densityImage(const std::vector<QPointF>& points, QSize grid);

} // namespace annscope::ui
