// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QKeySequence>

#include <functional>
#include <vector>

namespace annscope::ui {

/// One thing that the program can do, declared in one place: how it is called, when it is possible, and what
/// it does.
struct CommandSpec {
    QString id; ///< "file.open"; the object name of its action
    QString text;
    QString tooltip; ///< a sentence; why it is not possible belongs here, too
    QString icon;    ///< of the stroke set; empty: none
    QList<QKeySequence> shortcuts;
    std::function<bool()> possible; ///< empty: always
    std::function<void()> run;
};

/// The actions of a window by id. Menus, header and shortcuts use the same ones.
class CommandSet : public QObject {
    Q_OBJECT
public:
    explicit CommandSet(QWidget* window);

    QAction* add(CommandSpec spec);
    /// Never null: ids are literals of the program.
    QAction* operator[](const char* id) const;
    /// Asks every command again whether it is possible.
    void refresh();

private:
    struct Entry {
        QAction* action;
        std::function<bool()> possible;
    };
    QWidget* m_window;
    std::vector<Entry> m_entries;
};

} // namespace annscope::ui
