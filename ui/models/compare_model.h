// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/compare_content.h"

#include <QAbstractTableModel>
#include <QPixmap>

namespace annscope::ui {

/// A comparison as a table: a row for each line, a column for each run.
class CompareModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        ValueRole = Qt::UserRole, ///< raw: double or QString
        HeadingRole,              ///< bool: the line is a heading
        DiffersRole,              ///< bool: not the same in all runs
        BestRole,
        OddPartsRole ///< QStringList: parts of a factory string that not all runs have
    };
    using QAbstractTableModel::QAbstractTableModel;

    /// lines: of these runs, see compareContent. Everything is copied.
    void setContent(std::vector<CompareLine> lines, const std::vector<const Run*>& runs);
    /// Only lines in which the runs differ.
    void setOnlyDiffering(bool only);
    bool onlyDiffering() const { return m_only; }
    const std::vector<CompareLine>& lines() const { return m_lines; }
    std::size_t lineAt(int row) const { return m_shown[std::size_t(row)]; }
    /// Rows that are no headings, for copies.
    std::vector<int> dataRows() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    void chooseLines();
    QVariant lineHead(int row, int role) const;
    QVariant runHead(int column, int role) const;
    QString ratioText(const CompareLine& line, std::size_t run) const;

    struct Head {
        QString text, tooltip; ///< text: two lines
        QPixmap mark;
    };
    std::vector<Head> m_heads;
    std::vector<CompareLine> m_lines;
    std::vector<std::size_t> m_shown;
    bool m_only = false;
};

} // namespace annscope::ui
