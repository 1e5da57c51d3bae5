// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/runs_panel.h"

#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/models/filter_stack.h"
#include "ui/models/run_text.h"
#include "ui/views/empty_state.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace annscope::ui {
namespace {

/// Draws the row of the hovered run as if the pointer were on it, wherever the pointer is.
class RunDelegate : public QStyledItemDelegate {
public:
    RunDelegate(const Selection* selection, QObject* parent)
        : QStyledItemDelegate(parent), m_selection(selection) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        if (index.data(RunsModel::IdRole).toLongLong() == m_selection->hoveredRun())
            painter->fillRect(option.rect, palette().hover);
        QStyleOptionViewItem plain = option;
        plain.state &= ~(QStyle::State_HasFocus | QStyle::State_MouseOver);
        QStyledItemDelegate::paint(painter, plain, index);
    }

private:
    const Selection* m_selection;
};

constexpr std::array kShownAtFirst{RunsModel::Config,    RunsModel::Params, RunsModel::Recall,
                                   RunsModel::P5,        RunsModel::Qps,    RunsModel::P99,
                                   RunsModel::Distances, RunsModel::Bytes};

int widthOf(RunsModel::Column column) {
    switch (column) {
    case RunsModel::Config:
        return 170;
    case RunsModel::Params:
        return 176; // "nprobe=16, k_factor=4"
    case RunsModel::Recall:
    case RunsModel::P5:
        return 60;
    case RunsModel::Distances:
    case RunsModel::Bytes:
    case RunsModel::Codes:
        return 80;
    case RunsModel::Measured:
    case RunsModel::Data:
        return 130;
    default:
        return 68;
    }
}

QToolButton* buttonFor(QAction* action) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    return button;
}

} // namespace

RunsPanel::RunsPanel(RunsModel* model, Selection* selection, QUndoStack* undo, QWidget* parent)
    : QWidget(parent), m_model(model), m_selection(selection), m_undo(undo),
      m_filter(new RunsFilter(model, this)), m_table(new QTableView(this)),
      m_filterField(new QLineEdit(this)), m_count(new QLabel(this)), m_problem(new QLabel(this)),
      m_pages(new QStackedWidget(this)), m_empty(new EmptyState(this)) {
    setObjectName(QStringLiteral("runsPanel"));
    makeTable();
    makeActions();
    auto* page = new QWidget;
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(makeBar());
    rows->addWidget(m_problem);
    rows->addWidget(m_table, 1);
    m_problem->setContentsMargins(10, 0, 8, 4);
    m_problem->setWordWrap(true);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    setEmptyTexts({},
                  tr("Every measured configuration becomes a row here: recall, speed, latencies, memory."),
                  tr("Sweep"));
    connect(m_empty, &EmptyState::clicked, this, &RunsPanel::emptyTriggered);
    connectSelection();
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_filter, signal, this, &RunsPanel::updateState);
    connect(m_filter, &QAbstractItemModel::dataChanged, this, &RunsPanel::updateState);
    connect(model, &RunsModel::frontsChanged, this, &RunsPanel::updateState);
    updateState();
}

void RunsPanel::makeTable() {
    m_table->setModel(m_filter);
    m_table->setItemDelegate(new RunDelegate(m_selection, m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMouseTracking(true);
    m_table->setAccessibleName(tr("Runs"));
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->viewport()->installEventFilter(this);
    m_table->installEventFilter(this);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);

    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->setMinimumSectionSize(44);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, [this, header](QPoint at) {
        QMenu* menu = columnsMenu();
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(header->mapToGlobal(at));
    });
    for (int column = 0; column < RunsModel::ColumnCount; ++column) {
        header->resizeSection(column, widthOf(RunsModel::Column(column)));
        header->setSectionHidden(column, std::ranges::find(kShownAtFirst, RunsModel::Column(column)) ==
                                             kShownAtFirst.end());
    }
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunsModel::Measured, Qt::AscendingOrder); // until a person sorts
}

QMenu* RunsPanel::columnsMenu() {
    auto* menu = new QMenu(this);
    QHeaderView* header = m_table->horizontalHeader();
    for (int column = 0; column < RunsModel::ColumnCount; ++column) {
        QAction* action = menu->addAction(columnTitle(RunsModel::Column(column)));
        action->setToolTip(columnHelp(RunsModel::Column(column)));
        action->setCheckable(true);
        action->setChecked(!header->isSectionHidden(column));
        action->setEnabled(column != RunsModel::Config);
        connect(action, &QAction::toggled, header,
                [header, column](bool shown) { header->setSectionHidden(column, !shown); });
    }
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    menu->addAction(tr("In the order of measuring"), this,
                    [this] { m_table->sortByColumn(RunsModel::Measured, Qt::AscendingOrder); });
    return menu;
}

void RunsPanel::makeActions() {
    const auto make = [this](const char* iconName, const QString& text, const QString& help,
                             const QKeySequence& keys, auto run) {
        auto* action = new QAction(icon(QLatin1String(iconName)), text, this);
        action->setToolTip(
            keys.isEmpty() ? help
                           : QStringLiteral("%1 (%2)").arg(help, keys.toString(QKeySequence::NativeText)));
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, run);
        m_table->addAction(action);
        return action;
    };
    const auto toggle = [this](bool Run::*flag) {
        const QList<qint64> ids = selectedRuns();
        return std::pair(ids, !std::ranges::all_of(ids, [&](qint64 id) { return m_model->run(id)->*flag; }));
    };
    m_only = make("filter", tr("Only these"),
                  tr("Narrows every view to the selected runs; the trail below the header takes it back"),
                  Qt::Key_O, [this] { showOnlySelected(); });
    m_only->setVisible(false); // until there are filters
    m_compare = make("compare", tr("Compare"),
                     tr("Puts two or more selected runs side by side: parameters, memory, wins and losses"),
                     Qt::Key_C, [this] { emit compareRequested(selectedRuns()); });
    m_compare->setObjectName(QStringLiteral("compareRuns"));
    m_pin =
        make("pin", tr("Pin"), tr("Keeps the selected runs at the top of the table and ringed on the curve"),
             Qt::Key_P, [this, toggle] {
                 const auto [ids, on] = toggle(&Run::pinned);
                 m_model->setPinned(ids, on);
             });
    m_hide = make("eye-off", tr("Hide"), tr("Takes the selected runs off the curve, or brings them back"),
                  Qt::Key_H, [this, toggle] {
                      const auto [ids, on] = toggle(&Run::hidden);
                      m_model->setHidden(ids, on);
                  });
    m_delete = make("trash", tr("Delete"), tr("Deletes the selected runs; undo brings them back"),
                    QKeySequence::Delete, [this] { m_model->remove(selectedRuns()); });
    m_copy = make("copy", tr("Copy rows"), tr("Copies the selected rows for a spreadsheet"),
                  QKeySequence::Copy, [this] { QGuiApplication::clipboard()->setText(tsv()); });
    m_save =
        make("save", tr("Save CSV…"), tr("Saves the shown runs with the columns of annscope-cli sweep --csv"),
             {}, [this] { saveCsv(); });
}

QWidget* RunsPanel::makeBar() {
    auto* bar = new QWidget;
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    m_filterField->setPlaceholderText(tr("Filter: ivf  recall>0.9  p99<1ms  nprobe>=8  is:front"));
    m_filterField->setToolTip(
        tr("Words that the configuration or the data's name contains (-word: does not), comparisons of "
           "columns or search parameters with a number, and is:front, is:overall, is:pinned, is:hidden. All "
           "must hold."));
    m_filterField->setAccessibleName(tr("Filter of runs"));
    m_filterField->setClearButtonEnabled(true);
    m_filterField->addAction(icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    connect(m_filterField, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setText(text);
        updateState();
    });
    layout->addWidget(m_filterField, 1);
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_count->setContentsMargins(8, 0, 8, 0);
    layout->addWidget(m_count);
    for (QAction* action : {m_compare, m_pin, m_hide, m_delete, m_copy, m_save})
        layout->addWidget(buttonFor(action));
    return bar;
}

void RunsPanel::connectSelection() {
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (m_following || !current.isValid())
                    return;
                // With Ctrl a row becomes current before it is selected: the table must not be told back.
                const QScopedValueRollback<bool> following(m_following, true);
                const qint64 id = current.data(RunsModel::IdRole).toLongLong();
                if (const Run* run = m_model->run(id); run && run->index)
                    m_selection->setIndex(run->index->id);
                m_selection->setRun(id);
            });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsPanel::updateState);
    connect(m_table, &QTableView::entered, this, [this](const QModelIndex& index) {
        m_selection->setHoveredRun(index.data(RunsModel::IdRole).toLongLong());
    });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        emit runActivated(index.data(RunsModel::IdRole).toLongLong());
    });
    connect(m_selection, &Selection::runChanged, this, &RunsPanel::showSelected);
    connect(m_selection, &Selection::hoveredRunChanged, m_table->viewport(), qOverload<>(&QWidget::update));
    connect(m_model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_following = true; });
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, [this] {
        m_following = false;
        if (!m_model->run(m_selection->run()))
            m_selection->setRun(-1);
        if (!m_model->run(m_selection->hoveredRun()))
            m_selection->setHoveredRun(-1);
    });
    showSelected(m_selection->run());
}

void RunsPanel::showSelected(qint64 run) {
    if (m_following)
        return;
    m_following = true;
    const int row = m_model->rowOf(run);
    const QModelIndex index =
        row < 0 ? QModelIndex() : m_filter->mapFromSource(m_model->index(row, RunsModel::Config));
    QItemSelectionModel* rows = m_table->selectionModel();
    if (!index.isValid()) {
        rows->clear();
    } else if (!rows->isRowSelected(index.row(), {}) || rows->selectedRows().size() == 1) {
        rows->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        m_table->scrollTo(index);
    }
    m_following = false;
}

void RunsPanel::setFilters(FilterStack* filters) {
    m_filters = filters;
    m_only->setVisible(true);
    m_filter->setFilters(filters);
    connect(filters, &FilterStack::changed, this, [this] {
        updateState();
        showSelected(m_selection->run());
    });
    updateState();
}

void RunsPanel::setEmptyTexts(const QString& heading, const QString& text, const QString& button) {
    m_empty->setContent(heading, text, button);
}

void RunsPanel::updateState() {
    m_pages->setCurrentIndex(m_model->rowCount() == 0 && m_filterField->text().isEmpty() ? 0 : 1);
    const int all = m_model->rowCount(), shown = m_filter->rowCount();
    m_count->setText(
        all == shown ? (all == 1 ? tr("1 run") : tr("%1 runs").arg(formatCount(qulonglong(all))))
                     : tr("%1 of %2 runs").arg(formatCount(qulonglong(shown)), formatCount(qulonglong(all))));
    m_problem->setText(m_filter->error());
    m_problem->setVisible(!m_filter->error().isEmpty());
    QPalette colors = m_problem->palette();
    colors.setColor(QPalette::WindowText, palette().color(QPalette::BrightText));
    m_problem->setPalette(colors);

    const QList<qint64> ids = selectedRuns();
    for (QAction* action : {m_pin, m_hide, m_delete})
        action->setEnabled(!ids.isEmpty());
    m_only->setEnabled(!ids.isEmpty());
    m_compare->setEnabled(ids.size() >= 2);
    const auto all_of = [&](bool Run::*flag) {
        return !ids.isEmpty() && std::ranges::all_of(ids, [&](qint64 id) {
            const Run* run = m_model->run(id);
            return run && run->*flag;
        });
    };
    m_pin->setText(all_of(&Run::pinned) ? tr("Unpin") : tr("Pin"));
    const bool hidden = all_of(&Run::hidden);
    m_hide->setText(hidden ? tr("Show on the curve") : tr("Hide on the curve"));
    m_hide->setIcon(icon(hidden ? QStringLiteral("eye") : QStringLiteral("eye-off")));
}

bool RunsPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table->viewport() && event->type() == QEvent::Leave)
        m_selection->setHoveredRun(-1);
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Slash) {
            m_filterField->setFocus();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void RunsPanel::keyPressEvent(QKeyEvent* event) {
    // In the main window its Undo command gets these keys first.
    if (event->matches(QKeySequence::Undo)) {
        m_undo->undo();
    } else if (event->matches(QKeySequence::Redo)) {
        m_undo->redo();
    } else if (event->key() == Qt::Key_Escape && !m_filterField->text().isEmpty()) {
        m_filterField->clear();
    } else {
        QWidget::keyPressEvent(event);
    }
}

} // namespace annscope::ui
