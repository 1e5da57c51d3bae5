// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/query_spin.h"

#include "ui/common/format.h"
#include "ui/models/filter_stack.h"
#include "ui/panels/query_choice.h"
#include "ui/views/query_explainer.h"

#include <QShortcut>
#include <QSignalBlocker>

#include <algorithm>
#include <limits>
#include <utility>

namespace annscope::ui {

QuerySpin::QuerySpin(QueryChoice* choice, QWidget* panel) : QSpinBox(panel), m_choice(choice) {
    setObjectName(QStringLiteral("querySpin"));
    setAccessibleName(tr("Query"));
    setPrefix(tr("query "));
    setKeyboardTracking(false);
    setWrapping(false);
    setQueries(0);
    showChosen();
    connect(this, &QSpinBox::valueChanged, choice, [choice](int row) {
        if (row >= 0)
            choice->chooseRow(row);
        else
            choice->clear();
    });
    connect(choice->explainer(), &QueryExplainer::asked, this, &QuerySpin::showChosen);
    for (const auto& [key, steps] : {std::pair(Qt::Key_N, 1), std::pair(Qt::Key_P, -1)}) {
        auto* shortcut =
            new QShortcut(key, panel ? panel : this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, [this, steps = steps] { stepBy(steps); });
    }
}

void QuerySpin::setQueries(std::size_t count) {
    const QSignalBlocker blocker(this);
    const auto last = static_cast<int>(std::min<std::size_t>(count, std::numeric_limits<int>::max()));
    setRange(-1, last - 1);
    setEnabled(last > 0);
    updateTip();
    showChosen();
}

void QuerySpin::setFilters(const FilterStack* filters) {
    if (m_filters)
        disconnect(m_filters, nullptr, this, nullptr);
    m_filters = filters;
    if (filters)
        connect(filters, &FilterStack::changed, this, &QuerySpin::updateTip);
    updateTip();
}

void QuerySpin::updateTip() {
    if (maximum() < 0)
        return setToolTip(tr("The data set has no queries."));
    QString tip = tr("The query of the data set whose path is shown, 0..%1. N: the next, P: the one before.")
                      .arg(maximum());
    if (const QueryRowsPtr rows = m_filters ? m_filters->queries(m_choice->dataset()) : nullptr)
        tip += QLatin1Char(' ') +
               tr("Steps through the %1 that pass the filters.").arg(formatCount(rows->size()));
    setToolTip(tip);
}

/// Where so many steps lead; the same value: nowhere.
int QuerySpin::valueAfter(int steps) const {
    const QueryRowsPtr rows = m_filters ? m_filters->queries(m_choice->dataset()) : nullptr;
    if (!rows)
        return std::clamp(value() + steps, minimum(), maximum());
    // Places among the rows that pass; -1: before the first, which is no query.
    const auto row = static_cast<std::uint32_t>(std::max(value(), 0));
    const auto lower = static_cast<qint64>(std::ranges::lower_bound(*rows, row) - rows->begin());
    const auto upper = static_cast<qint64>(std::ranges::upper_bound(*rows, row) - rows->begin());
    const qint64 from = value() < 0 ? -1 : steps > 0 ? upper - 1 : lower;
    const qint64 to = std::clamp<qint64>(from + steps, -1, static_cast<qint64>(rows->size()) - 1);
    if (to < 0)
        return steps < 0 ? minimum() : value();
    const int found = static_cast<int>((*rows)[static_cast<std::size_t>(to)]);
    return (steps > 0) == (found > value()) ? found : value();
}

void QuerySpin::stepBy(int steps) {
    if (isEnabled())
        setValue(valueAfter(steps));
    selectAll();
}

QAbstractSpinBox::StepEnabled QuerySpin::stepEnabled() const {
    StepEnabled enabled = StepNone;
    if (valueAfter(1) != value())
        enabled |= StepUpEnabled;
    if (valueAfter(-1) != value())
        enabled |= StepDownEnabled;
    return enabled;
}

void QuerySpin::showChosen() {
    const QSignalBlocker blocker(this);
    setSpecialValueText(m_choice->explainer()->place().empty() ? tr("no query") : tr("own place"));
    setValue(static_cast<int>(m_choice->explainer()->row()));
}

} // namespace annscope::ui
