// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/recall_axis.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("RecallAxis", text);
}

/// 0.9, 0.99, 0.999 without rounding up to 1.
QString recallLabel(double recall) {
    return QString::number(recall, 'g', 8);
}

/// Keeps the marks that are at least a label apart, in the order of preference in which they come.
QList<AxisTick> thinned(const QList<AxisTick>& wanted, double low, double high, int room) {
    const double apart = (high - low) / std::max(room, 2);
    QList<AxisTick> kept;
    for (const AxisTick& tick : wanted) {
        if (tick.position < low - 1e-9 || tick.position > high + 1e-9)
            continue;
        const bool free = std::ranges::none_of(kept, [&](const AxisTick& other) {
            return other.major() && std::abs(other.position - tick.position) < apart;
        });
        kept << (free ? tick : AxisTick{tick.position, {}});
    }
    std::ranges::sort(kept, {}, &AxisTick::position);
    return kept;
}

} // namespace

double RecallAxis::clamped(double recall) const noexcept {
    return std::clamp(recall, m_resolution / 2, 1 - m_resolution / 2);
}

double RecallAxis::toAxis(double recall) const noexcept {
    switch (m_scale) {
    case RecallScale::Logit: {
        const double r = clamped(recall);
        return std::log10(r / (1 - r));
    }
    case RecallScale::MissLog:
        return -std::log10(1 - std::min(recall, 1 - m_resolution / 2));
    case RecallScale::Linear:
        break;
    }
    return recall;
}

double RecallAxis::fromAxis(double position) const noexcept {
    switch (m_scale) {
    case RecallScale::Logit: {
        const double odds = std::pow(10.0, position);
        return odds / (1 + odds);
    }
    case RecallScale::MissLog:
        return 1 - std::pow(10.0, -position);
    case RecallScale::Linear:
        break;
    }
    return position;
}

QList<AxisTick> RecallAxis::ticks(double low, double high, int room) const {
    if (m_scale == RecallScale::Linear) {
        QList<AxisTick> ticks = linearTicks(low, high, room);
        ticks.removeIf(
            [](const AxisTick& tick) { return tick.position < -1e-9 || tick.position > 1 + 1e-9; });
        return ticks;
    }
    if (!(high > low) || !std::isfinite(low) || !std::isfinite(high))
        return {};
    // By preference: 1, the nines, the middle, then what lies between.
    QList<AxisTick> wanted;
    const bool misses = m_scale == RecallScale::MissLog;
    const auto add = [&](double recall) {
        if (recall > 1 - m_resolution * 0.75 || recall < m_resolution * 0.75)
            return;
        const QString label = recallLabel(misses ? 1 - recall : recall);
        wanted << AxisTick{toAxis(recall), label};
    };
    wanted << AxisTick{toAxis(1.0), misses ? QStringLiteral("0") : QStringLiteral("1")};
    for (int nines = 1; nines <= 8; ++nines)
        add(1 - std::pow(10.0, -nines));
    add(0.5);
    for (int zeros = 1; zeros <= 8 && !misses; ++zeros)
        add(std::pow(10.0, -zeros));
    if (misses)
        add(0.0 + m_resolution);
    for (int nines = 2; nines <= 4; ++nines)
        for (const double share : {5.0, 2.0})
            add(1 - share * std::pow(10.0, -nines));
    for (const double recall : {0.2, 0.8, 0.7, 0.3, 0.6, 0.4})
        add(recall);
    // Zoomed in between two of those: round values of a linear scale, where they are few enough.
    const double from = fromAxis(low), to = fromAxis(high);
    if (to - from < 0.1 * (1 - from))
        for (const AxisTick& tick : linearTicks(from, to, room))
            add(tick.position);
    QList<AxisTick> ticks = thinned(wanted, low, high, room);
    return ticks;
}

QString RecallAxis::title(std::size_t k) const {
    const QString at = k == 0 ? QStringLiteral("k") : QString::number(k);
    switch (m_scale) {
    case RecallScale::Logit:
        return tr("Recall@%1 (logit)").arg(at);
    case RecallScale::MissLog:
        return tr("1 − recall@%1 (log, reversed)").arg(at);
    case RecallScale::Linear:
        break;
    }
    return tr("Recall@%1").arg(at);
}

std::pair<double, double> RecallAxis::niceRange(double low, double high) const noexcept {
    if (m_scale == RecallScale::Linear) {
        const double span = std::max(1 - low, 0.02);
        const double step = span > 0.5 ? 0.1 : span > 0.2 ? 0.05 : span > 0.05 ? 0.01 : 0.005;
        return {std::max(0.0, std::floor((low - 0.02 * span) / step) * step), 1.0};
    }
    const double left = toAxis(low), right = toAxis(high);
    const double air = std::max(0.06 * (right - left), 0.1);
    return {left - air, right + air};
}

} // namespace annscope::ui
