// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/loss.h"
#include "ui/models/filter_stack.h"

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

namespace annscope::ui {

/// Rows of the base that searches miss, and how often.
struct MissCounts {
    struct Row {
        std::uint32_t row = 0, misses = 0;
        LossReason reason = LossReason::Tie; ///< the most frequent
    };
    std::vector<Row> rows; ///< the most often missed last, so that it is drawn above the others
    std::unordered_map<std::uint32_t, std::uint32_t> byRow;
    std::array<std::size_t, kLossReasons> reasons{}; ///< misses by reason
    std::size_t total = 0;                           ///< misses
    std::uint32_t most = 0;

    std::uint32_t of(std::uint32_t row) const {
        const auto found = byRow.find(row);
        return found == byRow.end() ? 0 : found->second;
    }
};
using MissCountsPtr = std::shared_ptr<const MissCounts>;

/// Of the queries that pass (null: all); ties cost nothing and are left out.
MissCountsPtr countMisses(const LossReport& report, const QueryRowsPtr& passing);

} // namespace annscope::ui
