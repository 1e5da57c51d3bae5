// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/map_misses.h"

#include <algorithm>

namespace annscope::ui {

MissCountsPtr countMisses(const LossReport& report, const QueryRowsPtr& passing) {
    auto counts = std::make_shared<MissCounts>();
    std::unordered_map<std::uint32_t, std::array<std::uint32_t, kLossReasons>> reasons;
    for (const Miss& miss : report.misses) {
        if (miss.reason == LossReason::Tie || miss.id < 0 ||
            (passing && !std::ranges::binary_search(*passing, miss.query)))
            continue;
        const auto reason = static_cast<std::size_t>(miss.reason);
        ++counts->byRow[static_cast<std::uint32_t>(miss.id)];
        ++reasons[static_cast<std::uint32_t>(miss.id)][reason];
        ++counts->reasons[reason];
        ++counts->total;
    }
    for (const auto& [row, misses] : counts->byRow) {
        const auto& own = reasons[row];
        counts->rows.push_back(
            {row, misses, static_cast<LossReason>(std::ranges::max_element(own) - own.begin())});
        counts->most = std::max(counts->most, misses);
    }
    std::ranges::sort(counts->rows, [](const MissCounts::Row& a, const MissCounts::Row& b) {
        return a.misses != b.misses ? a.misses < b.misses : a.row < b.row;
    });
    return counts;
}

} // namespace annscope::ui
