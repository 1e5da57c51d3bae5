// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/step_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/views/step_text.h"

#include <QBrush>
#include <QFont>

#include <cmath>

namespace annscope::ui {

void StepModel::show(PathModelPtr path) {
    if (path == m_path)
        return;
    beginResetModel();
    m_path = std::move(path);
    m_step = 0;
    endResetModel();
}

void StepModel::setStep(std::size_t step) {
    const std::size_t before = std::exchange(m_step, step);
    for (const std::size_t row : {before, step})
        if (static_cast<int>(row) < rowCount())
            emit dataChanged(index(static_cast<int>(row), 0), index(static_cast<int>(row), ColumnCount - 1));
}

int StepModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_path ? 0 : static_cast<int>(m_path->steps.size());
}

int StepModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString StepModel::text(std::size_t s, int column) const {
    const PathStep& step = m_path->steps[s];
    switch (column) {
    case Step:
        return formatCount(s);
    case Visited:
        return visitText(*m_path, s);
    case Distance:
        return distanceText(m_path->metric, step.distance);
    case Compared:
        return formatCount(m_path->comparedAt(s));
    case Kept:
        return formatCount(step.kept);
    case Listed:
        return formatCount(step.listed);
    case Kth:
        return distanceText(m_path->metric, step.kth);
    case Found:
        return s < m_path->found.size() ? tr("%1 of %2").arg(m_path->found[s]).arg(m_path->truth.size())
                                        : QStringLiteral("–");
    default:
        return {};
    }
}

QVariant StepModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto s = static_cast<std::size_t>(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(s, index.column());
    case Qt::ToolTipRole:
        return stepText(*m_path, s);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((index.column() == Visited ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    case Qt::ForegroundRole:
        return s > m_step ? QVariant(QBrush(palette().secondary)) : QVariant();
    case Qt::FontRole:
        if (index.column() == Found && s < m_path->found.size() &&
            m_path->found[s] > (s > 0 ? m_path->found[s - 1] : 0)) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    default:
        return {};
    }
}

QVariant StepModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    const struct {
        QString title, tip;
    } columns[] = {
        {tr("step"), tr("Number of the step, from 0.")},
        {tr("visited"), tr("The node whose neighbours were read, the cell that was scanned, the part of the "
                           "vectors that was compared.")},
        {tr("distance"), tr("Of the node or of the cell's centroid to the query; of a part, the nearest.")},
        {tr("compared"), tr("Distances and estimates computed so far.")},
        {tr("kept"), tr("Vectors that entered the candidate list in this step.")},
        {tr("list"), tr("Candidates in the list after the step.")},
        {tr("k-th"), tr("Distance of the k-th candidate so far, as the search sees it: approximate where "
                        "codes are compared.")},
        {tr("found"), tr("True neighbours among the k best so far. Bold where there are more than before.")}};
    switch (role) {
    case Qt::DisplayRole:
        return section == Kth && m_path ? tr("%1. best").arg(m_path->k) : columns[section].title;
    case Qt::ToolTipRole:
        return columns[section].tip;
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((section == Visited ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    default:
        return {};
    }
}

} // namespace annscope::ui
