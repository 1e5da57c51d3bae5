// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>

class QUndoStack;

namespace annscope::ui {

class RunsModel;

/// The runs that are compared, in the order of their columns; the first is what the others are measured
/// against. Changes go over the undo stack. Runs that were deleted are skipped until undo brings them back.
class CompareSet : public QObject {
    Q_OBJECT
public:
    static constexpr int kMost = 8;

    /// Both must outlive this.
    CompareSet(RunsModel* runs, QUndoStack* undo, QObject* parent = nullptr);

    QList<qint64> runs() const;
    bool isFull() const { return runs().size() >= kMost; }

    /// The first kMost of them.
    void set(const QList<qint64>& runs);
    /// At the end; nothing where it is there already or kMost are.
    void add(qint64 run);
    void remove(qint64 run);
    void makeFirst(qint64 run);
    void clear() { set({}); }

signals:
    void changed();

private:
    friend class CompareCommand; // it alone changes them without leaving a way back
    void replace(const QList<qint64>& runs);
    void tell();

    RunsModel* m_model;
    QUndoStack* m_undo;
    QList<qint64> m_runs, m_told;
};

} // namespace annscope::ui
