// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSpinBox>

namespace annscope::ui {

class QueryChoice;

/// Chooses a query of the data set by its number: on projections and in dense pictures the only way to a
/// certain one. Shows when none is chosen or when the place of the query was chosen by hand.
class QuerySpin : public QSpinBox {
    Q_OBJECT
public:
    QuerySpin(QueryChoice* choice, QWidget* parent = nullptr);
    void setQueries(std::size_t count);

private:
    void showChosen();

    QueryChoice* m_choice;
};

} // namespace annscope::ui
