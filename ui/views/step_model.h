// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"

#include <QAbstractTableModel>

namespace annscope::ui {

/// All steps of a path, a line each: what was visited and how far it is, what it cost, and what the answer
/// would be if the search ended there. The step that is shown now is marked.
class StepModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Step, Visited, Distance, Compared, Kept, Listed, Kth, Found, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    void show(PathModelPtr path); ///< null: none
    void setStep(std::size_t step);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(std::size_t step, int column) const;

    PathModelPtr m_path;
    std::size_t m_step = 0;
};

} // namespace annscope::ui
