// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/index_health.h"

#include <QAbstractTableModel>
#include <QMetaType>

#include <memory>
#include <vector>

namespace annscope::ui {

using HealthPtr = std::shared_ptr<const IndexHealth>;

/// What a person should know of a graph, and whether there is something to do.
struct HealthFinding {
    enum class Kind : quint8 { Good, Note, Fault };
    Kind kind = Kind::Good;
    QString text;
};

/// Sentences, the gravest first. before: the same graph before its repair, or null.
std::vector<HealthFinding> healthFindings(const IndexHealth& health, const IndexHealth* before);

/// The numbers of a graph's health, side by side with those before a repair where there was one.
class HealthModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Quantity, Value, Before, ColumnCount };
    enum Role { RawRole = Qt::UserRole, KeyRole };

    explicit HealthModel(QObject* parent = nullptr);

    /// Either may be null; before alone is nothing.
    void setHealth(const HealthPtr& health, const HealthPtr& before);
    const HealthPtr& health() const { return m_health; }
    const HealthPtr& before() const { return m_before; }
    /// The row with that key, "unreachable"; -1: none.
    int rowOf(const QString& key) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// All rows; numbers exact and in the C locale.
    QString csv() const;
    QString markdown() const;

private:
    struct Row {
        QString key, title, help;
        QVariant value, before; ///< raw; invalid: unknown
        QString text, textBefore;
        bool fault = false;
    };
    void fill();

    HealthPtr m_health, m_before;
    std::vector<Row> m_rows;
};

} // namespace annscope::ui

Q_DECLARE_METATYPE(annscope::ui::HealthPtr)
