// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/candidate_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/views/step_text.h"

#include <QBrush>
#include <QFont>

namespace annscope::ui {

std::vector<CandidateModel::Row> CandidateModel::rowsOf(const PathModel& path, std::size_t step, bool last) {
    std::vector<Row> rows;
    const TraceList list = path.list_at(step);
    bool next = path.walks() && !last;
    for (const TraceEntry& entry : list.entries) {
        Row row{entry, Place::Listed, static_cast<int>(rows.size()) + 1, path.isTrueNeighbour(entry.id)};
        row.next = next && !entry.expanded;
        next = next && entry.expanded;
        rows.push_back(row);
    }
    for (const TraceEntry& entry : list.evicted)
        rows.push_back({entry, Place::PushedOut, 0, path.isTrueNeighbour(entry.id)});
    if (last)
        for (const TrueNeighbour& t : path.truth)
            if (t.loss != Loss::None)
                rows.push_back({{t.id, t.distance}, Place::Missed, 0, true, false, t});
    return rows;
}

void CandidateModel::show(PathModelPtr path, std::size_t step) {
    const bool steps = path && !path->steps.empty(), last = steps && step + 1 >= path->steps.size();
    std::vector<Row> rows = steps ? rowsOf(*path, step, last) : std::vector<Row>();
    // Rows that stay keep their place in the view: the table does not jump while a path plays.
    const int before = static_cast<int>(m_rows.size()), after = static_cast<int>(rows.size());
    if (after > before)
        beginInsertRows({}, before, after - 1);
    else if (after < before)
        beginRemoveRows({}, after, before - 1);
    m_path = std::move(path);
    m_last = last;
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
    if (row.place == Place::Missed)
        return lossText(*m_path, row.missed);
    QStringList parts;
    if (row.place == Place::PushedOut)
        parts << (m_last && m_path->reranked() ? tr("ranked out") : tr("pushed out"));
    else if (m_last && static_cast<std::size_t>(row.rank) <= m_path->k)
        parts << tr("answer");
    if (row.isTrue)
        parts << tr("true");
    if (row.entry.entered && !m_last)
        parts << tr("new");
    if (row.next)
        parts << tr("next");
    else if (row.entry.expanded)
        parts << tr("expanded");
    else if (row.place == Place::Listed && m_path->walks() && !m_last)
        parts << tr("waits");
    if (m_last && m_path->reranked() && row.entry.approximate != row.entry.distance)
        parts << tr("code said %1").arg(distanceText(m_path->metric, row.entry.approximate));
    return parts.join(QStringLiteral(", "));
}

QString CandidateModel::text(const Row& row, int column) const {
    switch (column) {
    case Rank:
        return row.place == Place::Listed      ? QString::number(row.rank)
               : row.place == Place::PushedOut ? QStringLiteral("–")
                                               : QStringLiteral("○");
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

QVariant CandidateModel::color(const Row& row, int role) const {
    const Palette& colors = palette();
    if (role == Qt::BackgroundRole)
        return row.place == Place::Listed && row.entry.entered && !m_last
                   ? QVariant(QBrush(withAlpha(colors.accent, 0.12)))
                   : QVariant();
    if (row.place == Place::Missed || (row.place == Place::PushedOut && row.isTrue))
        return QBrush(colors.missed);
    if (row.isTrue)
        return QBrush(colors.dark ? seriesStyle(2).color.lighter(130) : seriesStyle(2).color.darker(120));
    if (row.place == Place::PushedOut)
        return QBrush(colors.secondary);
    return {};
}

QVariant CandidateModel::font(const Row& row) const {
    QFont font;
    font.setBold(row.next || (row.place == Place::Listed && row.entry.entered && !m_last));
    font.setStrikeOut(row.place == Place::PushedOut);
    return font.bold() || font.strikeOut() ? QVariant(font) : QVariant();
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
    case Qt::BackgroundRole:
        return color(row, role);
    case Qt::FontRole:
        return font(row);
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
