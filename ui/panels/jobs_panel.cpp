// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/jobs_panel.h"

#include "ui/common/palette.h"
#include "ui/jobs/jobs_model.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QShortcut>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

/// A bar with the percent beside it.
class ProgressDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyledItemDelegate::paint(painter, option, index.siblingAtColumn(-1)); // background only
        const double fraction = index.data(JobsModel::FractionRole).toDouble();
        const QString text = index.data().toString();
        if (text.isEmpty())
            return;
        const Palette& c = palette();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        constexpr int kTextWidth = 40;
        const QRectF bar(option.rect.x() + 8, option.rect.center().y() - 2,
                         option.rect.width() - kTextWidth - 16, 5);
        painter->setBrush(c.line);
        painter->drawRoundedRect(bar, 2.5, 2.5);
        painter->setBrush(c.accent);
        painter->drawRoundedRect(QRectF(bar.topLeft(), QSizeF(bar.width() * fraction, bar.height())), 2.5,
                                 2.5);
        painter->setPen(c.text);
        painter->drawText(option.rect.adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, text);
        painter->restore();
    }
};

} // namespace

JobsPanel::JobsPanel(JobRunner* runner, QWidget* parent)
    : QWidget(parent), m_runner(runner), m_model(new JobsModel(runner, this)), m_table(new QTableView(this)),
      m_hint(new QLabel(this)), m_cancel(new QPushButton(tr("Cancel"), this)),
      m_clear(new QPushButton(tr("Clear ended"), this)) {
    m_table->setModel(m_model);
    m_table->setItemDelegateForColumn(JobsModel::ProgressColumn, new ProgressDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setSectionResizeMode(JobsModel::TitleColumn, QHeaderView::Stretch);
    m_table->setColumnWidth(JobsModel::StateColumn, 130);
    m_table->setColumnWidth(JobsModel::ProgressColumn, 160);
    m_table->setColumnWidth(JobsModel::TimeColumn, 90);
    m_table->setAccessibleName(tr("Jobs"));

    m_hint->setText(tr("Opening, building and sweeping run here in the background, one after the other.\n"
                       "Type a configuration under Build and press Ctrl+B to start one."));
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_cancel->setToolTip(tr("Stops the selected jobs; nothing half-built stays (Del)"));
    m_clear->setToolTip(tr("Removes what has ended from this list"));

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(8, 4, 8, 4);
    buttons->addStretch();
    buttons->addWidget(m_clear);
    buttons->addWidget(m_cancel);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_hint, 1);
    layout->addLayout(buttons);

    connect(m_cancel, &QPushButton::clicked, this, &JobsPanel::cancelSelected);
    connect(m_clear, &QPushButton::clicked, m_model, &JobsModel::clearEnded);
    auto* remove = new QShortcut(QKeySequence::Delete, m_table);
    remove->setContext(Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, &JobsPanel::cancelSelected);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_model, signal, this, &JobsPanel::updateButtons);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &JobsPanel::updateButtons);
    connect(
        m_model, &QAbstractItemModel::rowsInserted, m_table, [this] { m_table->scrollToBottom(); },
        Qt::QueuedConnection);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &JobsPanel::updateButtons);
    updateButtons();
}

/// The selected jobs; without a selection, the one that runs.
void JobsPanel::cancelSelected() {
    QList<quint64> ids;
    for (const QModelIndex& row : m_table->selectionModel()->selectedRows())
        ids.push_back(row.data(JobsModel::IdRole).toULongLong());
    for (int row = 0; ids.isEmpty() && row < m_model->rowCount(); ++row)
        if (m_model->job(row).state == JobState::Running)
            ids.push_back(m_model->job(row).id);
    for (const quint64 id : ids)
        m_runner->cancel(id);
}

void JobsPanel::updateButtons() {
    bool cancellable = false;
    const bool selected = m_table->selectionModel()->hasSelection();
    for (int row = 0; row < m_model->rowCount(); ++row)
        cancellable = cancellable || (m_model->index(row, 0).data(JobsModel::CancellableRole).toBool() &&
                                      (!selected || m_table->selectionModel()->isRowSelected(row)));
    m_cancel->setEnabled(cancellable);
    m_clear->setEnabled(m_model->hasEnded());
    const bool empty = m_model->rowCount() == 0;
    m_hint->setVisible(empty);
    m_table->setVisible(!empty);
}

} // namespace annscope::ui
