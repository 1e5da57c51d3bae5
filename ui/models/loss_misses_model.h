// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/models/loss_run.h"

#include <QAbstractTableModel>

#include <span>

namespace annscope::ui {

/// The misses of one query, nearest first.
class LossMissesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { TrueRank, Vector, Distance, Reason, Rank, Remedy, ColumnCount };
    enum Role { SortRole = Qt::UserRole };

    explicit LossMissesModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// remedies: they have been looked for.
    void setQuery(LossPtr report, BuiltIndexPtr built, qint64 query, bool remedies);
    const Miss& miss(int row) const { return m_misses[std::size_t(row)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    double distanceOf(const Miss& miss) const;
    QString remedyOf(const Miss& miss) const;

    LossPtr m_report;
    BuiltIndexPtr m_built;
    bool m_remedies = false;
    std::span<const Miss> m_misses; ///< of m_report
};

} // namespace annscope::ui
