// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/log_axis.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace annscope::ui {
namespace {

constexpr double kSlack = 1e-9;

/// "2k", "1.5M", "0.2": as short as it is exact.
QString shortNumber(double value) {
    struct Unit {
        double factor;
        QLatin1String suffix;
    };
    static const std::array<Unit, 3> kUnits{
        {{1e9, QLatin1String("G")}, {1e6, QLatin1String("M")}, {1e3, QLatin1String("k")}}};
    for (const Unit& unit : kUnits)
        if (value >= unit.factor * (1 - kSlack))
            return QString::number(value / unit.factor, 'g', 6) + unit.suffix;
    return QString::number(value, 'g', 6);
}

QList<AxisTick> decadeMarks(double low, double high, std::span<const int> mantissas, int everyDecade) {
    QList<AxisTick> ticks;
    for (int decade = int(std::floor(low)); decade <= int(std::ceil(high)); ++decade) {
        for (const int mantissa : mantissas) {
            const double position = decade + std::log10(mantissa);
            if (position < low - kSlack || position > high + kSlack)
                continue;
            const bool labelled = everyDecade <= 1 || (mantissa == 1 && decade % everyDecade == 0);
            ticks << AxisTick{position,
                              labelled ? shortNumber(mantissa * std::pow(10.0, decade)) : QString()};
        }
    }
    return ticks;
}

qsizetype labelled(const QList<AxisTick>& ticks) {
    return std::ranges::count_if(ticks, &AxisTick::major);
}

/// Fills in unlabelled lines at 1..9 of each decade.
void addMinors(QList<AxisTick>& ticks, double low, double high) {
    static constexpr std::array kAll{1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (const AxisTick& minor : decadeMarks(low, high, kAll, 1)) {
        const auto same = [&](const AxisTick& tick) {
            return std::abs(tick.position - minor.position) < 1e-6;
        };
        if (std::ranges::none_of(ticks, same))
            ticks << AxisTick{minor.position, {}};
    }
    std::ranges::sort(ticks, {}, &AxisTick::position);
}

/// Zoomed into less than about half a decade: round values of a linear scale.
QList<AxisTick> closeUp(double low, double high, int room) {
    QList<AxisTick> ticks;
    const double first = std::pow(10.0, low), last = std::pow(10.0, high);
    for (const AxisTick& tick : linearTicks(first, last, room))
        if (tick.position > 0)
            ticks << AxisTick{std::log10(tick.position), shortNumber(tick.position)};
    return ticks;
}

} // namespace

QList<AxisTick> logTicks(double low, double high, int room) {
    static constexpr std::array kOneTwoFive{1, 2, 5};
    static constexpr std::array kOneThree{1, 3};
    static constexpr std::array kOne{1};
    if (!(high > low) || !std::isfinite(low) || !std::isfinite(high) || high - low > 40)
        return {};
    room = std::max(room, 2);
    const std::array<std::span<const int>, 3> choices{kOneTwoFive, kOneThree, kOne};
    for (const auto& mantissas : choices) {
        QList<AxisTick> ticks = decadeMarks(low, high, mantissas, 1);
        const qsizetype count = labelled(ticks);
        if (count < 3 && mantissas.size() == 3)
            return closeUp(low, high, room);
        if (count <= room) {
            if (high - low < 4)
                addMinors(ticks, low, high);
            return ticks;
        }
    }
    int every = 2;
    while (labelled(decadeMarks(low, high, kOne, every)) > room)
        ++every;
    return decadeMarks(low, high, kOne, every);
}

QList<AxisTick> linearTicks(double low, double high, int room) {
    if (!(high > low) || !std::isfinite(low) || !std::isfinite(high))
        return {};
    const double raw = (high - low) / std::max(room, 2);
    const double power = std::pow(10.0, std::floor(std::log10(raw) + kSlack));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw * (1 - kSlack)) {
            step = factor * power;
            break;
        }
    }
    const int decimals = std::max(0, int(std::ceil(-std::log10(step) - kSlack)));
    QList<AxisTick> ticks;
    const double first = std::ceil(low / step - 1e-6), last = std::floor(high / step + 1e-6);
    for (double i = first; i <= last; ++i)
        ticks << AxisTick{i * step, QString::number(i * step, 'f', decimals)};
    return ticks;
}

} // namespace annscope::ui
