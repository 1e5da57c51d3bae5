// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/runs_commands.h"

#include <QCoreApplication>

namespace annscope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("RunsCommands", text);
}

QString runs(qsizetype count) {
    return count == 1 ? tr("run") : tr("%1 runs").arg(count);
}

QString flagText(RunsModel::Flag flag, bool value, qsizetype count) {
    if (flag == RunsModel::Flag::Pinned)
        return (value ? tr("Pin %1") : tr("Unpin %1")).arg(runs(count));
    return (value ? tr("Hide %1") : tr("Show %1")).arg(runs(count));
}

} // namespace

RemoveRunsCommand::RemoveRunsCommand(RunsModel* model, QList<qint64> ids)
    : QUndoCommand(tr("Delete %1").arg(runs(ids.size()))), m_model(model), m_ids(std::move(ids)) {}

void RemoveRunsCommand::redo() {
    m_removed = m_model->take(m_ids);
}

void RemoveRunsCommand::undo() {
    m_model->restore(m_removed);
    m_removed.clear();
}

FlagRunsCommand::FlagRunsCommand(RunsModel* model, QList<qint64> ids, RunsModel::Flag flag, bool value)
    : QUndoCommand(flagText(flag, value, ids.size())), m_model(model), m_ids(std::move(ids)), m_flag(flag),
      m_value(value) {}

void FlagRunsCommand::redo() {
    m_model->setFlag(m_ids, m_flag, m_value);
}

void FlagRunsCommand::undo() {
    m_model->setFlag(m_ids, m_flag, !m_value);
}

} // namespace annscope::ui
