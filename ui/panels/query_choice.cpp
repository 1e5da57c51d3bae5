// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/query_choice.h"

#include "ui/models/selection.h"
#include "ui/views/query_explainer.h"

#include <QShortcut>
#include <QWidget>

#include <utility>

namespace annscope::ui {

QueryChoice::QueryChoice(JobRunner* jobs, Selection* selection, QWidget* panel)
    : QObject(panel), m_selection(selection), m_explainer(new QueryExplainer(jobs, this)) {
    connect(selection, &Selection::queryChanged, this, &QueryChoice::onQuerySelected);
    auto* escape = new QShortcut(Qt::Key_Escape, panel, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, &QueryChoice::clear);
}

void QueryChoice::setIndex(BuiltIndexPtr built) {
    m_beforeClick.reset();
    m_dataset = built ? built->dataset : nullptr;
    m_explainer->setIndex(std::move(built));
}

void QueryChoice::takeUpSelection() {
    if (!m_explainer->hasQuery() && m_selection->query() >= 0)
        m_explainer->explainRow(m_selection->query());
}

void QueryChoice::onQuerySelected(qint64 row) {
    if (row >= 0)
        m_explainer->explainRow(row);
    else if (m_explainer->row() >= 0)
        m_explainer->clear();
}

void QueryChoice::chooseRow(qint64 row) {
    m_beforeClick = Wish{m_explainer->row(), m_explainer->place()};
    m_selection->setQuery(row);
}

void QueryChoice::choosePlace(QPointF at) {
    m_beforeClick = Wish{m_explainer->row(), m_explainer->place()};
    std::vector<float> vector{static_cast<float>(at.x()), static_cast<float>(at.y())};
    vector.resize(m_dataset ? m_dataset->dim() : 0);
    m_explainer->explainPlace(std::move(vector));
    m_selection->setQuery(-1);
}

void QueryChoice::revoke() {
    if (!m_beforeClick)
        return;
    const Wish before = *std::exchange(m_beforeClick, std::nullopt);
    if (!before.place.empty())
        m_explainer->explainPlace(before.place);
    else if (before.row >= 0)
        m_explainer->explainRow(before.row);
    else
        m_explainer->clear();
    m_selection->setQuery(before.row);
}

void QueryChoice::clear() {
    m_beforeClick.reset();
    m_explainer->clear();
    m_selection->setQuery(-1);
    emit cleared();
}

} // namespace annscope::ui
