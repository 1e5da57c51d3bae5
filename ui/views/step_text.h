// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"

#include <QString>

namespace annscope::ui {

/// A distance as people call it, three significant digits.
QString distanceText(Metric metric, double distance);
/// "hop 7 of 23: expanded node 123 at 0.0123; considered 64, kept 9; list 10 of 10, best 0.0100".
QString stepText(const PathModel& path, std::size_t step);
/// What a step visited: "node 123", "cell 17", "from 3,750 on", "re-rank".
QString visitText(const PathModel& path, std::size_t step);
/// "found 9 of 10 true neighbours, 1 missed; 23 hops, 412 distances".
QString outcomeText(const PathModel& path);
/// "found 9 of 10 in 23 hops, 412 distances".
QString shortOutcomeText(const PathModel& path);
/// Distances computed, estimated ones included.
std::size_t distancesOf(const PathModel& path) noexcept;
/// "level 2", "base".
QString levelText(int level);
/// Why a true neighbour was missed, in two or three words; empty where it was found.
QString reasonText(const TrueNeighbour& neighbour);
/// Why a true neighbour was missed, and what would find it.
QString lossText(const PathModel& path, const TrueNeighbour& neighbour);

} // namespace annscope::ui
