// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of the comparison on the screen, and what leaves it.
#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/table_text.h"
#include "ui/models/compare_model.h"
#include "ui/panels/compare_panel.h"
#include "ui/views/compare_curves.h"
#include "ui/views/memory_bars.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QScrollArea>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 24, kBesideWidth = 860;
constexpr int kLeastColumn = 118;

/// Headings have no cells; of a factory string the parts that not all runs have stand out.
class CompareDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem plain = option;
        plain.state &= ~QStyle::State_HasFocus;
        if (index.data(CompareModel::HeadingRole).toBool()) {
            painter->fillRect(option.rect, mix(palette().panel, palette().line, 0.35));
            plain.state &= ~(QStyle::State_Selected | QStyle::State_MouseOver);
        }
        const QStringList odd = index.data(CompareModel::OddPartsRole).toStringList();
        if (odd.isEmpty() || plain.state.testFlag(QStyle::State_Selected))
            return QStyledItemDelegate::paint(painter, plain, index);
        QStyleOptionViewItem empty = plain;
        initStyleOption(&empty, index);
        empty.text.clear();
        if (const QWidget* view = option.widget)
            view->style()->drawControl(QStyle::CE_ItemViewItem, &empty, painter, view);
        paintParts(painter, option, index.data().toString(), odd);
    }

private:
    void paintParts(QPainter* painter, const QStyleOptionViewItem& option, const QString& text,
                    const QStringList& odd) const {
        painter->save();
        painter->setClipRect(option.rect);
        QFont normal = option.font, bold = option.font;
        bold.setBold(true);
        double x = option.rect.left() + 5;
        const QStringList parts = text.split(u',');
        for (qsizetype i = 0; i < parts.size(); ++i) {
            const bool stands = odd.contains(parts[i]);
            painter->setFont(stands ? bold : normal);
            painter->setPen(stands ? palette().accent : palette().text);
            const QString shown = i + 1 < parts.size() ? parts[i] + u',' : parts[i];
            const double wide = painter->fontMetrics().horizontalAdvance(shown);
            painter->drawText(QRectF(x, option.rect.top(), wide + 2, option.rect.height()),
                              Qt::AlignVCenter | Qt::AlignLeft, shown);
            x += wide;
        }
        painter->restore();
    }
};

QLabel* sectionTitle(QLabel* label, const QString& text) {
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    label->setText(text);
    label->setContentsMargins(12, 8, 8, 0);
    return label;
}

} // namespace

void ComparePanel::createTable() {
    m_table->setObjectName(QStringLiteral("compareTable"));
    m_table->setAccessibleName(tr("Runs side by side"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new CompareDelegate(m_table));
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMouseTracking(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setMinimumHeight(4 * kRowHeight);
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->verticalHeader()->setSectionsClickable(false);
    m_table->verticalHeader()->setHighlightSections(false);
    m_table->setCornerButtonEnabled(false);
    m_table->installEventFilter(this);
    m_table->viewport()->installEventFilter(this);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](QPoint at) { copyMenu(m_table->viewport()->mapToGlobal(at)); });
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsClickable(true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, &ComparePanel::headerMenu);
    connect(header, &QHeaderView::sectionClicked, this, [this](int column) {
        if (const qint64 run = runOfColumn(column); run >= 0)
            m_selection->setRun(run);
    });
    connect(m_table, &QTableView::entered, this,
            [this](const QModelIndex& index) { m_selection->setHoveredRun(runOfColumn(index.column())); });
    connect(m_model, &QAbstractItemModel::modelReset, this, &ComparePanel::fitColumns);
}

/// Columns share the room.
void ComparePanel::fitColumns() {
    const int columns = m_model->columnCount();
    constexpr int kMostColumn = 260;
    for (int column = 0; column < columns; ++column)
        m_table->horizontalHeader()->resizeSection(
            column, std::clamp(m_table->viewport()->width() / columns, kLeastColumn, kMostColumn));
}

QWidget* ComparePanel::createBar() {
    auto* bar = new QWidget;
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    m_count->setObjectName(QStringLiteral("compareCount"));
    m_count->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(m_count, 1);
    const std::pair<QString, QString> choices[]{
        {tr("All"), tr("All lines")}, {tr("Differing"), tr("Only lines in which the runs are not the same")}};
    for (int i = 0; i < 2; ++i) {
        auto* button = new QToolButton;
        button->setObjectName(i == 0 ? QStringLiteral("compareAll") : QStringLiteral("compareDiffering"));
        button->setText(choices[i].first);
        button->setToolTip(choices[i].second);
        button->setCheckable(true);
        button->setChecked(i == 0);
        m_which->addButton(button, i);
        layout->addWidget(button);
    }
    connect(m_which, &QButtonGroup::idClicked, this, [this](int id) { m_model->setOnlyDiffering(id == 1); });
    layout->addSpacing(8);
    auto* copy = new QToolButton;
    copy->setObjectName(QStringLiteral("compareCopy"));
    copy->setIcon(icon(QStringLiteral("copy")));
    copy->setToolTip(tr("Copy or save the table"));
    copy->setAccessibleName(tr("Copy or save the table"));
    connect(copy, &QToolButton::clicked, this,
            [this, copy] { copyMenu(copy->mapToGlobal(QPoint(0, copy->height()))); });
    layout->addWidget(copy);
    auto* clear = new QToolButton;
    clear->setObjectName(QStringLiteral("compareClear"));
    clear->setIcon(icon(QStringLiteral("close")));
    clear->setToolTip(tr("Empties the comparison; undo brings it back"));
    clear->setAccessibleName(tr("Empty the comparison"));
    connect(clear, &QToolButton::clicked, m_set, &CompareSet::clear);
    layout->addWidget(clear);
    return bar;
}

QWidget* ComparePanel::createPictures() {
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* pairs = new QLabel;
    column->addWidget(sectionTitle(pairs, tr("Wins and losses, query by query")));
    m_pairRows->setSpacing(0);
    column->addLayout(m_pairRows);
    column->addWidget(sectionTitle(m_curvesTitle, tr("Curves")));
    column->addWidget(m_curves);
    column->addWidget(sectionTitle(m_memoryTitle, tr("Memory by part")));
    column->addWidget(m_memory);
    column->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("comparePictures"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inside);
    scroll->setMinimumSize(220, 120);
    return scroll;
}

void ComparePanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

/// Table and pictures side by side where there is room, else one above the other.
void ComparePanel::arrange() {
    const Qt::Orientation side = width() >= kBesideWidth ? Qt::Horizontal : Qt::Vertical;
    if (m_split->orientation() != side || m_split->property("arranged").isNull()) {
        m_split->setProperty("arranged", true);
        m_split->setOrientation(side);
        m_split->setSizes(side == Qt::Horizontal ? QList<int>{width() * 55 / 100, width() * 45 / 100}
                                                 : QList<int>{height() / 2, height() / 2});
    }
    fitColumns();
}

bool ComparePanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table->viewport() && event->type() == QEvent::Leave)
        m_selection->setHoveredRun(-1);
    if (watched == m_table->viewport() && event->type() == QEvent::Resize)
        fitColumns();
    if (watched == m_table && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(tableAs(int(TableFormat::Tsv)));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ComparePanel::headerMenu(QPoint at) {
    QHeaderView* header = m_table->horizontalHeader();
    const qint64 run = runOfColumn(header->logicalIndexAt(at));
    if (run < 0)
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("&Select this run"), this, [this, run] { m_selection->setRun(run); });
    QAction* first =
        menu->addAction(tr("Compare with this one &first"), this, [this, run] { m_set->makeFirst(run); });
    first->setEnabled(m_set->runs().first() != run);
    menu->addAction(tr("&Take out"), this, [this, run] { m_set->remove(run); });
    menu->popup(header->mapToGlobal(at));
}

QString ComparePanel::tableAs(int format) const {
    return tableText(*m_model, {TableFormat(format), CompareModel::ValueRole, m_model->dataRows(), true});
}

void ComparePanel::copyMenu(QPoint global) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto copy = [this](TableFormat format) {
        QGuiApplication::clipboard()->setText(tableAs(int(format)));
    };
    menu->addAction(tr("&Copy table"), this, [copy] { copy(TableFormat::Tsv); });
    menu->addAction(tr("Copy as &Markdown"), this, [copy] { copy(TableFormat::Markdown); });
    menu->addAction(tr("&Save CSV…"), this, &ComparePanel::saveCsv);
    menu->popup(global);
}

void ComparePanel::saveCsv() {
    const QString path =
        askSavePath(this, tr("Save CSV"), QStringLiteral("annscope comparison"), QStringLiteral("csv"));
    if (path.isEmpty())
        return;
    if (const auto problem = saveText(tableAs(int(TableFormat::Csv)), path))
        emit failed(*problem);
}

} // namespace annscope::ui
