// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/queries_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace annscope::ui {

QueriesModel::QueriesModel(QObject* parent) : QAbstractTableModel(parent) {}

void QueriesModel::setQueries(std::size_t count) {
    m_count = count;
    m_difficulty.reset();
    m_recall.clear();
    m_passing.reset();
    arrange();
}

void QueriesModel::setDifficulty(const DifficultyPtr& difficulty) {
    m_difficulty = difficulty;
    // As many digits as tell distances apart to one part in a thousand, the same for all.
    const double typical = difficulty ? double(difficulty->typical) : 0;
    m_digits = typical > 0 ? std::clamp(3 - int(std::floor(std::log10(typical))) - 1, 0, 6) : 2;
    emit headerDataChanged(Qt::Horizontal, Contrast, Outside);
    arrange();
}

void QueriesModel::setRecall(std::vector<float> recall, std::size_t k) {
    m_recall = std::move(recall);
    m_k = k;
    emit headerDataChanged(Qt::Horizontal, Recall, Recall);
    arrange();
}

void QueriesModel::setPassing(QueryRowsPtr rows) {
    if (rows == m_passing || (rows && m_passing && *rows == *m_passing))
        return;
    m_passing = std::move(rows);
    arrange();
}

void QueriesModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= ColumnCount)
        return;
    m_column = column;
    m_order = order;
    arrange();
}

double QueriesModel::value(std::uint32_t query, int column) const {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    if (column == Query)
        return query;
    if (column == Recall)
        return query < m_recall.size() ? double(m_recall[query]) : kNone;
    if (!m_difficulty || query >= m_difficulty->size())
        return kNone;
    if (column == Outside)
        return m_difficulty->outside[query];
    return double(m_difficulty->values(kDifficultyMeasures[std::size_t(column - Contrast)])[query]);
}

/// Unknown values last in either order; equal ones by their number.
void QueriesModel::arrange() {
    beginResetModel();
    m_shown.clear();
    if (m_passing) {
        std::ranges::copy_if(*m_passing, std::back_inserter(m_shown),
                             [this](std::uint32_t row) { return row < m_count; });
    } else {
        m_shown.resize(m_count);
        std::iota(m_shown.begin(), m_shown.end(), 0u);
    }
    struct Key {
        double value;
        std::uint32_t query;
    };
    std::vector<Key> keys;
    keys.reserve(m_shown.size());
    for (const std::uint32_t query : m_shown)
        keys.push_back({value(query, m_column), query});
    std::ranges::sort(keys, [descending = m_order == Qt::DescendingOrder](const Key& a, const Key& b) {
        const bool none = std::isnan(a.value), other = std::isnan(b.value);
        if (none || other || a.value == b.value)
            return none == other ? a.query < b.query : other;
        return descending ? a.value > b.value : a.value < b.value;
    });
    m_rowOf.assign(m_count, -1);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        m_shown[i] = keys[i].query;
        m_rowOf[keys[i].query] = static_cast<std::int32_t>(i);
    }
    endResetModel();
}

qint64 QueriesModel::queryAt(int row) const {
    return row >= 0 && row < int(m_shown.size()) ? qint64(m_shown[std::size_t(row)]) : -1;
}

int QueriesModel::rowOf(qint64 query) const {
    return query >= 0 && query < qint64(m_rowOf.size()) ? m_rowOf[std::size_t(query)] : -1;
}

int QueriesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_shown.size());
}

int QueriesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString QueriesModel::cellText(std::uint32_t query, int column) const {
    const double v = value(query, column);
    switch (column) {
    case Query:
        return QString::number(query); // as in the trail and in fields, to be typed
    case Recall:
        return std::isnan(v) ? QStringLiteral("–") : numberLocale().toString(v, 'f', m_k <= 10 ? 2 : 3);
    case Outside:
        return v > 0 ? tr("OOD") : QString();
    case Contrast:
        return difficultyText(v, 2);
    case Dimension:
        return difficultyText(v, 1);
    default:
        return difficultyText(v, m_digits);
    }
}

QVariant QueriesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= ColumnCount)
        return {};
    const std::uint32_t query = m_shown[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return cellText(query, index.column());
    case Qt::TextAlignmentRole:
        return int((index.column() == Outside ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        return index.column() == Outside ? QVariant(ui::palette().missed) : QVariant();
    case Qt::ToolTipRole:
        return index.column() == Outside && m_difficulty ? QVariant(outsideText(*m_difficulty)) : QVariant();
    case RowRole:
        return qint64(query);
    case RawRole:
        return value(query, index.column());
    default:
        return {};
    }
}

QVariant QueriesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == Outside ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (section == Query)
            return tr("Row of the query in the data set, from 0");
        if (section == Recall)
            return tr("Share of the query's %1 true neighbours that the selected run found, 0 to 1").arg(m_k);
        if (!m_difficulty)
            return {};
        return section == Outside
                   ? outsideText(*m_difficulty)
                   : helpText(kDifficultyMeasures[std::size_t(section - Contrast)], *m_difficulty);
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Query:
        return tr("Query");
    case Recall:
        return tr("Recall@%1").arg(m_k);
    case Contrast:
        return tr("Contrast");
    case Dimension:
        return tr("LID");
    case Distance:
        return tr("Distance");
    default:
        return tr("OOD");
    }
}

QString QueriesModel::text(QChar separator, const std::vector<int>& rows) const {
    QString out = QStringList{QStringLiteral("query"),
                              QStringLiteral("recall"),
                              QStringLiteral("relative_contrast"),
                              QStringLiteral("local_intrinsic_dimension"),
                              QStringLiteral("distance"),
                              QStringLiteral("out_of_distribution")}
                      .join(separator) +
                  u'\n';
    const auto add = [&](std::uint32_t query) {
        for (int column = 0; column < ColumnCount; ++column) {
            const double v = value(query, column);
            out += (column > 0 ? QString(separator) : QString()) +
                   (std::isnan(v) ? QString() : QString::number(v, 'g', 9));
        }
        out += u'\n';
    };
    if (rows.empty())
        std::ranges::for_each(m_shown, add);
    for (const int row : rows)
        add(m_shown[std::size_t(row)]);
    return out;
}

} // namespace annscope::ui
