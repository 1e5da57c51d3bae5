// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/query_bins.h"

#include <QAbstractTableModel>
#include <QColor>

#include <array>
#include <span>
#include <vector>

namespace annscope::ui {

/// The hardest and the easiest 1 % of the queries beside all of them: recall of each run, means of the
/// difficulty measures, share out of distribution.
class DifficultyGroups : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Quantity, Hardest, All, Easiest, ColumnCount };
    enum Role { RawRole = Qt::UserRole }; ///< double; NaN: not known
    struct Measured {
        QString title;
        std::vector<float> recall; ///< of the first queries
        std::size_t k = 10;
        QColor color;
    };
    static constexpr double kShare = 0.01;

    explicit DifficultyGroups(QObject* parent = nullptr);

    /// order: all queries, hardest first. null: nothing is known yet.
    void setGroups(const DifficultyPtr& difficulty, std::span<const std::uint32_t> order,
                   DifficultyMeasure measure, std::vector<Measured> runs);
    /// Where there is little room.
    void setShortTitles(bool on);
    /// Ascending; null for Quantity and All, and while nothing is known.
    QueryRowsPtr rowsOf(int column) const;
    /// "hardest 1 % by LID"; empty for Quantity and All.
    QString filterText(int column) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// With a heading, numbers in the C locale.
    QString text(QChar separator) const;

private:
    struct Row {
        QString title, key, help;
        std::array<double, 3> values{};
        enum class Kind { Recall, Number, Share } kind = Kind::Number;
        QColor color;
        std::array<QString, 3> notes{}; ///< added to the help
    };
    DifficultyMeasure m_measure = DifficultyMeasure::RelativeContrast;
    std::vector<Row> m_rows;
    QueryRowsPtr m_hardest, m_easiest;
    std::size_t m_queries = 0;
    bool m_short = false;
};

} // namespace annscope::ui
