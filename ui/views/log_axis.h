// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

namespace annscope::ui {

/// One mark of an axis. position: where it lies in axis units (after the axis's own transformation).
struct AxisTick {
    double position = 0;
    QString label; ///< empty: a minor mark, a fainter line without text
    bool major() const { return !label.isEmpty(); }
};

/// Marks for a base-10 logarithmic axis over [low, high] (log10 of the value): as many of 1-2-5 a decade as
/// room allows, more when zoomed far in, whole decades only when a few decades share little room.
/// room: labels that fit side by side, at least 2.
QList<AxisTick> logTicks(double low, double high, int room);

/// Marks at multiples of 1, 2 or 5 times a power of ten for a linear axis over [low, high]; the labels have
/// as many digits as the step needs.
QList<AxisTick> linearTicks(double low, double high, int room);

} // namespace annscope::ui
