// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/polar_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace annscope::ui {

/// Distances and sectors to pixels.
struct PolarView::Geometry {
    static constexpr double kRim = 30; ///< pixels around the circle, for the numbers of the sectors
    /// The nearest distance lies this far out, as a share of the radius.
    static constexpr double kHole = 0.1;

    QPointF centre;
    double radius = 1, low = 0, high = 1;
    double sectors = 1; ///< including that of the missed
    std::size_t cells = 0, probed = 0;
    double missed = 0; ///< sectors' worth of angle

    std::size_t sectorOf(std::size_t step) const { return std::min(step, cells - 1); }

    double at(double value) const {
        const double t = (value - low) / (high - low);
        return radius * std::clamp(kHole + (1 - kHole) * t, 0.0, 1.0);
    }
    /// Clockwise from the top; 0..sectors.
    QPointF place(double sector, double r) const {
        const double a = 2 * std::numbers::pi * sector / sectors - std::numbers::pi / 2;
        return centre + QPointF(std::cos(a), std::sin(a)) * r;
    }
    double degrees(double sector) const { return 90 - 360 * sector / sectors; }
};

} // namespace annscope::ui
