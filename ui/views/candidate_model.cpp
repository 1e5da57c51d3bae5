// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/candidate_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/views/step_text.h"

#include <QBrush>
#include <QFont>

namespace annscope::ui {

void CandidateModel::show(PathModelPtr path, std::size_t step) {
    std::vector<Row> rows;
    const bool last = path && step + 1 >= path->steps.size();
    if (path && !path->steps.empty()) {
        int rank = 0;
        for (const ListEntry& entry : path->listAt(step))
            rows.push_back({entry, ++rank, {}});
        if (last)
            for (const TrueNeighbour& t : path->truth)
                if (t.loss != Loss::None)
                    rows.push_back({{t.id, t.distance}, 0, t});
    }
    m_path = std::move(path);
    m_last = last;
    // Rows that stay keep their place in the view: the table does not jump while a path plays.
    const int before = static_cast<int>(m_rows.size()), after = static_cast<int>(rows.size());
    if (after > before)
        beginInsertRows({}, before, after - 1);
    else if (after < before)
        beginRemoveRows({}, after, before - 1);
    m_rows = std::move(rows);
    if (after > before)
        endInsertRows();
    else if (after < before)
        endRemoveRows();
    if (after > 0)
        emit dataChanged(index(0, 0), index(after - 1, ColumnCount - 1));
}

int CandidateModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int CandidateModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString CandidateModel::state(const Row& row) const {
    if (row.rank == 0)
        return lossText(row.missed);
    QString text = m_last && static_cast<std::size_t>(row.rank) <= m_path->k ? tr("answer") : QString();
    const auto append = [&text](const QString& part) {
        text += text.isEmpty() ? part : QStringLiteral(", ") + part;
    };
    if (row.entry.isTrue)
        append(tr("true neighbour"));
    if (row.entry.fresh && !m_last)
        append(tr("new"));
    if (row.entry.expanded)
        append(tr("expanded"));
    return text;
}

QString CandidateModel::text(const Row& row, int column) const {
    switch (column) {
    case Rank:
        return row.rank > 0 ? QString::number(row.rank) : QStringLiteral("○");
    case Node:
        return formatCount(static_cast<qulonglong>(row.entry.id));
    case Distance:
        return distanceText(m_path->metric, row.entry.distance);
    case State:
        return state(row);
    default:
        return {};
    }
}

QVariant CandidateModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return text(row, index.column());
    case IdRole:
        return QVariant::fromValue<qlonglong>(row.entry.id);
    case SortRole:
        return index.column() == Distance ? QVariant(static_cast<double>(row.entry.distance))
                                          : QVariant::fromValue<qlonglong>(row.entry.id);
    case Qt::TextAlignmentRole:
        return index.column() == State
                   ? QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter))
                   : QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    case Qt::ForegroundRole:
        if (row.rank == 0)
            return QBrush(palette().missed);
        if (row.entry.isTrue)
            return QBrush(palette().dark ? seriesStyle(2).color.lighter(130)
                                         : seriesStyle(2).color.darker(120));
        return {};
    case Qt::FontRole:
        if (row.entry.fresh && !m_last) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    default:
        return {};
    }
}

QVariant CandidateModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == State ? QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter))
                                : QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Rank:
        return tr("rank");
    case Node:
        return tr("id");
    case Distance:
        return m_path && m_path->metric == Metric::InnerProduct ? tr("product") : tr("distance");
    case State:
        return tr("state");
    default:
        return {};
    }
}

} // namespace annscope::ui
