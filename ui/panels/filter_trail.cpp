// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_trail.h"

#include "ui/common/flow_layout.h"
#include "ui/common/format.h"
#include "ui/models/selection.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace annscope::ui {

FilterTrail::FilterTrail(FilterStack* filters, Selection* selection, QWidget* parent)
    : QWidget(parent), m_filters(filters), m_selection(selection), m_crumbs(new QWidget(this)),
      m_flow(new FlowLayout(m_crumbs)), m_count(new QLabel(this)), m_clear(new QToolButton(this)) {
    setObjectName(QStringLiteral("filterTrail"));
    m_count->setObjectName(QStringLiteral("filterCount"));
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_clear->setObjectName(QStringLiteral("filterClear"));
    m_clear->setText(tr("Show all"));
    m_clear->setToolTip(tr("Removes all filters. Undo brings them back."));
    m_clear->setAutoRaise(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 2, 8, 2);
    layout->addWidget(m_crumbs, 1);
    layout->addWidget(m_count);
    layout->addWidget(m_clear);
    connect(m_clear, &QToolButton::clicked, m_filters, &FilterStack::clear);
    connect(m_filters, &FilterStack::changed, this, &FilterTrail::rebuild, Qt::QueuedConnection);
    connect(m_selection, &Selection::queryChanged, this, &FilterTrail::rebuild, Qt::QueuedConnection);
    rebuild();
}

void FilterTrail::setDataset(const DatasetPtr& dataset) {
    m_dataset = dataset;
    rebuild();
}

QString FilterTrail::text() const {
    QStringList parts;
    for (const Filter& filter : m_filters->filters())
        parts << filter.text;
    if (m_selection->query() >= 0)
        parts << tr("query %1").arg(m_selection->query());
    return parts.join(QStringLiteral(" > "));
}

void FilterTrail::addCrumb(const QString& text, const QString& tip, const QString& name,
                           std::function<void()> remove) {
    if (m_flow->count() > 0)
        m_flow->addWidget(new QLabel(QStringLiteral("›"), m_crumbs));
    auto* crumb = new QToolButton(m_crumbs);
    crumb->setObjectName(name);
    crumb->setText(text + QStringLiteral("  ×"));
    crumb->setToolTip(tip);
    connect(crumb, &QToolButton::clicked, this, std::move(remove));
    m_flow->addWidget(crumb);
}

void FilterTrail::rebuild() {
    m_flow->clear();
    for (const Filter& filter : m_filters->filters())
        addCrumb(filter.text, tr("Every view shows only these. Click: remove this filter."),
                 QStringLiteral("filter.") + filter.source,
                 [this, source = filter.source] { m_filters->remove(source); });
    if (m_selection->query() >= 0 && !m_filters->empty())
        addCrumb(tr("query %1").arg(m_selection->query()), tr("The selected query. Click: select none."),
                 QStringLiteral("filter.query"), [this] { m_selection->setQuery(-1); });
    const QueryRowsPtr rows = m_dataset ? m_filters->queries(m_dataset) : nullptr;
    m_count->setText(
        rows ? tr("%1 of %2 queries").arg(formatCount(rows->size()), formatCount(m_dataset->queries.size()))
             : QString());
    setVisible(!m_filters->empty());
}

} // namespace annscope::ui
