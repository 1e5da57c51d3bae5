// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/actions/command.h"

#include "ui/common/icons.h"

#include <QWidget>

namespace annscope::ui {

CommandSet::CommandSet(QWidget* window) : QObject(window), m_window(window) {}

QAction* CommandSet::add(CommandSpec spec) {
    auto* action = new QAction(spec.text, this);
    action->setObjectName(spec.id);
    if (!spec.icon.isEmpty())
        action->setIcon(icon(spec.icon));
    action->setShortcuts(spec.shortcuts);
    const QString keys =
        spec.shortcuts.isEmpty()
            ? QString()
            : QStringLiteral(" (%1)").arg(spec.shortcuts.first().toString(QKeySequence::NativeText));
    if (!spec.tooltip.isEmpty())
        action->setToolTip(spec.tooltip + keys);
    connect(action, &QAction::triggered, this, [run = std::move(spec.run)] { run(); });
    m_window->addAction(action);
    m_entries.push_back({action, std::move(spec.possible)});
    return action;
}

QAction* CommandSet::operator[](const char* id) const {
    for (const Entry& entry : m_entries)
        if (entry.action->objectName() == QLatin1String(id))
            return entry.action;
    qFatal("no command %s", id);
    return nullptr;
}

void CommandSet::refresh() {
    for (const Entry& entry : m_entries)
        if (entry.possible)
            entry.action->setEnabled(entry.possible());
}

} // namespace annscope::ui
