// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/distribution.h"

#include "ui/common/format.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope::ui {
namespace {

constexpr std::size_t kMostBins = 48;
constexpr double kTail = 0.995; ///< share of the values that the axis shows
constexpr double kWide = 8;     ///< ratio of long to median from which an axis is logarithmic
constexpr double kShort = 0.02, kLong = 0.98;

QString translated(const char* text) {
    return QCoreApplication::translate("Distribution", text);
}

/// The least value with at least that share of all at or below it.
std::size_t quantile(std::span<const std::uint64_t> counts, std::uint64_t total, double share) {
    const double wanted = share * static_cast<double>(total);
    std::uint64_t seen = 0;
    for (std::size_t v = 0; v < counts.size(); ++v) {
        seen += counts[v];
        if (static_cast<double>(seen) >= wanted && seen > 0)
            return v;
    }
    return counts.empty() ? 0 : counts.size() - 1;
}

} // namespace

double Distribution::edge(std::size_t bin) const {
    const double at = low + (high - low) * static_cast<double>(bin) /
                                static_cast<double>(std::max<std::size_t>(bins.size(), 1));
    return logarithmic ? std::pow(10.0, at) : at;
}

std::uint64_t Distribution::largest() const {
    return bins.empty() ? 0 : *std::ranges::max_element(bins);
}

QString Distribution::binText(std::size_t bin) const {
    const bool beyond = overflow && bin + 1 == bins.size();
    const double from = edge(bin), to = edge(bin + 1);
    QString range;
    if (whole) {
        const auto first = static_cast<qulonglong>(std::ceil(from));
        const auto last = std::max(first, static_cast<qulonglong>(std::max(0.0, std::floor(to - 1e-9))));
        range = beyond          ? translated("%1 and more").arg(formatCount(first))
                : first == last ? formatCount(first)
                                : translated("%1 to %2").arg(formatCount(first), formatCount(last));
    } else {
        range = beyond ? translated("%1 and more").arg(formatNumber(from))
                       : translated("%1 to %2").arg(formatNumber(from), formatNumber(to));
    }
    const double share = total == 0 ? 0 : static_cast<double>(bins[bin]) / static_cast<double>(total);
    return translated("%1 %2: %3 %4 (%5)")
        .arg(title, range, formatCount(bins[bin]), counted, formatPercent(share, share < 0.1 ? 2 : 1));
}

QString Distribution::summary() const {
    const auto text = [&](double v) {
        return whole && v == std::floor(v) ? formatCount(static_cast<qulonglong>(v)) : formatMean(v);
    };
    if (total == 0)
        return translated("none");
    return whole ? translated("mean %1, median %2, most %3").arg(formatMean(mean), text(median), text(most))
                 : translated("mean %1, median %2, longest %3")
                       .arg(formatNumber(mean), formatNumber(median), formatNumber(most));
}

QString Distribution::csv() const {
    QStringList lines{QStringLiteral("from,to,count")};
    const auto number = [](double v) { return QString::number(v, 'g', 9); };
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const bool beyond = overflow && i + 1 == bins.size();
        lines << QStringLiteral("%1,%2,%3")
                     .arg(number(whole ? std::ceil(edge(i)) : edge(i)),
                          number(beyond  ? most
                                 : whole ? std::floor(edge(i + 1) - 1e-9)
                                         : edge(i + 1)))
                     .arg(qulonglong(bins[i]));
    }
    return lines.join(u'\n') + u'\n';
}

Distribution distributionOfCounts(std::span<const std::uint64_t> counts) {
    Distribution d;
    d.whole = true;
    d.total = std::accumulate(counts.begin(), counts.end(), std::uint64_t(0));
    if (d.total == 0)
        return d;
    double sum = 0;
    std::size_t first = counts.size(), last = 0;
    for (std::size_t v = 0; v < counts.size(); ++v)
        if (counts[v] > 0) {
            sum += static_cast<double>(v) * static_cast<double>(counts[v]);
            first = std::min(first, v);
            last = v;
        }
    d.mean = sum / static_cast<double>(d.total);
    d.median = static_cast<double>(quantile(counts, d.total, 0.5));
    d.most = static_cast<double>(last);
    // A few hubs must not press all others into one bar.
    std::size_t end = quantile(counts, d.total, kTail);
    end = last - first <= 2 * (end - first) + kMostBins / 2 ? last : end;
    const std::size_t range = end - first + 1, width = (range + kMostBins - 1) / kMostBins;
    d.bins.assign((range + width - 1) / width, 0);
    d.low = static_cast<double>(first) - 0.5;
    d.high = d.low + static_cast<double>(width * d.bins.size());
    d.overflow = static_cast<double>(last) > d.high;
    for (std::size_t v = first; v <= last; ++v)
        d.bins[std::min((v - first) / width, d.bins.size() - 1)] += counts[v];
    return d;
}

Distribution distributionOfNumbers(std::span<const std::uint32_t> values) {
    std::vector<std::uint64_t> counts;
    for (const std::uint32_t v : values) {
        if (v >= counts.size())
            counts.resize(std::size_t(v) + 1, 0);
        ++counts[v];
    }
    return distributionOfCounts(counts);
}

Distribution distributionOfValues(std::span<const float> sorted) {
    Distribution d;
    d.total = sorted.size();
    if (sorted.empty())
        return d;
    const auto at = [&](double share) {
        return double(sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]);
    };
    d.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
    d.median = at(0.5);
    d.most = sorted.back();
    d.logarithmic = at(kShort) > 0 && at(kLong) > kWide * at(0.5);
    double low = d.logarithmic ? at(0.001) : sorted.front(), high = sorted.back();
    if (d.logarithmic) {
        low = low > 0 ? low : at(kShort);
    } else if (const double tail = at(kTail); high - low > 2 * (tail - low) && tail > low) {
        high = tail;
        d.overflow = true;
    }
    d.low = d.logarithmic ? std::log10(low) : low;
    d.high = d.logarithmic ? std::log10(high) : high;
    if (!(d.high > d.low))
        d.high = d.low + (d.low == 0 ? 1 : std::abs(d.low) * 0.1);
    d.bins.assign(sorted.size() < kMostBins ? 12 : kMostBins, 0);
    for (const float value : sorted) {
        const double v = d.logarithmic ? std::log10(std::max(double(value), low)) : double(value);
        const double bin = (v - d.low) / (d.high - d.low) * static_cast<double>(d.bins.size());
        ++d.bins[static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(d.bins.size() - 1)))];
    }
    return d;
}

} // namespace annscope::ui
