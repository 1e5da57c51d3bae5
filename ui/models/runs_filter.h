// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/runs_model.h"

#include <QSortFilterProxyModel>

#include <optional>
#include <vector>

namespace annscope::ui {

/// One condition of a filter line.
struct FilterTerm {
    enum class Op { Contains, Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual, Is };
    Op op = Op::Contains;
    bool negated = false; ///< "-text"
    QString text;         ///< Contains: what; Is: front, overall, pinned, hidden; else the name compared
    double number = 0;
    std::optional<RunsModel::Column> column; ///< none: a search parameter such as nprobe
};

/// "ivf recall>0.9 p99<100 nprobe>=8 is:front -flat": all must hold. Numbers take k, M, G, % and us, ms, s.
/// error: a sentence; empty where all was understood.
struct FilterLine {
    std::vector<FilterTerm> terms;
    QString error;
};
FilterLine parseFilter(const QString& text);

class FilterStack;

/// Sorts and filters RunsModel; pinned runs stay on top whatever the order.
class RunsFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RunsFilter(RunsModel* model, QObject* parent = nullptr);

    /// Terms that were understood filter; error() says what was not.
    void setText(const QString& text);
    QString error() const { return m_line.error; }
    /// Runs must pass these, too; must outlive this.
    void setFilters(const FilterStack* filters);
    RunsModel* runs() const { return m_model; }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    bool matches(const Run& run, const FilterTerm& term) const;

    RunsModel* m_model;
    FilterLine m_line;
    const FilterStack* m_filters = nullptr;
};

} // namespace annscope::ui
