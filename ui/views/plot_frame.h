// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/log_axis.h"

#include <QPointF>
#include <QRectF>

class QPainter;

namespace annscope::ui {

/// The axes of a small chart: what maps to pixels, the grid, the labels and the titles.
struct PlotFrame {
    QRectF plot;                                     ///< inside the labels
    double left = 0, right = 1, bottom = 0, top = 1; ///< in axis units

    /// Leaves room for labels and titles in area.
    static PlotFrame inside(const QRectF& area);
    double x(double value) const { return plot.left() + (value - left) / (right - left) * plot.width(); }
    double y(double value) const { return plot.bottom() - (value - bottom) / (top - bottom) * plot.height(); }
    QPointF at(double xValue, double yValue) const { return {x(xValue), y(yValue)}; }
    double xAt(double pixel) const { return left + (pixel - plot.left()) / plot.width() * (right - left); }
    double yAt(double pixel) const {
        return bottom + (plot.bottom() - pixel) / plot.height() * (top - bottom);
    }
    int roomX() const; ///< labels that fit side by side
    int roomY() const;
    void paintGrid(QPainter& painter, const QList<AxisTick>& xTicks, const QList<AxisTick>& yTicks,
                   const QString& xTitle, const QString& yTitle) const;
};

} // namespace annscope::ui
