// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QSpinBox>

namespace annscope::ui {

class FilterStack;
class QueryChoice;

/// Chooses a query of the data set by its number: on projections and in dense pictures the only way to a
/// certain one. Shows when none is chosen or when the place of the query was chosen by hand. Arrows, wheel
/// and the keys N and P step through the queries that pass the filters; a typed number may be any query.
class QuerySpin : public QSpinBox {
    Q_OBJECT
public:
    /// The keys listen in the whole panel.
    QuerySpin(QueryChoice* choice, QWidget* panel);
    void setQueries(std::size_t count);
    /// nullptr: steps through all.
    void setFilters(const FilterStack* filters);
    void stepBy(int steps) override;

protected:
    StepEnabled stepEnabled() const override;

private:
    void showChosen();
    void updateTip();
    int valueAfter(int steps) const;

    QueryChoice* m_choice;
    QPointer<const FilterStack> m_filters;
};

} // namespace annscope::ui
