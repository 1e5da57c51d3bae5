// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/query_spin.h"

#include "ui/panels/query_choice.h"
#include "ui/views/query_explainer.h"

#include <QSignalBlocker>

#include <algorithm>
#include <limits>

namespace annscope::ui {

QuerySpin::QuerySpin(QueryChoice* choice, QWidget* parent) : QSpinBox(parent), m_choice(choice) {
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
}

void QuerySpin::setQueries(std::size_t count) {
    const QSignalBlocker blocker(this);
    const auto last = static_cast<int>(std::min<std::size_t>(count, std::numeric_limits<int>::max()));
    setRange(-1, last - 1);
    setEnabled(last > 0);
    setToolTip(last > 0 ? tr("The query of the data set whose path is shown, 0..%1.").arg(last - 1)
                        : tr("The data set has no queries."));
    showChosen();
}

void QuerySpin::showChosen() {
    const QSignalBlocker blocker(this);
    setSpecialValueText(m_choice->explainer()->place().empty() ? tr("no query") : tr("own place"));
    setValue(static_cast<int>(m_choice->explainer()->row()));
}

} // namespace annscope::ui
