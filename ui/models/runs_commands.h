// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/runs_model.h"

#include <QUndoCommand>

namespace annscope::ui {

class RemoveRunsCommand : public QUndoCommand {
public:
    RemoveRunsCommand(RunsModel* model, QList<qint64> ids);
    void redo() override;
    void undo() override;

private:
    RunsModel* m_model;
    QList<qint64> m_ids;
    std::vector<std::pair<int, Run>> m_removed; ///< with the rows they had, ascending
};

/// Pins, unpins, hides or shows runs; all of ids had the other value before.
class FlagRunsCommand : public QUndoCommand {
public:
    FlagRunsCommand(RunsModel* model, QList<qint64> ids, RunsModel::Flag flag, bool value);
    void redo() override;
    void undo() override;

private:
    RunsModel* m_model;
    QList<qint64> m_ids;
    RunsModel::Flag m_flag;
    bool m_value;
};

} // namespace annscope::ui
