// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/filter_stack.h"
#include "ui/models/run.h"

#include <QString>
#include <QStringList>
#include <QVariant>

#include <vector>

namespace annscope::ui {

/// What one run says in one line of a comparison.
struct CompareCell {
    QString text, tooltip;
    QVariant value; ///< double or QString; invalid: the run has nothing to say there
    bool best = false;
};

/// One line of a comparison, or the heading of the lines below it.
struct CompareLine {
    enum class Better { Neither, More, Less };
    QString label, help;
    bool heading = false;
    bool differs = false; ///< not the same in all runs; of a heading: of a line below it
    Better better = Better::Neither;
    std::vector<CompareCell> cells;
};

/// Runs side by side: configuration, parameters, accuracy, speed, work, memory, build time. rows: the queries
/// that recalls are of; null: all measured ones. Lines in which no run has anything to say are left out.
std::vector<CompareLine> compareContent(const std::vector<const Run*>& runs, const QueryRowsPtr& rows);

/// Names as short as they can be and still differ: "HNSW16", or with what differs in search and build.
QStringList compareNames(const std::vector<const Run*>& runs);
/// "A", "B", ...
QString compareLetter(std::size_t position);

/// Why the recalls of two runs cannot be set against each other; empty: they can.
QString whyNotPaired(const Run& first, const Run& second);

} // namespace annscope::ui
