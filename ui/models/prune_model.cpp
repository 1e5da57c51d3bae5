// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/prune_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QFont>

#include <cmath>

namespace annscope::ui {

QString verdictText(const PruneStep& step) {
    switch (step.verdict) {
    case PruneVerdict::Kept:
        return PruneModel::tr("kept");
    case PruneVerdict::RuledOut:
        return PruneModel::tr("out, by node %1").arg(step.by);
    case PruneVerdict::NoRoom:
        return PruneModel::tr("no room: R are kept");
    case PruneVerdict::ExcessCopy:
        return PruneModel::tr("one copy too many");
    }
    return {};
}

QString alphaText(float alpha) {
    return formatParameter(std::round(double(alpha) * 1000) / 1000);
}

QString verdictSentence(const PruneStep& step, float alpha) {
    switch (step.verdict) {
    case PruneVerdict::Kept:
        return PruneModel::tr("Node %1 is kept: no kept one is near enough to it.").arg(step.node.id);
    case PruneVerdict::RuledOut:
        return PruneModel::tr("Node %1 is out, by node %2: %3 · %4 = %5 ≤ %6")
            .arg(step.node.id)
            .arg(step.by)
            .arg(alphaText(alpha), formatNumber(double(step.between)),
                 formatNumber(double(alpha) * double(step.between)),
                 formatNumber(double(step.node.distance)));
    case PruneVerdict::NoRoom:
        return PruneModel::tr("Node %1 finds no room: R nearer ones are kept.").arg(step.node.id);
    case PruneVerdict::ExcessCopy:
        return PruneModel::tr("Node %1 lies on the same place; half of the row is kept for others.")
            .arg(step.node.id);
    }
    return {};
}

QString verdictHelp(const PruneStep& step, float alpha) {
    const QString sentence = verdictSentence(step, alpha);
    if (step.verdict != PruneVerdict::RuledOut)
        return sentence;
    return sentence +
           PruneModel::tr("\nalpha · d(k, c)² ≤ d(p, c)², k being node %1, c node %2 and p the node that "
                          "is pruned; squared distances, as the build compares them")
               .arg(step.by)
               .arg(step.node.id);
}

QString pruningTitle(const NodePruning& pruning) {
    switch (pruning.reason) {
    case PruneReason::Inserted:
        return PruneModel::tr("pass %1: inserted").arg(pruning.pass);
    case PruneReason::RowFull:
        return PruneModel::tr("pass %1: its row was full").arg(pruning.pass);
    case PruneReason::Trimmed:
        break;
    }
    return PruneModel::tr("end: trimmed to R");
}

void PruneModel::setPruning(const NodePruning* pruning) {
    beginResetModel();
    m_pruning = pruning;
    m_step = 0;
    endResetModel();
}

void PruneModel::setStep(std::size_t step) {
    m_step = step;
    if (rowCount() > 0)
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int PruneModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_pruning ? 0 : static_cast<int>(m_pruning->trace.steps.size());
}

int PruneModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PruneModel::data(const QModelIndex& index, int role) const {
    if (!m_pruning || !index.isValid())
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const PruneStep& step = m_pruning->trace.steps[row];
    const bool looked = row < m_step;
    switch (role) {
    case Qt::DisplayRole:
    case SortRole:
        break;
    case Qt::ForegroundRole:
        return looked && step.verdict == PruneVerdict::Kept ? QVariant() : QVariant(palette().secondary);
    case Qt::FontRole: {
        QFont font;
        font.setBold(row + 1 == m_step);
        return font;
    }
    case Qt::TextAlignmentRole:
        return int((index.column() == Verdict ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return looked ? verdictHelp(step, m_pruning->alpha) : tr("Not looked at yet.");
    default:
        return {};
    }
    const bool raw = role == SortRole;
    switch (index.column()) {
    case Number:
        return index.row() + 1;
    case Node:
        return raw ? QVariant(step.node.id) : QVariant(QString::number(step.node.id));
    case Distance:
        return raw ? QVariant(step.node.distance)
                   : QVariant(formatNumber(std::sqrt(double(step.node.distance))));
    case Verdict:
        return looked ? verdictText(step) : QString();
    default:
        return {};
    }
}

QVariant PruneModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    static const char* const kNames[] = {QT_TR_NOOP("#"), QT_TR_NOOP("node"), QT_TR_NOOP("d(p, c)"),
                                         QT_TR_NOOP("verdict")};
    static const char* const kHelp[] = {
        QT_TR_NOOP("In the order of distance: the nearest candidate is looked at first"),
        QT_TR_NOOP("Number of the candidate"),
        QT_TR_NOOP("Distance to the node that is pruned, in units of the points"),
        QT_TR_NOOP("Kept, or ruled out by a nearer one that was kept")};
    if (role == Qt::DisplayRole)
        return tr(kNames[section]);
    if (role == Qt::ToolTipRole)
        return tr(kHelp[section]);
    if (role == Qt::TextAlignmentRole)
        return int((section == Verdict ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    return {};
}

} // namespace annscope::ui
