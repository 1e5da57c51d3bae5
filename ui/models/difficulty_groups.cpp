// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/difficulty_groups.h"

#include "ui/common/format.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

QueryRowsPtr ascending(std::span<const std::uint32_t> rows) {
    QueryRows sorted(rows.begin(), rows.end());
    std::ranges::sort(sorted);
    return std::make_shared<const QueryRows>(std::move(sorted));
}

} // namespace

DifficultyGroups::DifficultyGroups(QObject* parent) : QAbstractTableModel(parent) {}

void DifficultyGroups::setGroups(const DifficultyPtr& difficulty, std::span<const std::uint32_t> order,
                                 DifficultyMeasure measure, std::vector<Measured> runs) {
    beginResetModel();
    m_rows.clear();
    m_measure = measure;
    m_queries = order.size();
    m_hardest = m_easiest = nullptr;
    if (difficulty && !order.empty()) {
        const std::size_t size = group_size(order.size(), kShare);
        const std::array<std::span<const std::uint32_t>, 3> groups{order.first(size), order,
                                                                   order.last(size)};
        m_hardest = ascending(groups[0]);
        m_easiest = ascending(groups[2]);
        for (const Measured& run : runs) {
            Row row{tr("recall@%1  %2").arg(run.k).arg(run.title),
                    QStringLiteral("recall@%1 %2").arg(run.k).arg(run.title),
                    tr("Mean recall of %1 in each group, 0 to 1").arg(run.title),
                    {},
                    Row::Kind::Recall,
                    run.color};
            for (std::size_t g = 0; g < groups.size(); ++g) {
                const DifficultyGroup group = summarize(*difficulty, groups[g], run.recall);
                row.values[g] = group.recall;
                if (group.measured < group.queries)
                    row.notes[g] = tr("Measured with %1 of the %2 queries of the group")
                                       .arg(formatCount(group.measured), formatCount(group.queries));
            }
            m_rows.push_back(std::move(row));
        }
        std::array<DifficultyGroup, 3> means;
        for (std::size_t g = 0; g < groups.size(); ++g)
            means[g] = summarize(*difficulty, groups[g], {});
        const auto add = [&](const QString& title, const char* key, const QString& help, auto member,
                             Row::Kind kind) {
            Row row{title, QLatin1String(key), help, {}, kind, {}};
            for (std::size_t g = 0; g < groups.size(); ++g)
                row.values[g] = means[g].*member;
            m_rows.push_back(std::move(row));
        };
        add(tr("relative contrast"), "relative_contrast",
            helpText(DifficultyMeasure::RelativeContrast, *difficulty), &DifficultyGroup::contrast,
            Row::Kind::Number);
        add(tr("LID"), "local_intrinsic_dimension", helpText(DifficultyMeasure::LocalDimension, *difficulty),
            &DifficultyGroup::dimension, Row::Kind::Number);
        add(tr("distance"), "distance", helpText(DifficultyMeasure::Distance, *difficulty),
            &DifficultyGroup::distance, Row::Kind::Number);
        add(tr("out of distribution"), "out_of_distribution", outsideText(*difficulty),
            &DifficultyGroup::outside, Row::Kind::Share);
    }
    endResetModel();
}

QueryRowsPtr DifficultyGroups::rowsOf(int column) const {
    return column == Hardest ? m_hardest : column == Easiest ? m_easiest : nullptr;
}

QString DifficultyGroups::filterText(int column) const {
    const QString by = shortName(m_measure);
    return column == Hardest   ? tr("hardest 1 % by %1").arg(by)
           : column == Easiest ? tr("easiest 1 % by %1").arg(by)
                               : QString();
}

int DifficultyGroups::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int DifficultyGroups::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DifficultyGroups::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= ColumnCount)
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const double value = index.column() == Quantity ? 0 : row.values[std::size_t(index.column() - 1)];
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == Quantity      ? row.title
               : std::isnan(value)             ? QStringLiteral("–")
               : row.kind == Row::Kind::Recall ? formatRecall(value)
               : row.kind == Row::Kind::Share  ? formatPercent(value, value < 0.1 && value > 0 ? 1 : 0)
                                               : formatNumber(value);
    case Qt::ToolTipRole: {
        const QString note =
            index.column() == Quantity ? QString() : row.notes[std::size_t(index.column() - 1)];
        return note.isEmpty() ? row.help : row.help + u'\n' + note;
    }
    case Qt::TextAlignmentRole:
        return int((index.column() == Quantity ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::DecorationRole:
        return index.column() == Quantity && row.color.isValid() ? QVariant(row.color) : QVariant();
    case RawRole:
        return index.column() == Quantity ? QVariant(row.title) : QVariant(value);
    default:
        return {};
    }
}

void DifficultyGroups::setShortTitles(bool on) {
    if (on == m_short)
        return;
    m_short = on;
    emit headerDataChanged(Qt::Horizontal, Quantity, Easiest);
}

QVariant DifficultyGroups::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == Quantity ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section != Quantity)
        return section == All
                   ? tr("All %1 queries. Click: remove the filter of a group").arg(formatCount(m_queries))
                   : tr("The %1 of %2 queries by %3. Click: every view shows only these")
                         .arg(section == Hardest
                                  ? tr("hardest %1").arg(formatCount(group_size(m_queries, kShare)))
                                  : tr("easiest %1").arg(formatCount(group_size(m_queries, kShare))),
                              formatCount(m_queries), shortName(m_measure));
    if (role != Qt::DisplayRole)
        return {};
    return section == Quantity  ? m_short ? tr("1 %") : tr("Mean of")
            : section == Hardest ? (m_short ? tr("hardest") : tr("hardest 1 %"))
           : section == All     ? tr("all")
           : m_short            ? tr("easiest")
                                : tr("easiest 1 %");
}

QString DifficultyGroups::text(QChar separator) const {
    QString out = QStringList{QStringLiteral("mean"), QStringLiteral("hardest"), QStringLiteral("all"),
                              QStringLiteral("easiest")}
                      .join(separator) +
                  u'\n';
    for (const Row& row : m_rows) {
        QString key = row.key;
        if (separator == u',' && key.contains(u','))
            key = QStringLiteral("\"%1\"").arg(key);
        out += key;
        for (const double value : row.values)
            out += separator + (std::isnan(value) ? QString() : QString::number(value, 'g', 9));
        out += u'\n';
    }
    return out;
}

} // namespace annscope::ui
