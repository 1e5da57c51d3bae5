// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/query_bins.h"

#include <QAbstractTableModel>

namespace annscope::ui {

/// Queries with their recall and difficulty, ranked by one column, narrowed to those that pass. It orders
/// itself: a proxy's comparisons through QVariant take too long for a hundred thousand rows.
class QueriesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Query, Recall, Contrast, Dimension, Distance, Outside, ColumnCount };
    enum Role {
        RowRole = Qt::UserRole, ///< the query
        RawRole
    }; ///< double; NaN: not known

    explicit QueriesModel(QObject* parent = nullptr);

    /// count: queries of the data set.
    void setQueries(std::size_t count);
    void setDifficulty(const DifficultyPtr& difficulty);
    const DifficultyPtr& difficulty() const noexcept { return m_difficulty; }
    /// Of the first queries; empty: no run. k: of recall@k.
    void setRecall(std::vector<float> recall, std::size_t k);
    /// null: all pass.
    void setPassing(QueryRowsPtr rows);
    void sort(int column, Qt::SortOrder order) override;
    int sortedBy() const noexcept { return m_column; }

    qint64 queryAt(int row) const;
    /// -1: not shown.
    int rowOf(qint64 query) const;
    double value(std::uint32_t query, int column) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// The given rows, or all that are shown, numbers in the C locale.
    QString text(QChar separator, const std::vector<int>& rows = {}) const;

    static Column columnOf(DifficultyMeasure measure) { return Column(int(Contrast) + int(measure)); }

private:
    void arrange();
    QString cellText(std::uint32_t query, int column) const;

    std::size_t m_count = 0, m_k = 10;
    DifficultyPtr m_difficulty;
    std::vector<float> m_recall;
    QueryRowsPtr m_passing;
    int m_digits = 2; ///< of distances
    int m_column = Contrast;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    std::vector<std::uint32_t> m_shown;
    std::vector<std::int32_t> m_rowOf; ///< by query
};

} // namespace annscope::ui
