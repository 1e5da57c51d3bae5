// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QAbstractItemModel;
class QTableView;

namespace annscope::ui {

/// What a table shows, with its titles: columns parted by tabs, for a spreadsheet.
QString tableAsTsv(const QAbstractItemModel& model);
/// The same as CSV (RFC 4180).
QString tableAsCsv(const QAbstractItemModel& model);
/// Ctrl+C and the right mouse button copy the table or save it. fileName: without a suffix.
void addTableExport(QTableView* table, const QString& fileName);

} // namespace annscope::ui
