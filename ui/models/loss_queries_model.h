// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/filter_stack.h"
#include "ui/models/loss_run.h"

#include <QAbstractTableModel>

#include <array>
#include <vector>

namespace annscope::ui {

/// The queries that lost something, one a row: recall, misses by reason, and what finds them all.
class LossQueriesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Query, Recall, Missed, Reasons, FindsAll, ColumnCount };
    enum Role { SortRole = Qt::UserRole };

    explicit LossQueriesModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// passing: the queries to show; null: all. remedies: they have been looked for.
    void setReport(LossPtr report, const QueryRowsPtr& passing, bool remedies);
    void setHovered(qint64 query);
    qint64 query(int row) const { return m_rows[std::size_t(row)].query; }
    /// -1: it lost nothing, or does not pass.
    int rowOf(qint64 query) const;
    /// Queries that lost something, whether they pass or not.
    std::size_t losing() const { return m_losing; }
    /// The change of the search parameters that finds all that one lost; nothing where there is none.
    std::optional<SearchParams> remedy(int row) const;
    /// The change of the configuration that does, where no search parameter does.
    std::optional<LossRebuild> rebuild(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Row {
        std::uint32_t query = 0;
        std::uint32_t begin = 0, end = 0; ///< of the report's misses, ties among them
        std::uint32_t missed = 0;
    };
    /// What finds all that one query lost; made when it is looked at, as there may be very many.
    struct Cure {
        std::array<std::size_t, kLossReasons> reasons{};
        std::size_t open = 0; ///< misses without any remedy
        SearchParams change;
        std::string rebuild; ///< the configuration; empty: the index itself
    };
    Cure cureOf(const Row& row) const;
    QString findsAll(const Row& row) const;
    double effortOf(const Row& row) const;

    LossPtr m_report;
    bool m_remedies = false;
    std::vector<Row> m_rows;
    mutable std::vector<double> m_efforts; ///< by row; made when the table is first sorted by them
    std::size_t m_losing = 0;
    qint64 m_hovered = -1;
};

} // namespace annscope::ui
