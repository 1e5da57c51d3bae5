// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/map_misses.h"

#include <algorithm>

namespace annscope::ui {

MissCountsPtr countMisses(const LossReport& report, const QueryRowsPtr& passing) {
    auto counts = std::make_shared<MissCounts>();
    for (const Miss& miss : report.misses) {
        if (miss.reason == LossReason::Tie || miss.id < 0 ||
            (passing && !std::ranges::binary_search(*passing, miss.query)))
            continue;
        ++counts->byRow[static_cast<std::uint32_t>(miss.id)];
        ++counts->total;
    }
    for (const auto& [row, misses] : counts->byRow) {
        counts->rows.push_back({row, misses});
        counts->most = std::max(counts->most, misses);
    }
    std::ranges::sort(counts->rows, [](const MissCounts::Row& a, const MissCounts::Row& b) {
        return a.misses != b.misses ? a.misses < b.misses : a.row < b.row;
    });
    return counts;
}

} // namespace annscope::ui
