// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/curve_layers.h"

#include <QFont>

namespace annscope::ui {

/// The parts of the curve's picture, each from the scene alone; see CurveLayer for their order.

void paintTitle(QPainter& painter, const CurveScene& scene);
void paintAxes(QPainter& painter, const CurveScene& scene);
/// The recall line, with its handle at the upper end and its value.
void paintTarget(QPainter& painter, const CurveScene& scene);
/// How many of the runs pass the filters, where not all do.
void paintFilterNote(QPainter& painter, const CurveScene& scene);
/// The rectangle of the filter that was drawn on the curve.
void paintBrush(QPainter& painter, const CurveScene& scene);
/// Where the recall line is, pixels; none where it is off or out of view.
std::optional<double> targetPixel(const CurveScene& scene);
void paintMarkers(QPainter& painter, const CurveScene& scene);
/// What each front reaches at the target recall.
void paintCrossings(QPainter& painter, const CurveScene& scene);
void paintLabels(QPainter& painter, const CurveScene& scene);
/// The ring of the selected run, and of the run hovered in the table.
void paintSelection(QPainter& painter, const CurveScene& scene);
/// The configuration under the sliders, with the interval that its recall lies in.
void paintLive(QPainter& painter, const CurveScene& scene);
/// Crosshair with both values, card, rubber band.
void paintPointer(QPainter& painter, const CurveScene& scene);

/// The interface font at a size of ui/common/theme.h.
QFont chartFont(int pixels, bool strong = false);
QList<AxisTick> xTicks(const CurveScene& scene);
QList<AxisTick> yTicks(const CurveScene& scene);

} // namespace annscope::ui
