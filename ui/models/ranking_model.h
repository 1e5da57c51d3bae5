// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/operating_point.h"
#include "ui/models/built_index.h"
#include "ui/models/run.h"

#include <QAbstractTableModel>

#include <array>
#include <vector>

namespace annscope::ui {

class FilterStack;
class RunsModel;

/// Every index (at each k and number of threads) at one recall: what it takes to get there, and what that
/// gives. Fronts are put together when runs change; moving the recall only reads them, so that it can follow
/// the mouse.
class RankingModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Needs, Qps, P50, P99, Memory, Build, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole, ///< double or QString; invalid where the recall is not reached
        RunRole,                 ///< the measured run just above the line; -1: not reached
        IndexRole,
        BestRole ///< best of its column
    };

    RankingModel(RunsModel* runs, FilterStack* filters, QObject* parent = nullptr);

    /// Only series of this data; nullptr: of all.
    void setDataset(DatasetPtr dataset);
    void setRecall(double recall);
    double recall() const { return m_recall; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// The row of the series that a run belongs to; -1: none.
    int rowOfRun(qint64 run) const;
    /// 0: several k
    std::size_t k() const { return m_k; }
    bool anyInterpolated() const;

private:
    struct Row {
        SeriesKey key;
        BuiltIndexPtr index;
        IndexFacts facts;
        QString name, detail;
        std::vector<OperatingPoint> points; ///< the front, without the recalls of single queries
        std::vector<std::size_t> order;     ///< 0, 1, 2: points ascend by recall
        std::vector<qint64> runs;           ///< of points
        PointAtRecall at;
        QString needs;
        double needed = 0; ///< by which Needs is sorted
    };
    void rebuild();
    void place(Row& row) const;
    void findBest();
    double number(const Row& row, Column column) const;
    QString text(const Row& row, Column column) const;
    QString tooltip(const Row& row, Column column) const;

    RunsModel* m_runs;
    FilterStack* m_filters;
    DatasetPtr m_dataset;
    double m_recall = 0;
    std::size_t m_k = 0;
    std::vector<Row> m_rows;
    std::array<double, ColumnCount> m_best{};
};

} // namespace annscope::ui
