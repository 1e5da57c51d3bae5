// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/query_bins.h"

#include "ui/common/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope::ui {
namespace {

constexpr int kFewestBins = 12, kMostBins = 48, kMostRecalls = 100;

QString tr(const char* text) {
    return QCoreApplication::translate("QueryBins", text);
}

/// 1, 2 or 5 times a power of ten, at least width; digits: those after the point that its multiples need.
double roundStep(double width, int& digits) {
    const double power = std::pow(10, std::floor(std::log10(width) + 1e-9));
    const double share = width / power;
    const double step = (share <= 1.0001 ? 1 : share <= 2.0001 ? 2 : share <= 5.0001 ? 5 : 10) * power;
    digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
    return step;
}

QString distanceUnit(Metric metric) {
    switch (metric) {
    case Metric::L2:
        return tr("Euclidean");
    case Metric::Cosine:
        return tr("Euclidean, of unit vectors");
    case Metric::InnerProduct:
        break;
    }
    return tr("Euclidean, vectors lifted to equal length");
}

} // namespace

QString shortName(DifficultyMeasure measure) {
    switch (measure) {
    case DifficultyMeasure::RelativeContrast:
        return tr("contrast");
    case DifficultyMeasure::LocalDimension:
        return tr("LID");
    case DifficultyMeasure::Distance:
        break;
    }
    return tr("distance");
}

QString axisTitle(DifficultyMeasure measure, const QueryDifficulty& difficulty) {
    switch (measure) {
    case DifficultyMeasure::RelativeContrast:
        return tr("relative contrast at k = %1: small is hard").arg(difficulty.k);
    case DifficultyMeasure::LocalDimension:
        return tr("local intrinsic dimension: large is hard");
    case DifficultyMeasure::Distance:
        break;
    }
    return tr("distance to the nearest vector (%1)").arg(distanceUnit(difficulty.metric));
}

QString helpText(DifficultyMeasure measure, const QueryDifficulty& difficulty) {
    switch (measure) {
    case DifficultyMeasure::RelativeContrast:
        return tr("Relative contrast: the mean distance to %1 sampled vectors, divided by the distance of "
                  "the "
                  "neighbour %2.\nNear 1 the neighbours are hardly nearer than any vector: hard for every "
                  "index. Range 1 and up. (He, Kumar and Chang 2012)")
            .arg(formatCount(difficulty.contrast_rows), formatCount(difficulty.k));
    case DifficultyMeasure::LocalDimension:
        return tr("Local intrinsic dimension (LID) around the query: how fast the number of vectors grows "
                  "with "
                  "the distance,\nby maximum likelihood from its %1 true neighbours. The higher, the more "
                  "vectors compete: hard. (Levina and Bickel 2004)")
            .arg(formatCount(difficulty.neighbours));
    case DifficultyMeasure::Distance:
        break;
    }
    return tr("Distance to the data: that of the nearest vector (%1). Large: the query is unlike the data.")
               .arg(distanceUnit(difficulty.metric)) +
           QLatin1Char('\n') + outsideText(difficulty);
}

QString outsideText(const QueryDifficulty& difficulty) {
    if (std::isnan(difficulty.limit))
        return tr("With fewer than two vectors nothing is out of distribution.");
    return tr("Out of distribution: farther from the data than %1, the 99th percentile of the distances of "
              "%2 "
              "sampled vectors to their own nearest (median %3).\nOf queries like the data about one in a "
              "hundred is marked, too. (as OOD-DiskANN, Jaiswal et al. 2022)")
        .arg(formatNumber(double(difficulty.limit)), formatCount(difficulty.reference_rows),
             formatNumber(double(difficulty.typical)));
}

QString difficultyText(double value, int digits) {
    return std::isnan(value)   ? QStringLiteral("–")
           : std::isinf(value) ? QStringLiteral("∞")
           : digits < 0        ? formatNumber(value)
                               : numberLocale().toString(value, 'f', digits);
}

QueryBins QueryBins::ofRecall(std::span<const float> recall, std::size_t k) {
    QueryBins bins;
    bins.m_quantity = tr("recall@%1").arg(k);
    bins.m_exact = k <= kMostRecalls;
    const int steps = static_cast<int>(std::clamp<std::size_t>(k, 1, kMostRecalls));
    bins.m_width = 1.0 / steps;
    bins.m_low = -0.5 / steps;
    bins.m_counts.resize(std::size_t(steps) + 1);
    // As many digits as tell the values apart; a third of k is no round number.
    bins.m_digits = steps == 1 ? 0 : steps == 2 || steps == 5 || steps == 10 ? 1 : 2;
    bins.put(recall);
    return bins;
}

QueryBins QueryBins::ofDifficulty(const QueryDifficulty& difficulty, DifficultyMeasure measure) {
    QueryBins bins;
    bins.m_quantity = shortName(measure);
    const std::span<const float> values = difficulty.values(measure);
    std::vector<double> sorted;
    for (const float value : values)
        if (std::isfinite(value))
            sorted.push_back(double(value));
    std::ranges::sort(sorted);
    const auto tail = [&sorted] { // most of the values are below
        return sorted[std::size_t(0.995 * double(sorted.size() - 1))];
    };
    const auto positive = std::ranges::find_if(sorted, [](double v) { return v > 0; });
    if (constexpr double kWide = 50; positive != sorted.end() && tail() > kWide * *positive) {
        bins.m_logarithmic = true;
        sorted.erase(sorted.begin(), positive); // zeros join the first bin
        for (double& value : sorted)
            value = std::log10(value);
    }
    double low = 0, high = 1;
    if (!sorted.empty()) {
        low = sorted.front();
        high = sorted.back();
        bins.m_overflow = high - tail() > 0.5 * (tail() - low) && tail() > low;
        if (bins.m_overflow)
            high = tail();
    }
    const double wanted =
        std::clamp(2 * std::sqrt(double(sorted.size())), double(kFewestBins), double(kMostBins));
    const double smallest = std::max(std::abs(high), 1e-6) * 1e-4; // floats far from zero differ by more
    bins.m_width = roundStep(std::max((high - low) / wanted, smallest), bins.m_digits);
    bins.m_low = std::floor(low / bins.m_width + 1e-9) * bins.m_width;
    const int count = static_cast<int>(std::floor((high - bins.m_low) / bins.m_width + 1e-9)) + 1;
    bins.m_counts.resize(std::size_t(std::max(count, 1)));
    bins.m_overflow |= std::ranges::any_of(values, [](float v) { return std::isinf(v); });
    bins.put(values);
    return bins;
}

void QueryBins::put(std::span<const float> values) {
    m_binOf.assign(values.size(), -1);
    double sum = 0;
    std::size_t finite = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double value = double(values[i]);
        if (std::isnan(value))
            continue;
        // A value on an edge belongs above it, whatever its last bit.
        const double place = std::floor((axisOf(value) - m_low) / m_width + 1e-6);
        const int bin = static_cast<int>(std::clamp(place, 0.0, double(size() - 1)));
        m_binOf[i] = bin;
        ++m_counts[std::size_t(bin)];
        ++m_total;
        if (std::isfinite(value)) {
            sum += value;
            ++finite;
        }
    }
    m_mean = finite > 0 ? sum / double(finite) : std::numeric_limits<double>::quiet_NaN();
}

int QueryBins::binOf(qint64 row) const {
    return row >= 0 && row < qint64(m_binOf.size()) ? m_binOf[std::size_t(row)] : -1;
}

std::vector<std::uint32_t> QueryBins::countsOf(const QueryRowsPtr& rows) const {
    if (!rows)
        return m_counts;
    std::vector<std::uint32_t> counts(m_counts.size());
    for (const std::uint32_t row : *rows)
        if (const int bin = binOf(row); bin >= 0)
            ++counts[std::size_t(bin)];
    return counts;
}

std::vector<double> QueryBins::meansOf(std::span<const float> values) const {
    std::vector<double> sums(m_counts.size());
    std::vector<std::size_t> counts(m_counts.size());
    for (std::size_t row = 0; row < std::min(values.size(), m_binOf.size()); ++row)
        if (const int bin = m_binOf[row]; bin >= 0) {
            sums[std::size_t(bin)] += double(values[row]);
            ++counts[std::size_t(bin)];
        }
    const std::size_t fewest = std::clamp<std::size_t>(values.size() / 200, 1, 5); // less is chance
    for (std::size_t bin = 0; bin < sums.size(); ++bin)
        sums[bin] = counts[bin] >= fewest ? sums[bin] / double(counts[bin])
                                          : std::numeric_limits<double>::quiet_NaN();
    return sums;
}

QueryRows QueryBins::rowsIn(BinRange range) const {
    QueryRows rows;
    for (std::size_t row = 0; row < m_binOf.size(); ++row)
        if (m_binOf[row] >= range.first && m_binOf[row] <= range.second)
            rows.push_back(static_cast<std::uint32_t>(row));
    return rows;
}

std::optional<BinRange> QueryBins::rangeOf(const QueryRows& rows) const {
    BinRange range(size(), -1);
    for (const std::uint32_t row : rows) {
        const int bin = binOf(row);
        if (bin < 0)
            return {};
        range = {std::min(range.first, bin), std::max(range.second, bin)};
    }
    std::size_t count = 0;
    for (int bin = range.first; bin <= range.second; ++bin)
        count += m_counts[std::size_t(bin)];
    return count > 0 && count == rows.size() ? std::optional(range) : std::nullopt;
}

double QueryBins::axisOf(double value) const {
    return m_logarithmic ? std::log10(value) : value;
}

double QueryBins::valueAt(double position) const {
    return m_logarithmic ? std::pow(10, position) : position;
}

QString QueryBins::valueText(double value) const {
    if (m_logarithmic)
        return formatNumber(valueAt(value));
    return numberLocale().toString(value, 'f', m_digits);
}

QString QueryBins::rangeText(BinRange range) const {
    const auto [first, last] = range;
    const bool fromStart = first == 0, toEnd = last == size() - 1;
    const double half = m_exact ? m_width / 2 : 0; // from a bin's lower edge to its value
    const auto value = [&](int bin) {
        const double at = edge(bin) + half;
        return valueText(std::abs(at) < 1e-9 * m_width ? 0 : at); // no "-0"
    };
    if (m_exact && first == last)
        return QStringLiteral("%1 = %2").arg(m_quantity, value(first));
    if (fromStart && toEnd)
        return tr("any %1").arg(m_quantity);
    if (toEnd)
        return QStringLiteral("%1 ≥ %2").arg(m_quantity, value(first));
    if (fromStart)
        return QStringLiteral("%1 < %2").arg(m_quantity, value(last + 1));
    return tr("%1 %2 to %3").arg(m_quantity, value(first), value(m_exact ? last : last + 1));
}

} // namespace annscope::ui
