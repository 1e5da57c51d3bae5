// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"

#include <QAbstractTableModel>

namespace annscope::ui {

/// The candidate list after one step of a path; after the last one also the true neighbours that are missing.
class CandidateModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Rank, Node, Distance, State, ColumnCount };
    enum Role { SortRole = Qt::UserRole, IdRole };
    using QAbstractTableModel::QAbstractTableModel;

    void show(PathModelPtr path, std::size_t step);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        ListEntry entry;
        int rank = 0; ///< 0: a missed true neighbour
        TrueNeighbour missed;
    };
    QString text(const Row& row, int column) const;
    QString state(const Row& row) const;

    PathModelPtr m_path;
    bool m_last = false;
    std::vector<Row> m_rows;
};

} // namespace annscope::ui
