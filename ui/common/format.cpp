// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>

namespace annscope::ui {
namespace {

double roundedTo(double value, int significant) {
    if (value == 0 || !std::isfinite(value))
        return value;
    const double scale = std::pow(10.0, significant - 1 - std::floor(std::log10(std::abs(value))));
    return std::round(value * scale) / scale;
}

/// Digits after the point so that `significant` digits are shown in all.
int decimalsFor(double value, int significant) {
    if (value == 0 || !std::isfinite(value))
        return 0;
    return std::max(0, significant - 1 - static_cast<int>(std::floor(std::log10(std::abs(value)))));
}

QString significantText(double value, int significant) {
    const double rounded = roundedTo(value, significant);
    return numberLocale().toString(rounded, 'f', decimalsFor(rounded, significant));
}

QString withoutTrailingZeros(QString text) {
    const QString point = numberLocale().decimalPoint();
    if (!text.contains(point))
        return text;
    while (text.endsWith(QLatin1Char('0')))
        text.chop(1);
    if (text.endsWith(point))
        text.chop(point.size());
    return text;
}

QString tr(const char* text) {
    return QCoreApplication::translate("Format", text);
}

QString clock(qint64 large, qint64 small) {
    return QStringLiteral("%1:%2").arg(large).arg(small, 2, 10, QLatin1Char('0'));
}

} // namespace

QLocale numberLocale() {
    QLocale locale;
    if (locale.language() == QLocale::C)
        locale = QLocale(QLocale::English, QLocale::UnitedStates);
    locale.setNumberOptions(QLocale::DefaultNumberOptions);
    return locale;
}

QString formatCount(qulonglong count) {
    return numberLocale().toString(count);
}

QString formatMean(double value) {
    return value >= 99.95 ? numberLocale().toString(std::round(value), 'f', 0)
                          : withoutTrailingZeros(significantText(value, 3));
}

QString formatQps(double qps) {
    return qps >= 99.95 ? numberLocale().toString(roundedTo(qps, 3), 'f', 0) : significantText(qps, 3);
}

QString formatQpsWithUnit(double qps) {
    return tr("%1 QPS").arg(formatQps(qps));
}

QString formatShort(double value) {
    static constexpr std::array kSuffixes{"", "k", "M", "G", "T"};
    double rounded = roundedTo(value, 3);
    std::size_t step = 0;
    while (std::abs(rounded) >= 1000 && step + 1 < kSuffixes.size()) {
        rounded /= 1000;
        ++step;
    }
    return withoutTrailingZeros(significantText(rounded, 3)) + QLatin1String(kSuffixes[step]);
}

QString formatBytes(qulonglong bytes) {
    static constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 || value >= 99.95 ? 0 : 1;
    return QStringLiteral("%1 %2").arg(numberLocale().toString(value, 'f', decimals),
                                       QLatin1String(kUnits[unit]));
}

QString formatSeconds(double seconds, bool estimated) {
    const QString sign = estimated ? QStringLiteral("~") : QString();
    if (!std::isfinite(seconds) || seconds < 0)
        return {};
    if (seconds < 0.000'999'5)
        return sign + tr("%1 µs").arg(significantText(seconds * 1e6, 2));
    if (seconds < 0.9995)
        return sign + tr("%1 ms").arg(significantText(seconds * 1e3, seconds < 0.0995 ? 2 : 3));
    if (seconds < 59.95)
        return sign + tr("%1 s").arg(numberLocale().toString(seconds, 'f', seconds < 9.95 ? 1 : 0));
    const auto whole = std::llround(seconds);
    if (whole < 3600)
        return sign + tr("%1 min").arg(clock(whole / 60, whole % 60));
    return sign + tr("%1 h").arg(clock(whole / 3600, whole / 60 % 60));
}

QString formatTimeLeft(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0)
        return {};
    const auto whole = static_cast<qint64>(std::ceil(seconds));
    return whole < 3600 ? tr("%1 left").arg(clock(whole / 60, whole % 60))
                        : tr("%1 h left").arg(clock(whole / 3600, whole / 60 % 60));
}

QString formatMicros(double micros) {
    if (!std::isfinite(micros) || micros < 0)
        return {};
    if (micros < 999.5)
        return tr("%1 µs").arg(significantText(micros, micros < 99.5 ? 2 : 3));
    return tr("%1 ms").arg(significantText(micros / 1000, micros < 99'500 ? 2 : 3));
}

QString formatRecall(double recall) {
    const bool nearlyOne = recall >= 0.9995 && recall < 1;
    const double shown = nearlyOne ? std::min(recall, 0.9999) : recall; // never 1 unless it is
    return numberLocale().toString(shown, 'f', nearlyOne ? 4 : 3);
}

QString formatPercent(double share, int decimals) {
    return QStringLiteral("%1 %").arg(numberLocale().toString(share * 100, 'f', decimals));
}

QString formatParameter(double value) {
    return QLocale::c().toString(value, 'g', 10);
}

QString formatNumber(double value) {
    if (value != 0 && (std::abs(value) >= 1e7 || std::abs(value) < 1e-4))
        return numberLocale().toString(value, 'g', 3);
    return withoutTrailingZeros(significantText(value, 3));
}

QString formatShape(qulonglong rows, qulonglong dim) {
    return QStringLiteral("%1 × %2").arg(formatCount(rows), formatCount(dim));
}

} // namespace annscope::ui
