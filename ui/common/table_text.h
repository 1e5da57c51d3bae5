// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QString>

#include <vector>

namespace annscope::ui {

enum class TableFormat { Tsv, Csv, Markdown };

/// What of a table leaves the program, and how.
struct TableText {
    TableFormat format = TableFormat::Tsv;
    int numberRole = -1;      ///< of raw values, for all but Markdown; -1: the shown texts
    std::vector<int> rows;    ///< empty: all
    bool rowHeadings = false; ///< a first column of the vertical headings
};

/// With a heading line; numbers with 9 digits and a decimal point whatever the locale.
QString tableText(const QAbstractItemModel& model, const TableText& options);

} // namespace annscope::ui
