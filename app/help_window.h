// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace annscope {

/// The help page, :/help/help.md, in a window that blocks nothing.
class HelpWindow : public QWidget {
    Q_OBJECT
public:
    explicit HelpWindow(QWidget* parent);

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace annscope
