// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/difficulty.h"
#include "ui/models/filter_stack.h"

#include <QString>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace annscope::ui {

using DifficultyPtr = std::shared_ptr<const QueryDifficulty>;

/// Short as in a filter's text and a table's head: "contrast", "LID", "distance".
QString shortName(DifficultyMeasure measure);
/// With its unit, as an axis says it: "relative contrast (mean distance / distance of the 10th neighbour)".
QString axisTitle(DifficultyMeasure measure, const QueryDifficulty& difficulty);
/// What it is, how it is computed, and which end is hard.
QString helpText(DifficultyMeasure measure, const QueryDifficulty& difficulty);
/// The rule by which a query is out of distribution, with its numbers.
QString outsideText(const QueryDifficulty& difficulty);
/// Infinite: "∞"; not defined: "–". digits: after the point; -1: as suits the value.
QString difficultyText(double value, int digits = -1);

/// The bins first..last, both of them.
using BinRange = std::pair<int, int>;

/// Queries counted along one quantity. Bins are of equal width on the axis.
class QueryBins {
public:
    /// One bin for each possible recall, 0, 1/k, ... 1; fewer beyond k = 100. recall: of the first queries.
    static QueryBins ofRecall(std::span<const float> recall, std::size_t k);
    /// Edges on round values, of their logarithms where they span a wide range; few values far beyond the
    /// rest share the last bin, as do infinite ones.
    static QueryBins ofDifficulty(const QueryDifficulty& difficulty, DifficultyMeasure measure);

    int size() const noexcept { return static_cast<int>(m_counts.size()); }
    bool empty() const noexcept { return m_total == 0; }
    std::size_t total() const noexcept { return m_total; } ///< queries in bins
    std::size_t undefined() const noexcept { return m_binOf.size() - m_total; }
    double mean() const noexcept { return m_mean; } ///< of what is finite
    bool logarithmic() const noexcept { return m_logarithmic; }
    /// Where a value lies on the axis: itself or its log10; and back.
    double axisOf(double value) const;
    double valueAt(double position) const;
    double low() const noexcept { return m_low; } ///< the ends of the axis
    double high() const noexcept { return m_low + m_width * size(); }
    double edge(int bin) const noexcept { return m_low + m_width * bin; }
    bool overflow() const noexcept { return m_overflow; } ///< the last bin holds all beyond, too
    const QString& quantity() const noexcept { return m_quantity; }

    std::uint32_t count(int bin) const { return m_counts[std::size_t(bin)]; }
    /// -1: that query is in none.
    int binOf(qint64 row) const;
    /// How many of these rows lie in each bin; null: of all.
    std::vector<std::uint32_t> countsOf(const QueryRowsPtr& rows) const;
    /// Mean of the values (by row, those there are) in each bin; NaN where there are hardly any.
    std::vector<double> meansOf(std::span<const float> values) const;

    QueryRows rowsIn(BinRange range) const;
    /// The bins whose queries are exactly these; nothing where they are not those of neighbouring bins.
    std::optional<BinRange> rangeOf(const QueryRows& rows) const;
    /// "recall@10 < 0.6", "LID ≥ 18", "recall@10 = 0.3", "distance 900 to 1,000".
    QString rangeText(BinRange range) const;

private:
    void put(std::span<const float> values);
    QString valueText(double value) const;

    QString m_quantity;
    double m_low = 0, m_width = 1, m_mean = 0;
    int m_digits = 0;     ///< after the decimal point
    bool m_exact = false; ///< a bin is one value: its middle
    bool m_overflow = false, m_logarithmic = false;
    std::vector<std::int32_t> m_binOf;
    std::vector<std::uint32_t> m_counts;
    std::size_t m_total = 0;
};
using QueryBinsPtr = std::shared_ptr<const QueryBins>;

} // namespace annscope::ui
