// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/runs_model.h"

#include <QPixmap>

namespace annscope::ui {

/// What a run says in each column of the table, and in the cards of the curve: the one place for it.

QString columnTitle(RunsModel::Column column);
/// A sentence with the unit: what the number is.
QString columnHelp(RunsModel::Column column);
/// The name by which filters know a column: "recall", "p99".
QString columnKey(RunsModel::Column column);
bool isTextColumn(RunsModel::Column column);

/// Raw value: QString or double; counts are means per query, times are microseconds or seconds.
QVariant runValue(const Run& run, RunsModel::Column column);
QString runText(const Run& run, RunsModel::Column column);
/// The number with its unit, and how it was measured.
QString runTooltip(const Run& run, RunsModel::Column column);
/// "1 thread, 10,000 queries, median of 3, spread ±2 %"
QString measuredBy(const OperatingPoint& point);
/// The mark of the run's series, with a ring where the run is pinned.
QPixmap runDecoration(const Run& run);
/// The mark of an index's series.
QPixmap seriesDecoration(const BuiltIndexPtr& index);

/// The columns of annscope-cli sweep --csv in its order, written by the same code; one line for each run.
QString csvOf(const std::vector<const Run*>& runs);

} // namespace annscope::ui
