// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/operating_point.h"
#include "ui/models/built_index.h"

#include <QString>

#include <chrono>

namespace annscope::ui {

/// What a table needs to know of an index, asked once: IndexInfo is put together anew on each call.
struct IndexFacts {
    std::uint64_t bytes = 0;
    double trainSeconds = 0, addSeconds = 0;
    std::size_t size = 0, dim = 0;
    Metric metric = Metric::L2;
};

/// One measured configuration of one index: a point of the curve and a row of the table.
struct Run {
    qint64 id = -1; ///< given by RunsModel; -1: not in the table
    BuiltIndexPtr index;
    OperatingPoint point;
    IndexFacts facts; ///< filled by RunsModel, or by factsOf
    bool pinned = false, hidden = false;
    bool live = false; ///< the configuration under the sliders: a marker on the curve, no row
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
};

/// Runs are comparable, and share a line on the curve, where index, k and threads are the same.
struct SeriesKey {
    qint64 index = -1;
    std::size_t k = 0;
    int threads = 1;
    friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};
SeriesKey seriesOf(const Run& run);

/// "IVF1024,Flat||nprobe=16": the one line in which a configuration is written everywhere.
QString configurationText(const Run& run);
/// The same for a search of the index that was not measured.
QString configurationText(const BuiltIndex& index, const SearchParams& params);
/// "nprobe=16, k_factor=4"
QString paramsText(const Run& run);
/// Zeros without an index.
IndexFacts factsOf(const BuiltIndexPtr& index);

/// Half the 95 % interval of the mean recall over the measured queries (normal approximation; 0 where it
/// cannot be told, as with fewer than two queries).
double recallMargin(const OperatingPoint& point);

} // namespace annscope::ui
