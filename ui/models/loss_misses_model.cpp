// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/loss_misses_model.h"

#include "ui/common/format.h"
#include "ui/models/loss_text.h"
#include "ui/views/path_model.h"

#include <algorithm>
#include <array>

namespace annscope::ui {

namespace {

int alignmentOf(int column) {
    const bool text = column == LossMissesModel::Reason || column == LossMissesModel::Remedy;
    return int((text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
}

} // namespace

void LossMissesModel::setQuery(LossPtr report, BuiltIndexPtr built, qint64 query, bool remedies) {
    beginResetModel();
    m_report = std::move(report);
    m_built = std::move(built);
    m_remedies = remedies;
    m_misses = {};
    if (m_report && query >= 0) {
        const auto own = std::ranges::equal_range(m_report->misses, query, {},
                                                  [](const Miss& miss) { return qint64(miss.query); });
        m_misses = {own.begin(), own.end()};
    }
    endResetModel();
}

int LossMissesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_misses.size());
}

int LossMissesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

double LossMissesModel::distanceOf(const Miss& miss) const {
    const Dataset& data = m_built->measured();
    return shownDistance(data.metric, double(data.truth.distances_of(miss.query)[miss.true_rank]));
}

QString LossMissesModel::remedyOf(const Miss& miss) const {
    if (miss.reason == LossReason::Tie)
        return tr("nothing is lost");
    if (!m_remedies)
        return tr("…");
    const QString text = remedyText(miss, m_report->params);
    return text.isEmpty() ? tr("nothing that was tried") : text;
}

QVariant LossMissesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Miss& miss = m_misses[std::size_t(index.row())];
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(index.column());
    if (role == Qt::DecorationRole && index.column() == Reason)
        return reasonColor(miss.reason);
    if (role == Qt::ToolTipRole)
        return index.column() == Remedy && miss.rebuild ? rebuildLine(*miss.rebuild)
                                                        : reasonHelp(miss.reason);
    if (role != Qt::DisplayRole && role != SortRole)
        return {};
    const bool raw = role == SortRole;
    switch (index.column()) {
    case TrueRank:
        return raw ? QVariant(miss.true_rank + 1) : QVariant(QString::number(miss.true_rank + 1));
    case Vector:
        return raw ? QVariant(qlonglong(miss.id)) : QVariant(QString::number(miss.id));
    case Distance:
        return raw ? QVariant(distanceOf(miss)) : QVariant(formatNumber(distanceOf(miss)));
    case Reason:
        return reasonText(miss.reason);
    case Rank:
        return raw             ? QVariant(qulonglong(miss.rank))
               : miss.rank > 0 ? QVariant(formatCount(miss.rank))
                               : QVariant(QStringLiteral("–"));
    case Remedy:
        return remedyOf(miss);
    default:
        return {};
    }
}

QVariant LossMissesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    const std::array<std::pair<QString, QString>, ColumnCount> texts{
        {{tr("#"), tr("True rank: 1 is the nearest neighbour")},
         {tr("Vector"), tr("Row of the neighbour among the base vectors")},
         {tr("Distance"), tr("Exact distance to the query")},
         {tr("Reason"), tr("The first step of the search that lost it")},
         {tr("Rank"),
          tr("Of its cell among all cells, or of its code among all that were compared; of a walk: "
             "the list with which it is met")},
         {tr("Remedy"), tr("The smallest change with which a search returns it; it was tried. Double click "
                           "applies it")}}};
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    if (role == Qt::DisplayRole)
        return texts[std::size_t(section)].first;
    if (role == Qt::ToolTipRole)
        return texts[std::size_t(section)].second;
    return {};
}

} // namespace annscope::ui
