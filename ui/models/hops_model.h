// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/hops_at_recall.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace annscope::ui {

/// The recalls at which graphs are compared.
inline constexpr double kHopsTargets[] = {0.90, 0.95, 0.98, 0.99};

/// Graph configurations and what each needs for a recall. A row is there before its numbers.
class HopsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Config, MaxDegree, MeanDegree, Hops, Distances, Width, Recall, Build, ColumnCount };
    enum Role { SortRole = Qt::UserRole };

    explicit HopsModel(QObject* parent = nullptr);

    /// The configurations, in order; those that are known already keep their numbers.
    void setConfigurations(const QStringList& lines);
    /// Forgets all numbers: they are of other data or another k.
    void clear();
    /// Adds a row where there is none of that configuration.
    void setEntry(const HopsEntry& entry);
    void setProblem(const QString& config, const QString& sentence);
    void setTarget(double recall);
    double target() const { return m_target; }

    bool isKnown(const QString& config) const;
    int known() const; ///< rows with numbers
    QString config(int row) const { return m_rows[std::size_t(row)].config; }
    /// In the order of the rows.
    std::vector<HopsEntry> entries() const;
    /// Of the target; null: not known.
    const HopsAtRecall* at(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// All targets of the rows, numbers exact and in the C locale.
    QString csv(const std::vector<int>& rows) const;
    QString markdown(const std::vector<int>& rows) const;

private:
    struct Row {
        QString config;
        std::optional<HopsEntry> entry;
        QString problem;
    };
    Row* find(const QString& config);
    QVariant value(const Row& row, Column column) const;
    QString text(const Row& row, Column column) const;
    QString help(const Row& row, Column column) const;
    const HopsAtRecall* of(const Row& row) const;
    void changed(const Row& row);

    std::vector<Row> m_rows;
    double m_target = 0.95;
};

/// "At recall 0.95 fewest hops: Vamana64 alpha=1.2 with 31 a query. ..." Empty: fewer than two reach it.
QString hopsSentence(const HopsModel& model);

} // namespace annscope::ui
