// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <span>
#include <vector>

namespace annscope::ui {

/// Counts in bins of equal width on the axis; few values far beyond the rest share the last bin.
struct Distribution {
    QString title;            ///< "In-degree"
    QString unit;             ///< of the axis: "edges into a node"
    QString counted;          ///< what is counted: "nodes"
    double low = 0, high = 1; ///< of the axis; log10 of the values where logarithmic
    bool logarithmic = false;
    bool whole = false;    ///< the values are whole numbers, bin edges lie half-way between
    bool overflow = false; ///< the last bin holds all that is beyond, too
    std::vector<std::uint64_t> bins;
    std::uint64_t total = 0;
    double mean = 0, median = 0, most = 0; ///< of the values

    double edge(std::size_t bin) const; ///< lower edge as a value; bins.size() gives the end
    std::uint64_t largest() const;
    /// "in-degree 12 to 15: 345 nodes (5.6 %)".
    QString binText(std::size_t bin) const;
    /// "mean 31.9, median 32, most 64".
    QString summary() const;
    /// from,to,count with a heading, numbers in the C locale.
    QString csv() const;
};

/// counts[v]: how often the value v was seen.
Distribution distributionOfCounts(std::span<const std::uint64_t> counts);
/// values: ascending. Logarithmic where they span a wide range.
Distribution distributionOfValues(std::span<const float> sorted);
/// Whole numbers, in any order.
Distribution distributionOfNumbers(std::span<const std::uint32_t> values);

} // namespace annscope::ui
