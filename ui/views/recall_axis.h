// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/log_axis.h"

namespace annscope::ui {

/// How recall is laid out from left to right.
enum class RecallScale {
    Linear,
    Logit,  ///< log10(r / (1 - r)): 0.9, 0.99 and 0.999 equally far apart, and 0.1 as far below the middle
    MissLog ///< log10(1 - r), reversed: each step right misses a tenth
};

/// The x axis of the curve: recall <-> axis units. Recall 1 would lie at infinity on the two logarithmic
/// scales; it is placed half a step of the finest measurable recall beyond the last other value.
class RecallAxis {
public:
    explicit RecallAxis(RecallScale scale = RecallScale::Linear, double resolution = 1e-4)
        : m_scale(scale), m_resolution(resolution) {}

    RecallScale scale() const noexcept { return m_scale; }
    /// Smallest difference that can be measured: 1 / (queries k).
    double resolution() const noexcept { return m_resolution; }

    double toAxis(double recall) const noexcept;
    double fromAxis(double position) const noexcept;
    QList<AxisTick> ticks(double low, double high, int room) const;
    /// "Recall@10", "1 − recall@10 (log, reversed)"; k = 0: several.
    QString title(std::size_t k) const;
    /// The range that shows [low, high] (recalls) with some air, on round values.
    std::pair<double, double> niceRange(double low, double high) const noexcept;

private:
    double clamped(double recall) const noexcept;
    RecallScale m_scale;
    double m_resolution;
};

} // namespace annscope::ui
