// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/queries_table.h"

#include "ui/common/palette.h"
#include "ui/models/selection.h"
#include "ui/views/chart_export.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 22;

/// Draws the row of the hovered query as if the pointer were on it, wherever the pointer is.
class QueryDelegate : public QStyledItemDelegate {
public:
    QueryDelegate(const Selection* selection, QObject* parent)
        : QStyledItemDelegate(parent), m_selection(selection) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        if (index.data(QueriesModel::RowRole).toLongLong() == m_selection->hoveredQuery())
            painter->fillRect(option.rect, palette().hover);
        QStyleOptionViewItem plain = option;
        plain.state &= ~(QStyle::State_HasFocus | QStyle::State_MouseOver);
        QStyledItemDelegate::paint(painter, plain, index);
    }

private:
    const Selection* m_selection;
};

} // namespace

QueriesTable::QueriesTable(QueriesModel* model, Selection* selection, QWidget* parent)
    : QTableView(parent), m_model(model), m_selection(selection) {
    setObjectName(QStringLiteral("queriesTable"));
    setAccessibleName(tr("Queries by difficulty"));
    setModel(model);
    setItemDelegate(new QueryDelegate(selection, this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollMode(ScrollPerPixel);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setMouseTracking(true);
    setMinimumHeight(3 * kRowHeight);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(kRowHeight);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(44);
    constexpr int kWidths[QueriesModel::ColumnCount]{56, 84, 74, 52, 76, 44};
    for (int column = 0; column < QueriesModel::ColumnCount; ++column)
        header->resizeSection(column, kWidths[column]);
    header->setStretchLastSection(true);
    setSortingEnabled(true);
    rankBy(DifficultyMeasure::RelativeContrast);

    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (!m_following && current.isValid())
                    m_selection->setQuery(m_model->queryAt(current.row()));
            });
    connect(this, &QTableView::entered, this, [this](const QModelIndex& index) {
        m_selection->setHoveredQuery(m_model->queryAt(index.row()));
    });
    connect(selection, &Selection::queryChanged, this, &QueriesTable::showSelected);
    connect(selection, &Selection::hoveredQueryChanged, viewport(), qOverload<>(&QWidget::update));
    connect(model, &QAbstractItemModel::modelAboutToBeReset, this, [this] { m_following = true; });
    connect(model, &QAbstractItemModel::modelReset, this, &QueriesTable::showSelected);
}

void QueriesTable::rankBy(DifficultyMeasure measure) {
    sortByColumn(QueriesModel::columnOf(measure),
                 larger_is_harder(measure) ? Qt::DescendingOrder : Qt::AscendingOrder);
}

void QueriesTable::showSelected() {
    m_following = true;
    const int row = m_model->rowOf(m_selection->query());
    QItemSelectionModel* rows = selectionModel();
    if (row < 0) {
        rows->clear();
    } else if (!rows->isRowSelected(row, {}) || rows->selectedRows().size() == 1) {
        const QModelIndex index = m_model->index(row, std::max(0, currentIndex().column()));
        rows->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        scrollTo(index);
    }
    m_following = false;
}

QString QueriesTable::tsv() const {
    std::vector<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::ranges::sort(rows);
    return m_model->text(u'\t', rows.size() > 1 ? rows : std::vector<int>());
}

void QueriesTable::saveCsv() {
    const QString path =
        askSavePath(this, tr("Save CSV"), m_dataName + QStringLiteral(" queries"), QStringLiteral("csv"));
    if (path.isEmpty())
        return;
    if (const auto problem = saveText(m_model->text(u','), path))
        emit failed(*problem);
}

void QueriesTable::leaveEvent(QEvent* event) {
    m_selection->setHoveredQuery(-1);
    QTableView::leaveEvent(event);
}

void QueriesTable::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    connect(menu.addAction(tr("&Copy rows")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(tsv()); });
    connect(menu.addAction(tr("Copy as CS&V")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(m_model->text(u',')); });
    connect(menu.addAction(tr("&Save CSV…")), &QAction::triggered, this, &QueriesTable::saveCsv);
    menu.exec(event->globalPos());
}

void QueriesTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(tsv());
    else if (event->key() == Qt::Key_Escape && m_selection->query() >= 0)
        m_selection->setQuery(-1);
    else
        QTableView::keyPressEvent(event);
}

} // namespace annscope::ui
