// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/compare_set.h"

#include "ui/models/runs_model.h"

#include <QUndoStack>

#include <utility>

namespace annscope::ui {

class CompareCommand : public QUndoCommand {
public:
    CompareCommand(CompareSet& set, QList<qint64> after)
        : QUndoCommand(CompareSet::tr("Change the comparison")), m_set(set), m_before(set.m_runs),
          m_after(std::move(after)) {}

    void redo() override { m_set.replace(m_after); }
    void undo() override { m_set.replace(m_before); }

private:
    CompareSet& m_set;
    QList<qint64> m_before, m_after;
};

CompareSet::CompareSet(RunsModel* runs, QUndoStack* undo, QObject* parent)
    : QObject(parent), m_model(runs), m_undo(undo) {
    // Deleted ones may come back.
    connect(runs, &QAbstractItemModel::rowsRemoved, this, &CompareSet::tell);
    connect(runs, &QAbstractItemModel::rowsInserted, this, &CompareSet::tell);
}

QList<qint64> CompareSet::runs() const {
    QList<qint64> present;
    for (const qint64 run : m_runs)
        if (m_model->run(run))
            present << run;
    return present;
}

void CompareSet::set(const QList<qint64>& runs) {
    QList<qint64> wanted;
    for (const qint64 run : runs)
        if (wanted.size() < kMost && m_model->run(run) && !wanted.contains(run))
            wanted << run;
    if (wanted != this->runs())
        m_undo->push(new CompareCommand(*this, wanted));
}

void CompareSet::add(qint64 run) {
    set(runs() << run);
}

void CompareSet::remove(qint64 run) {
    QList<qint64> rest = runs();
    rest.removeAll(run);
    set(rest);
}

void CompareSet::makeFirst(qint64 run) {
    QList<qint64> order = runs();
    if (order.removeAll(run) > 0)
        set(QList<qint64>{run} + order);
}

void CompareSet::replace(const QList<qint64>& runs) {
    m_runs = runs;
    tell();
}

void CompareSet::tell() {
    const QList<qint64> present = runs();
    if (std::exchange(m_told, present) != present)
        emit changed();
}

} // namespace annscope::ui
