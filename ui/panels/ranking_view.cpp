// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/ranking_view.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/table_text.h"
#include "ui/views/chart_export.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 24;

/// What does not reach the recall comes last whichever way is sorted.
class RankingOrder : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QVariant a = left.data(RankingModel::SortRole), b = right.data(RankingModel::SortRole);
        if (a.isValid() != b.isValid())
            return a.isValid() == (sortOrder() == Qt::AscendingOrder);
        if (a.userType() == QMetaType::QString)
            return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
        return a.toDouble() < b.toDouble();
    }
};

class RankingDelegate : public QStyledItemDelegate {
public:
    RankingDelegate(const RankingModel* model, const Selection* selection, QObject* parent)
        : QStyledItemDelegate(parent), m_model(model), m_selection(selection) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const int hovered = m_model->rowOfRun(m_selection->hoveredRun());
        const auto* sorted = static_cast<const QSortFilterProxyModel*>(index.model());
        if (hovered >= 0 && sorted->mapToSource(index).row() == hovered)
            painter->fillRect(option.rect, palette().hover);
        QStyleOptionViewItem plain = option;
        plain.state &= ~(QStyle::State_HasFocus | QStyle::State_MouseOver);
        QStyledItemDelegate::paint(painter, plain, index);
    }

private:
    const RankingModel* m_model;
    const Selection* m_selection;
};

} // namespace

RankingView::RankingView(RunsModel* runs, Selection* selection, FilterStack* filters, QWidget* parent)
    : QWidget(parent), m_selection(selection), m_model(new RankingModel(runs, filters, this)),
      m_sorted(new RankingOrder(this)), m_heading(new QLabel(this)), m_table(new QTableView(this)) {
    setObjectName(QStringLiteral("rankingView"));
    m_heading->setObjectName(QStringLiteral("rankingHeading"));
    m_heading->setContentsMargins(10, 4, 8, 2);
    m_heading->setForegroundRole(QPalette::PlaceholderText);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    makeTable();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_heading);
    layout->addWidget(m_table, 1);
    setMinimumHeight(3 * kRowHeight);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (!m_following)
                    select(current);
            });
    connect(m_table, &QTableView::clicked, this, &RankingView::select);
    connect(m_table, &QTableView::entered, this, &RankingView::hover);
    connect(m_table, &QWidget::customContextMenuRequested, this, &RankingView::tableMenu);
    connect(selection, &Selection::runChanged, this, &RankingView::showSelected);
    connect(selection, &Selection::indexChanged, this, &RankingView::showSelected);
    connect(selection, &Selection::hoveredRunChanged, m_table->viewport(), qOverload<>(&QWidget::update));
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        showHeading();
        showSelected();
        updateGeometry();
    });
    showHeading();
    showSelected();
}

void RankingView::makeTable() {
    m_sorted->setSourceModel(m_model);
    m_sorted->setDynamicSortFilter(true);
    m_table->setObjectName(QStringLiteral("rankingTable"));
    m_table->setAccessibleName(tr("Indexes ranked at the recall line"));
    m_table->setModel(m_sorted);
    m_table->setItemDelegate(new RankingDelegate(m_model, m_selection, m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMouseTracking(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->installEventFilter(this);
    m_table->viewport()->installEventFilter(this);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(48);
    header->setSectionResizeMode(RankingModel::Name, QHeaderView::Stretch);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RankingModel::Qps, Qt::DescendingOrder);
}

/// Where it is narrow the name keeps its room, and the median goes first.
void RankingView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    constexpr int kWide = 700;
    const bool narrow = width() < kWide;
    if (m_narrow == narrow) // a person's widths stay
        return;
    m_narrow = narrow;
    constexpr int kWidths[RankingModel::ColumnCount]{0, 150, 76, 76, 76, 78, 70},
        kNarrow[RankingModel::ColumnCount]{0, 110, 72, 70, 70, 76, 58};
    QHeaderView* header = m_table->horizontalHeader();
    for (int column = RankingModel::Needs; column < RankingModel::ColumnCount; ++column)
        header->resizeSection(column, narrow ? kNarrow[column] : kWidths[column]);
    header->setSectionHidden(RankingModel::P50, narrow);
}

void RankingView::setDataset(const DatasetPtr& dataset) {
    m_model->setDataset(dataset);
}

void RankingView::setRecall(double recall) {
    m_following = true; // rows move; the marked one stays that of the selected index
    m_model->setRecall(recall);
    m_following = false;
    showHeading();
    showSelected();
}

QString RankingView::heading() const {
    return m_heading->text();
}

void RankingView::showHeading() {
    const std::size_t k = m_model->k();
    const QString recall = k > 0 ? tr("recall@%1").arg(k) : tr("recall");
    m_heading->setText(
        m_model->recall() > 0
            ? tr("At %1 ≥ %2, best in bold%3")
                  .arg(recall, formatParameter(m_model->recall()),
                       m_model->anyInterpolated() ? tr("; ~ between two measured runs") : QString())
            : tr("Set a recall to reach in the header, or right click on the curve: the indexes are ranked "
                 "there."));
    m_heading->setToolTip(m_heading->text());
}

/// The row of the selected index, at the k and threads of the selected run where there is one.
void RankingView::showSelected() {
    m_following = true;
    int row = m_model->rowOfRun(m_selection->run());
    for (int i = 0; row < 0 && i < m_model->rowCount(); ++i)
        if (m_model->index(i, 0).data(RankingModel::IndexRole).toLongLong() == m_selection->index())
            row = i;
    if (row < 0)
        m_table->selectionModel()->clear();
    else
        m_table->selectionModel()->setCurrentIndex(m_sorted->mapFromSource(m_model->index(row, 0)),
                                                   QItemSelectionModel::ClearAndSelect |
                                                       QItemSelectionModel::Rows);
    m_following = false;
}

void RankingView::select(const QModelIndex& index) {
    if (!index.isValid())
        return;
    const qint64 run = index.data(RankingModel::RunRole).toLongLong();
    m_selection->setIndex(index.data(RankingModel::IndexRole).toLongLong());
    if (run >= 0)
        m_selection->setRun(run);
}

void RankingView::hover(const QModelIndex& index) {
    m_selection->setHoveredRun(index.isValid() ? index.data(RankingModel::RunRole).toLongLong() : -1);
}

bool RankingView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table->viewport() && event->type() == QEvent::Leave)
        m_selection->setHoveredRun(-1);
    if (watched == m_table && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(tsv());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

QString RankingView::tsv() const {
    return tableText(*m_sorted, {TableFormat::Tsv, RankingModel::SortRole, {}, false});
}

void RankingView::tableMenu(QPoint at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto copy = [this](TableFormat format) {
        QGuiApplication::clipboard()->setText(
            tableText(*m_sorted, {format, RankingModel::SortRole, {}, false}));
    };
    menu->addAction(tr("&Copy table"), this, [copy] { copy(TableFormat::Tsv); });
    menu->addAction(tr("Copy as &Markdown"), this, [copy] { copy(TableFormat::Markdown); });
    menu->addAction(tr("&Save CSV…"), this, &RankingView::saveCsv);
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

void RankingView::saveCsv() {
    const QString path = askSavePath(
        this, tr("Save CSV"), QStringLiteral("annscope ranking at ") + formatParameter(m_model->recall()),
        QStringLiteral("csv"));
    if (path.isEmpty())
        return;
    if (const auto problem =
            saveText(tableText(*m_sorted, {TableFormat::Csv, RankingModel::SortRole, {}, false}), path))
        emit failed(*problem);
}

QSize RankingView::sizeHint() const {
    constexpr int kMostRows = 6;
    const int rows = std::clamp(m_model->rowCount(), 2, kMostRows);
    return {560, m_heading->sizeHint().height() + m_table->horizontalHeader()->sizeHint().height() +
                     rows * kRowHeight + 4};
}

} // namespace annscope::ui
