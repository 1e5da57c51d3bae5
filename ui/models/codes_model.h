// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/comparable_codes.h"
#include "ui/models/study.h"

#include <QAbstractTableModel>

#include <vector>

namespace annscope::ui {

/// Codes of about as many bytes, and what each costs. A row is there before its study; until then it says so.
class CodesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Code,
        Bytes,
        Compression,
        Distortion,
        Before,
        After,
        Factor90,
        Factor95,
        Factor99,
        ColumnCount
    };
    enum Role { SortRole = Qt::UserRole, OwnRole };

    explicit CodesModel(QObject* parent = nullptr);

    /// own: the row of the code that is looked at, or -1.
    void setCodes(const std::vector<ComparableCode>& codes, int own);
    void clear() { setCodes({}, -1); }
    void setStudy(int row, const StudyPtr& study);
    void setProblem(int row, const QString& sentence);
    /// k_factor of the column After.
    void setFactor(double factor);

    const SpecNode& code(int row) const { return m_rows[std::size_t(row)].root; }
    QString codeText(int row) const;
    int own() const { return m_own; }
    int studied() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// The rows in the given order, numbers exact and in the C locale.
    QString csv(const std::vector<int>& rows) const;
    QString markdown(const std::vector<int>& rows) const;

private:
    struct Row {
        SpecNode root;
        double bytes = 0;
        StudyPtr study;
        QString problem;
    };
    /// Invalid: not known (yet); infinite: no k_factor reaches it.
    QVariant value(const Row& row, Column column) const;
    QString text(const Row& row, Column column) const;
    QString help(const Row& row, Column column) const;
    void changed(int row);

    std::vector<Row> m_rows;
    int m_own = -1;
    double m_factor = 1;
};

} // namespace annscope::ui
