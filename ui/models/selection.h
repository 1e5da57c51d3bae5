// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace annscope::ui {

/// The one selection that all views share: a run (a measured configuration), an index, a query, a cell, a
/// node; -1: none. Whoever changes a part calls its setter; every view listens. Hover travels the same way.
class Selection : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    qint64 run() const { return m_run; }
    qint64 index() const { return m_index; }
    qint64 query() const { return m_query; }
    qint64 cell() const { return m_cell; }
    qint64 node() const { return m_node; }
    qint64 hoveredRun() const { return m_hoveredRun; }
    qint64 hoveredQuery() const { return m_hoveredQuery; }
    qint64 hoveredCell() const { return m_hoveredCell; }

public slots:
    void setRun(qint64 run) { change(m_run, run, &Selection::runChanged); }
    void setIndex(qint64 index) { change(m_index, index, &Selection::indexChanged); }
    void setQuery(qint64 query) { change(m_query, query, &Selection::queryChanged); }
    void setCell(qint64 cell) { change(m_cell, cell, &Selection::cellChanged); }
    void setNode(qint64 node) { change(m_node, node, &Selection::nodeChanged); }
    void setHoveredRun(qint64 run) { change(m_hoveredRun, run, &Selection::hoveredRunChanged); }
    void setHoveredQuery(qint64 query) { change(m_hoveredQuery, query, &Selection::hoveredQueryChanged); }
    void setHoveredCell(qint64 cell) { change(m_hoveredCell, cell, &Selection::hoveredCellChanged); }

signals:
    void runChanged(qint64 run);
    void indexChanged(qint64 index);
    void queryChanged(qint64 query);
    void cellChanged(qint64 cell);
    void nodeChanged(qint64 node);
    void hoveredRunChanged(qint64 run);
    void hoveredQueryChanged(qint64 query);
    void hoveredCellChanged(qint64 cell);

private:
    void change(qint64& member, qint64 value, void (Selection::*changed)(qint64)) {
        if (member == value)
            return;
        member = value;
        emit(this->*changed)(value);
    }
    qint64 m_run = -1, m_index = -1, m_query = -1, m_cell = -1, m_node = -1;
    qint64 m_hoveredRun = -1, m_hoveredQuery = -1, m_hoveredCell = -1;
};

} // namespace annscope::ui
