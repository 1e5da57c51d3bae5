// SPDX-License-Identifier: GPL-3.0-or-later
// How the Loss view is put together.
#include "ui/common/elided_label.h"
#include "ui/common/table_export.h"
#include "ui/common/theme.h"
#include "ui/models/loss_misses_model.h"
#include "ui/models/loss_queries_model.h"
#include "ui/panels/loss_panel.h"
#include "ui/views/empty_state.h"
#include "ui/views/loss_chart.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 24;

void prepare(QTableView* table, QSortFilterProxyModel* model, const QString& name, const QString& title) {
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setModel(model);
    table->setSortingEnabled(true);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setTabKeyNavigation(false);
    table->setMinimumHeight(3 * kRowHeight);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setStretchLastSection(true);
}

QWidget* titled(QWidget* parent, ElidedLabel* title, QWidget* button, QTableView* table) {
    auto* box = new QWidget(parent);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(12, 0, 8, 0);
    head->setSpacing(6);
    head->addWidget(title, 1);
    if (button)
        head->addWidget(button);
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 2, 0, 0);
    rows->setSpacing(2);
    rows->addLayout(head);
    rows->addWidget(table, 1);
    return box;
}

} // namespace

void LossPanel::buildLayout() {
    auto* tables = new QSplitter(Qt::Horizontal, this);
    tables->addWidget(createQueries());
    tables->addWidget(createMisses());
    tables->setChildrenCollapsible(false);
    tables->setSizes({440, 500});
    auto* split = new QSplitter(Qt::Vertical, this);
    split->setObjectName(QStringLiteral("lossSplit"));
    split->addWidget(m_chart);
    split->addWidget(tables);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* page = new QWidget(this);
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(2);
    rows->addWidget(createHead());
    rows->addWidget(split, 1);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

QWidget* LossPanel::createHead() {
    auto* head = new QWidget(this);
    m_sentence->setObjectName(QStringLiteral("lossSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_apply->setObjectName(QStringLiteral("lossApply"));
    m_apply->setProperty("primary", true);
    m_summary->setObjectName(QStringLiteral("lossSummary"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_again->setObjectName(QStringLiteral("lossAgain"));
    m_parameter->setObjectName(QStringLiteral("lossParameter"));
    m_parameter->setAccessibleName(tr("Search parameter of the bars"));
    m_parameter->setToolTip(
        tr("The search parameter over which the bars stand; the others stay as they are"));
    auto* told = new QHBoxLayout;
    told->setSpacing(12);
    told->addWidget(m_sentence, 1);
    told->addWidget(m_apply, 0, Qt::AlignTop);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(4);
    bar->addWidget(m_summary, 1);
    bar->addWidget(m_again);
    bar->addSpacing(8);
    bar->addWidget(m_parameter);
    const auto add = [&](LossChart::Scale scale, const QString& text, const QString& tip) {
        auto* button = new QToolButton(head);
        button->setText(text);
        button->setToolTip(tip);
        button->setCheckable(true);
        button->setChecked(scale == m_chart->scale());
        m_scales->addButton(button, int(scale));
        bar->addWidget(button);
    };
    add(LossChart::Scale::Lost, tr("Lost"), tr("Bars as high as the recall that is lost, 0..1"));
    add(LossChart::Scale::Share, tr("Shares"),
        tr("All bars as high as each other: shares of the lost recall by reason"));
    auto* rows = new QVBoxLayout(head);
    rows->setContentsMargins(12, 6, 12, 0);
    rows->setSpacing(4);
    rows->addLayout(told);
    rows->addLayout(bar);
    return head;
}

QWidget* LossPanel::createQueries() {
    m_sortedQueries->setSourceModel(m_queriesModel);
    m_sortedQueries->setSortRole(LossQueriesModel::SortRole);
    prepare(m_queries, m_sortedQueries, QStringLiteral("lossQueries"), tr("Queries that lost something"));
    m_queries->sortByColumn(LossQueriesModel::Missed, Qt::DescendingOrder);
    m_queries->setMouseTracking(true);
    constexpr int kWidths[LossQueriesModel::ColumnCount]{62, 62, 68, 120, 90};
    for (int column = 0; column < LossQueriesModel::ColumnCount; ++column)
        m_queries->horizontalHeader()->resizeSection(column, kWidths[column]);
    addTableExport(m_queries, QStringLiteral("loss by query"));
    m_queriesTitle->setObjectName(QStringLiteral("lossQueriesTitle"));
    return titled(this, m_queriesTitle, nullptr, m_queries);
}

QWidget* LossPanel::createMisses() {
    m_sortedMisses->setSourceModel(m_missesModel);
    m_sortedMisses->setSortRole(LossMissesModel::SortRole);
    prepare(m_misses, m_sortedMisses, QStringLiteral("lossMisses"), tr("Misses of the selected query"));
    m_misses->sortByColumn(-1, Qt::AscendingOrder); // nearest first until a person sorts
    constexpr int kWidths[LossMissesModel::ColumnCount]{36, 66, 80, 140, 54, 90};
    for (int column = 0; column < LossMissesModel::ColumnCount; ++column)
        m_misses->horizontalHeader()->resizeSection(column, kWidths[column]);
    auto* apply = new QAction(tr("&Apply the remedy"), m_misses);
    connect(apply, &QAction::triggered, this, [this] { applyMiss(m_misses->currentIndex()); });
    m_misses->addAction(apply);
    addTableExport(m_misses, QStringLiteral("misses of a query"));
    m_missesTitle->setObjectName(QStringLiteral("lossMissesTitle"));
    m_applyMiss->setObjectName(QStringLiteral("lossApplyMiss"));
    return titled(this, m_missesTitle, m_applyMiss, m_misses);
}

} // namespace annscope::ui
