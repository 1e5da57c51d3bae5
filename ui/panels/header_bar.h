// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QProgressBar;
class QSpinBox;
class QToolButton;

namespace annscope::ui {

class JobRunner;

/// The line at the top: the main commands, k, and what runs now with its progress and a cancel button.
class HeaderBar : public QWidget {
    Q_OBJECT
public:
    HeaderBar(JobRunner* runner, const QList<QAction*>& actions, QWidget* parent = nullptr);

    int k() const;
    void setK(int k);
    /// Neighbours that the open data has truth for; 0: no data yet.
    void setLargestK(int k);

    QToolButton* cancelButton() const { return m_cancel; }
    QSpinBox* kField() const { return m_k; }
    QString jobText() const;

signals:
    void kChanged(int k);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showJob();

    JobRunner* m_runner;
    QSpinBox* m_k;
    QLabel *m_title, *m_state;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    quint64 m_shown = 0; ///< id of the job that is shown; 0: none
};

} // namespace annscope::ui
