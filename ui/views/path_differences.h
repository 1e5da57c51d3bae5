// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_pair.h"

#include <QAbstractTableModel>

namespace annscope::ui {

/// What sets two paths of one query apart, a line each: recall, hops, distances, which true neighbours only
/// one of them found. The better value of a line is bold.
class PathDifferences : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { What, First, Second, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    void show(const PathPair& paths); ///< empty unless both are there

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString what, tip;
        std::array<QString, 2> values;
        int better = -1; ///< 0 or 1; -1: none
    };
    void fill(const PathPair& paths);
    void addCount(const QString& what, const QString& tip, std::size_t first, std::size_t second,
                  bool lessIsBetter);

    std::array<QString, 2> m_names;
    std::vector<Row> m_rows;
};

} // namespace annscope::ui
