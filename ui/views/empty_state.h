// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace annscope::ui {

/// What an empty view shows: what will be here, and the one button that makes it so.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);
    /// button empty: no button, e.g. while something is on its way.
    void setContent(const QString& heading, const QString& text, const QString& button);

signals:
    void clicked();

private:
    QLabel *m_heading, *m_text;
    QPushButton* m_button;
};

} // namespace annscope::ui
