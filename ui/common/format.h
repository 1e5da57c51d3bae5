// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>

namespace annscope::ui {

/// Text of numbers, in one place: sensible precision, units, the user's separators.

/// The locale of all numbers: the user's; the C locale has no group separators, so it counts as English.
QLocale numberLocale();

/// 60000 -> "60,000".
QString formatCount(qulonglong count);
/// A count per query that may be a mean: 1234.56 -> "1,235", 12.34 -> "12.3".
QString formatMean(double value);
/// Three significant digits: 18392.8 -> "18,400", with unit "18,400 QPS".
QString formatQps(double qps);
QString formatQpsWithUnit(double qps);
/// For axes and small labels: 18392.8 -> "18.4k", 1250000 -> "1.25M", 2000 -> "2k".
QString formatShort(double value);
/// Decimal units as storage is sold and as ls --si prints: 7100000 -> "7.1 MB".
QString formatBytes(qulonglong bytes);
/// 0.0031 -> "3.1 ms", 3.14 -> "3.1 s", 127 -> "2:07 min", 3725 -> "1:02 h". estimated puts "~" in front.
QString formatSeconds(double seconds, bool estimated = false);
/// Time left, whole seconds: 7.2 -> "0:07 left"; unknown (negative) gives "".
QString formatTimeLeft(double seconds);
/// 51.3 -> "51 µs", 1234 -> "1.2 ms".
QString formatMicros(double micros);
/// Three digits, four when it is nearly 1: 0.9531 -> "0.953", 0.99964 -> "0.9996", 1 -> "1.000".
QString formatRecall(double recall);
/// 0.621 -> "62 %".
QString formatPercent(double share, int decimals = 0);
/// A parameter as it stands in a configuration: C locale, no needless digits. 1.2 -> "1.2", 16 -> "16".
QString formatParameter(double value);
/// 3 significant digits for everything without a rule of its own: distances, norms.
QString formatNumber(double value);
/// "60,000 x 784" with the multiplication sign.
QString formatShape(qulonglong rows, qulonglong dim);

} // namespace annscope::ui
