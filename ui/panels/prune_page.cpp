// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/prune_page.h"

#include "ui/common/elided_label.h"
#include "ui/common/icons.h"
#include "ui/common/step_player.h"
#include "ui/models/prune_model.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

namespace annscope::ui {

namespace {

constexpr int kRow = 20, kTableFrom = 124; ///< px: a lower page has no room for tables

} // namespace

PrunePage::PrunePage(QWidget* parent)
    : QWidget(parent), m_player(new StepPlayer(tr("Candidates of the pruning"), this)),
      m_title(new QLabel(this)), m_row(new QHBoxLayout), m_close(new QToolButton(this)) {
    m_title->setToolTip(tr(
        "RobustPrune looks at a node's candidates from the nearest on and keeps each that no kept one rules "
        "out. The tinted region is where those kept so far rule out."));
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setObjectName(QStringLiteral("closePruning"));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Back to the build (Esc)"));
    m_close->setAccessibleName(tr("Back to the build"));
    m_player->setPace(1.5);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 4, 0);
    top->addWidget(m_title);
    top->addWidget(m_player, 1);
    top->addWidget(m_close);
    m_row->setSpacing(8);
    m_row->addWidget(createSide(0), 1);
    m_row->addWidget(createSide(1), 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addLayout(m_row, 1);
    connect(m_close, &QToolButton::clicked, this, &PrunePage::closed);
    connect(m_player, &StepPlayer::stepChanged, this, &PrunePage::showStep);
}

QWidget* PrunePage::createSide(std::size_t index) {
    Side& side = m_sides[index];
    auto* box = new QWidget(this);
    side.choice = new QComboBox(box);
    side.choice->setAccessibleName(tr("Which pruning of the node"));
    side.choice->setToolTip(tr(
        "A node's row is pruned when the node is inserted, in both passes, whenever others have filled it, "
        "and at the end where it is still longer than R. alpha is 1 in the first pass."));
    side.choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    side.choice->setMinimumContentsLength(10);
    side.verdict = new ElidedLabel(box);
    side.model = new PruneModel(this);
    side.table = new QTableView(box);
    side.table->setAccessibleName(tr("Candidates, from the nearest on"));
    side.table->setModel(side.model);
    side.table->setSelectionBehavior(QAbstractItemView::SelectRows);
    side.table->setSelectionMode(QAbstractItemView::SingleSelection);
    side.table->setShowGrid(false);
    side.table->setTabKeyNavigation(false);
    side.table->verticalHeader()->hide();
    side.table->verticalHeader()->setDefaultSectionSize(kRow);
    side.table->horizontalHeader()->setStretchLastSection(true);
    side.table->horizontalHeader()->setHighlightSections(false);
    constexpr int kWidths[] = {32, 48, 62};
    for (int column = 0; column < 3; ++column)
        side.table->setColumnWidth(column, kWidths[column]);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(8, 0, 4, 0);
    layout->setSpacing(2);
    layout->addWidget(side.choice);
    layout->addWidget(side.verdict);
    layout->addWidget(side.table, 1);
    connect(side.choice, &QComboBox::activated, this, [this, index] { choose(index); });
    connect(side.table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& at) {
                if (at.isValid())
                    m_player->setStep(at.row() + 1);
            });
    return box;
}

const NodePruning* PrunePage::pruning(std::size_t side) const {
    const AlphaPruningsPtr& all = m_prunings[side];
    return all && which(side) < all->list.size() ? &all->list[which(side)] : nullptr;
}

std::size_t PrunePage::which(std::size_t side) const {
    return static_cast<std::size_t>(std::max(m_sides[side].choice->currentIndex(), 0));
}

std::size_t PrunePage::step(std::size_t side) const {
    const NodePruning* shown = pruning(side);
    const auto now = static_cast<std::size_t>(m_player->step());
    return shown ? std::min(now, shown->trace.steps.size() + 1) : 0;
}

void PrunePage::setGap(int gap) {
    m_row->setSpacing(gap);
}

QString PrunePage::verdict(std::size_t side) const {
    return m_sides[side].verdict->text();
}

/// keep: the place in the list; else the pruning that made the final row.
void PrunePage::fillChoices(std::size_t index, bool keep) {
    QComboBox* choice = m_sides[index].choice;
    const QSignalBlocker blocker(choice);
    const int before = choice->currentIndex();
    choice->clear();
    const AlphaPruningsPtr& all = m_prunings[index];
    if (!all)
        return;
    for (const NodePruning& each : all->list)
        choice->addItem(tr("%1, alpha %2").arg(pruningTitle(each), alphaText(each.alpha)));
    const bool known = keep && before >= 0 && before < choice->count();
    choice->setCurrentIndex(known ? before : static_cast<int>(all->best()));
}

void PrunePage::setPrunings(const std::array<AlphaPruningsPtr, 2>& prunings) {
    const AlphaPruningsPtr before = m_prunings[0] ? m_prunings[0] : m_prunings[1];
    const AlphaPruningsPtr now = prunings[0] ? prunings[0] : prunings[1];
    const bool same = before && now && before->node == now->node;
    for (Side& side : m_sides)
        side.model->setPruning(nullptr); // before what it points to goes
    m_prunings = prunings;
    for (std::size_t s = 0; s < 2; ++s)
        fillChoices(s, same);
    if (!same)
        m_player->stop();
    m_title->setText(now ? tr("Pruning of node %1").arg(now->node) : QString());
    usePrunings(!same);
}

void PrunePage::usePrunings(bool toEnd) {
    std::size_t most = 0;
    for (std::size_t s = 0; s < 2; ++s) {
        const NodePruning* shown = pruning(s);
        m_sides[s].model->setPruning(shown);
        most = std::max(most, shown ? shown->trace.steps.size() : 0);
    }
    const int count = static_cast<int>(most) + 2; // nothing looked at; each candidate; the result
    m_player->setCount(count, toEnd ? count - 1 : m_player->step());
    showStep();
}

/// The other side shows the same occasion, if it had one.
void PrunePage::choose(std::size_t side) {
    const NodePruning* chosen = pruning(side);
    QComboBox* other = m_sides[1 - side].choice;
    if (const AlphaPruningsPtr& all = m_prunings[1 - side]; chosen && all)
        for (std::size_t i = 0; i < all->list.size(); ++i)
            if (all->list[i].reason == chosen->reason && all->list[i].pass == chosen->pass) {
                const QSignalBlocker blocker(other);
                other->setCurrentIndex(static_cast<int>(i));
                break;
            }
    usePrunings(true);
}

void PrunePage::showStep() {
    const int most = m_player->count() - 2;
    m_player->setPosition(m_player->step() > most ? tr("result")
                                                  : tr("%1 / %2").arg(m_player->step()).arg(most));
    for (std::size_t s = 0; s < 2; ++s) {
        Side& side = m_sides[s];
        const NodePruning* shown = pruning(s);
        const std::size_t at = step(s);
        side.model->setStep(at);
        if (!shown) {
            side.verdict->setText({});
            continue;
        }
        const auto& steps = shown->trace.steps;
        const PruneStep* current = at > 0 && at <= steps.size() ? &steps[at - 1] : nullptr;
        side.verdict->setText(
            current  ? verdictSentence(*current, shown->alpha)
            : at > 0 ? tr("%1 of %2 candidates are kept")
                           .arg(std::ranges::count(steps, PruneVerdict::Kept, &PruneStep::verdict))
                           .arg(steps.size())
                     : tr("%1 candidates, none looked at yet").arg(steps.size()));
        side.verdict->setToolTip(current ? verdictHelp(*current, shown->alpha) : QString());
        if (current)
            side.table->scrollTo(side.model->index(static_cast<int>(at) - 1, 0));
    }
    emit changed();
}

void PrunePage::resizeEvent(QResizeEvent*) {
    for (Side& side : m_sides)
        side.table->setVisible(height() >= kTableFrom);
}

} // namespace annscope::ui
