// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/loss_queries_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/models/loss_text.h"

#include <algorithm>
#include <numeric>

namespace annscope::ui {

namespace {

int alignmentOf(int column) {
    return int((column <= LossQueriesModel::Missed ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

} // namespace

void LossQueriesModel::setReport(LossPtr report, const QueryRowsPtr& passing, bool remedies) {
    beginResetModel();
    m_report = std::move(report);
    m_remedies = remedies;
    m_rows.clear();
    m_losing = 0;
    std::uint32_t last = 0;
    bool passes = false, any = false;
    for (const Miss& miss : m_report ? m_report->misses : std::vector<Miss>()) {
        if (miss.reason == LossReason::Tie)
            continue;
        if (!any || miss.query != last) {
            any = true;
            last = miss.query;
            ++m_losing;
            passes = !passing || std::ranges::binary_search(*passing, miss.query);
            if (passes) {
                m_rows.emplace_back();
                m_rows.back().query = miss.query;
                m_rows.back().change = m_report->params;
            }
        }
        if (!passes)
            continue;
        Row& row = m_rows.back();
        ++row.missed;
        ++row.reasons[std::size_t(miss.reason)];
        if (miss.rebuild)
            row.rebuild = miss.rebuild->configuration;
        const SearchParams* change = miss.remedy    ? &*miss.remedy
                                     : miss.rebuild ? &miss.rebuild->params
                                                    : nullptr;
        row.open += change == nullptr;
        if (change)
            for (const auto& [name, value] : change->values())
                row.change.set(name, std::max(value, row.change.get(name, value)));
    }
    endResetModel();
}

void LossQueriesModel::setHovered(qint64 query) {
    const int before = rowOf(m_hovered), now = rowOf(query);
    m_hovered = query;
    for (const int row : {before, now})
        if (row >= 0)
            emit dataChanged(index(row, 0), index(row, ColumnCount - 1), {Qt::BackgroundRole});
}

int LossQueriesModel::rowOf(qint64 query) const {
    const auto found =
        std::ranges::lower_bound(m_rows, query, {}, [](const Row& r) { return qint64(r.query); });
    return found == m_rows.end() || qint64(found->query) != query ? -1 : int(found - m_rows.begin());
}

std::optional<SearchParams> LossQueriesModel::remedy(int row) const {
    const Row& about = m_rows[std::size_t(row)];
    if (!about.rebuild.empty() || about.open == about.missed)
        return std::nullopt;
    return about.change;
}

std::optional<LossRebuild> LossQueriesModel::rebuild(int row) const {
    const Row& about = m_rows[std::size_t(row)];
    if (about.rebuild.empty())
        return std::nullopt;
    return LossRebuild{about.rebuild, about.change};
}

int LossQueriesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int LossQueriesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString LossQueriesModel::findsAll(const Row& row) const {
    if (!m_remedies)
        return tr("…");
    if (row.open > 0)
        return tr("not all");
    const QString change = changeText(row.change, m_report->params);
    return !row.rebuild.empty() ? tr("RFlat, %1").arg(change) : change;
}

QVariant LossQueriesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const double recall = double(m_report->per_query[row.query]);
    if (role == Qt::BackgroundRole && qint64(row.query) == m_hovered)
        return ui::palette().hover;
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(index.column());
    if (role == Qt::DecorationRole && index.column() == Reasons) {
        const auto most = std::ranges::max_element(row.reasons);
        return reasonColor(LossReason(most - row.reasons.begin()));
    }
    if (role == Qt::ToolTipRole && index.column() >= Reasons)
        return index.column() == Reasons ? reasonsText(row.reasons)
                                         : tr("Query %1: %2").arg(row.query).arg(findsAll(row));
    if (role != Qt::DisplayRole && role != SortRole)
        return {};
    const bool raw = role == SortRole;
    switch (index.column()) {
    case Query:
        return raw ? QVariant(row.query) : QVariant(QString::number(row.query));
    case Recall:
        return raw ? QVariant(recall) : QVariant(formatRecall(recall));
    case Missed:
        return raw ? QVariant(qulonglong(row.missed)) : QVariant(formatCount(row.missed));
    case Reasons:
        return reasonsText(row.reasons);
    case FindsAll: {
        if (!raw)
            return findsAll(row);
        double factor = row.open > 0 ? 1e12 : !row.rebuild.empty() ? 1e6 : 1;
        for (const auto& [name, value] : row.change.values())
            factor *= std::max(1.0, value / std::max(1e-9, m_report->params.get(name, 1)));
        return factor;
    }
    default:
        return {};
    }
}

QVariant LossQueriesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    const std::array<std::pair<QString, QString>, ColumnCount> texts{
        {{tr("Query"), tr("Row of the query among the data set's queries")},
         {tr("Recall"), tr("Share of its true neighbours that were returned, 0..1")},
         {tr("Missed"), tr("True neighbours that were not returned and cost recall")},
         {tr("Reasons"), tr("Why, by the number of misses")},
         {tr("Finds all"), tr("The smallest change with which a search returns all of them; RFlat: of the "
                              "configuration, with the vectors ranked again")}}};
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    if (role == Qt::DisplayRole)
        return texts[std::size_t(section)].first;
    if (role == Qt::ToolTipRole)
        return texts[std::size_t(section)].second;
    return {};
}

} // namespace annscope::ui
