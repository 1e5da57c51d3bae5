// SPDX-License-Identifier: GPL-3.0-or-later
// What the queries panel consists of.
#include "ui/common/elided_label.h"
#include "ui/models/difficulty_groups.h"
#include "ui/panels/queries_panel.h"
#include "ui/panels/queries_table.h"
#include "ui/views/empty_state.h"
#include "ui/views/query_histogram.h"

#include <QBoxLayout>
#include <QButtonGroup>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 22, kNumbers = 430;

} // namespace

void QueriesPanel::buildLayout() {
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(createPictures());
    split->addWidget(createNumbers());
    split->setStretchFactor(0, 1); // both give way in a small window
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    split->setSizes({460, kNumbers});
    auto* page = new QWidget(this);
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(2);
    rows->addWidget(createBar());
    rows->addWidget(split, 1);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

QWidget* QueriesPanel::createBar() {
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(12, 2, 8, 0);
    layout->setSpacing(2);
    m_summary->setObjectName(QStringLiteral("queriesSummary"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(m_summary, 1);
    layout->addSpacing(8);
    for (const DifficultyMeasure measure : kDifficultyMeasures) {
        auto* button = new QToolButton(bar);
        const QString name = shortName(measure);
        button->setText(name.left(1).toUpper() + name.mid(1));
        button->setObjectName(QStringLiteral("measure.%1").arg(int(measure)));
        button->setCheckable(true);
        button->setChecked(measure == m_measure);
        m_measures->addButton(button, int(measure));
        layout->addWidget(button);
    }
    layout->addSpacing(8);
    m_outside->setObjectName(QStringLiteral("outside"));
    m_outside->setCheckable(true);
    layout->addWidget(m_outside);
    m_logarithmic->setObjectName(QStringLiteral("logarithmic"));
    m_logarithmic->setText(tr("Log"));
    m_logarithmic->setCheckable(true);
    m_logarithmic->setChecked(true);
    m_logarithmic->setToolTip(
        tr("Counts of queries on a logarithmic axis: a few bad queries beside thousands of "
           "good ones are seen. Off: heights are proportional to counts."));
    layout->addWidget(m_logarithmic);
    return bar;
}

QWidget* QueriesPanel::createPictures() {
    m_recall->setObjectName(QStringLiteral("recallHistogram"));
    m_difficulty->setObjectName(QStringLiteral("difficultyHistogram"));
    const QString brush = tr("Drag over bars, or click one: every view then shows only these queries. Shift "
                             "extends, Escape shows all again.");
    m_recall->setToolTip(brush);
    m_difficulty->setToolTip(brush);
    auto* pictures = new QSplitter(Qt::Vertical, this);
    pictures->addWidget(m_recall);
    pictures->addWidget(m_difficulty);
    pictures->setChildrenCollapsible(false);
    return pictures;
}

QWidget* QueriesPanel::createNumbers() {
    m_groups->setObjectName(QStringLiteral("difficultyGroups"));
    m_groups->setAccessibleName(tr("Hardest and easiest queries compared"));
    m_groups->setModel(m_groupsModel);
    m_groups->setSelectionMode(QAbstractItemView::NoSelection);
    m_groups->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_groups->setFocusPolicy(Qt::ClickFocus);
    m_groups->setShowGrid(false);
    m_groups->setIconSize({10, 10});
    m_groups->setWordWrap(false);
    m_groups->setTabKeyNavigation(false);
    m_groups->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_groups->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_groups->verticalHeader()->hide();
    m_groups->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_groups->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = m_groups->horizontalHeader();
    header->setTextElideMode(Qt::ElideRight);
    header->setHighlightSections(false);
    header->setSectionsClickable(true);
    header->setMinimumSectionSize(48);
    header->setSectionResizeMode(DifficultyGroups::Quantity, QHeaderView::Stretch);
    for (int column = DifficultyGroups::Hardest; column < DifficultyGroups::ColumnCount; ++column)
        header->setSectionResizeMode(column, QHeaderView::Fixed);
    m_groups->installEventFilter(this);
    m_groups->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_groups, &QWidget::customContextMenuRequested, this, [this](QPoint at) {
        QMenu menu(this);
        for (const auto& [title, separator] :
             {std::pair(tr("&Copy"), u'\t'), std::pair(tr("Copy as CS&V"), u',')})
            connect(menu.addAction(title), &QAction::triggered, this, [this, separator = separator] {
                QGuiApplication::clipboard()->setText(m_groupsModel->text(separator));
            });
        menu.exec(m_groups->viewport()->mapToGlobal(at));
    });
    m_count->setObjectName(QStringLiteral("queriesCount"));
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_count->setContentsMargins(8, 2, 8, 0);

    auto* numbers = new QWidget(this);
    auto* layout = new QVBoxLayout(numbers);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_groups);
    layout->addWidget(m_count);
    layout->addWidget(m_table, 1);
    numbers->setMinimumWidth(270);
    return numbers;
}

/// The numbers give way to their names where there is little room.
bool QueriesPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_groups && event->type() == QEvent::Resize) {
        const bool wide = m_groups->width() >= 340;
        m_groupsModel->setShortTitles(!wide);
        for (const int column : {DifficultyGroups::Hardest, DifficultyGroups::Easiest})
            m_groups->horizontalHeader()->resizeSection(column, wide ? 92 : 66);
        m_groups->horizontalHeader()->resizeSection(DifficultyGroups::All, wide ? 60 : 52);
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace annscope::ui
