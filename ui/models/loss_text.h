// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/loss.h"
#include "ui/models/built_index.h"

#include <QBrush>
#include <QString>

#include <array>

namespace annscope::ui {

/// The reason as people read it: "cell not probed".
QString reasonText(LossReason reason);
/// One sentence for tooltips: what happened, and what helps.
QString reasonHelp(LossReason reason);
/// Its colour in every view. In a grey print reasons are told apart by the pattern that is drawn over it.
QColor reasonColor(LossReason reason);
Qt::BrushStyle reasonPattern(LossReason reason);

/// "nprobe 24, k_factor 3": what differs from what was searched with.
QString changeText(const SearchParams& change, const SearchParams& from);
/// "nprobe 24", "RFlat, k_factor 5.2", "repair of the graph"; empty: nothing that was tried.
QString remedyText(const Miss& miss, const SearchParams& from);
/// FACTORY|BUILD|SEARCH
QString rebuildLine(const LossRebuild& rebuild);
/// "3 cell not probed, 1 code below the cut"
QString reasonsText(const std::array<std::size_t, kLossReasons>& counts);

} // namespace annscope::ui
