// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace annscope::ui {

/// What stands where there is nothing yet: what will be here, and the one button that makes it so.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);
    /// button empty: none.
    void setTexts(const QString& heading, const QString& text, const QString& button = {});
    QPushButton* button() const { return m_button; }

signals:
    void triggered();

private:
    QLabel *m_heading, *m_text;
    QPushButton* m_button;
};

} // namespace annscope::ui
