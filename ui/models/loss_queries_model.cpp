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
    m_efforts.clear();
    m_losing = 0;
    const std::size_t count = m_report ? m_report->misses.size() : 0;
    for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
        const std::uint32_t query = m_report->misses[begin].query;
        Row row{query, std::uint32_t(begin), 0, 0};
        for (end = begin; end < count && m_report->misses[end].query == query; ++end)
            row.missed += m_report->misses[end].reason != LossReason::Tie;
        row.end = std::uint32_t(end);
        if (row.missed == 0)
            continue;
        ++m_losing;
        if (!passing || std::ranges::binary_search(*passing, query))
            m_rows.push_back(row);
    }
    endResetModel();
}

LossQueriesModel::Cure LossQueriesModel::cureOf(const Row& row) const {
    Cure cure;
    cure.change = m_report->params;
    for (std::size_t i = row.begin; i < row.end; ++i) {
        const Miss& miss = m_report->misses[i];
        if (miss.reason == LossReason::Tie)
            continue;
        ++cure.reasons[std::size_t(miss.reason)];
        const SearchParams* change = miss.remedy    ? &*miss.remedy
                                     : miss.rebuild ? &miss.rebuild->params
                                                    : nullptr;
        if (miss.rebuild)
            cure.rebuild = miss.rebuild->configuration;
        cure.open += change == nullptr;
        if (change)
            for (const auto& [name, value] : change->values())
                cure.change.set(name, std::max(value, cure.change.get(name, value)));
    }
    return cure;
}

/// How far what finds all is from what was searched with: the factors of all parameters.
double LossQueriesModel::effortOf(const Row& row) const {
    const Cure cure = cureOf(row);
    double effort = cure.open > 0 ? 1e12 : cure.rebuild.empty() ? 1 : 1e6;
    for (const auto& [name, value] : cure.change.values())
        effort *= std::max(1.0, value / std::max(1e-9, m_report->params.get(name, 1)));
    return effort;
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
    const Cure cure = cureOf(about);
    if (!cure.rebuild.empty() || cure.open == about.missed)
        return std::nullopt;
    return cure.change;
}

std::optional<LossRebuild> LossQueriesModel::rebuild(int row) const {
    const Cure cure = cureOf(m_rows[std::size_t(row)]);
    if (cure.rebuild.empty())
        return std::nullopt;
    return LossRebuild{cure.rebuild, cure.change};
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
    const Cure cure = cureOf(row);
    if (cure.open > 0)
        return tr("not all");
    const QString change = changeText(cure.change, m_report->params);
    return cure.rebuild.empty() ? change : tr("RFlat, %1").arg(change);
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
        const auto reasons = cureOf(row).reasons;
        return reasonColor(LossReason(std::ranges::max_element(reasons) - reasons.begin()));
    }
    if (role == Qt::ToolTipRole && index.column() >= Reasons)
        return index.column() == Reasons ? reasonsText(cureOf(row).reasons)
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
        return raw ? QVariant(row.missed) : QVariant(formatCount(row.missed));
    case Reasons:
        return reasonsText(cureOf(row).reasons);
    case FindsAll:
        if (!raw)
            return findsAll(row);
        if (m_efforts.empty())
            for (const Row& each : m_rows)
                m_efforts.push_back(effortOf(each));
        return m_efforts[std::size_t(index.row())];
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
