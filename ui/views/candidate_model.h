// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"

#include <QAbstractTableModel>

namespace annscope::ui {

/// The candidate list after one step of a path: what waits and what was expanded, what the step brought in
/// and pushed out; after the last one also the true neighbours that are missing.
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
    enum class Place { Listed, PushedOut, Missed };
    struct Row {
        TraceEntry entry;
        Place place = Place::Listed;
        int rank = 0;
        bool isTrue = false, next = false; ///< next: expanded in the next step
        TrueNeighbour missed = {};
    };
    static std::vector<Row> rowsOf(const PathModel& path, std::size_t step, bool last);
    QString text(const Row& row, int column) const;
    QString state(const Row& row) const;
    QVariant color(const Row& row, int role) const;
    QVariant font(const Row& row) const;

    PathModelPtr m_path;
    bool m_last = false;
    std::vector<Row> m_rows;
};

} // namespace annscope::ui
