// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDockWidget>

class QLabel;

namespace annscope {

/// A dock with a quiet title line of its own. Where it is one of several tabs the tab is its title and the
/// line goes away; drag the tab to take it out.
class Dock : public QDockWidget {
    Q_OBJECT
public:
    /// id: stable name for the saved layout.
    Dock(const QString& id, const QString& title, QWidget* content, QMainWindow* window);

    /// Shows it, in front of its tabs, with the keyboard focus inside.
    void bringUp();

private:
    void updateTitle();

    QMainWindow* m_window;
    QWidget *m_line, *m_nothing;
};

} // namespace annscope
