// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QDoubleSpinBox;
class QHBoxLayout;
class QLabel;
class QProgressBar;
class QSpinBox;
class QToolButton;

namespace annscope::ui {

class JobRunner;

/// The line at the top: the main commands, k, the recall aimed at, and what runs now with its progress and a
/// cancel button.
class HeaderBar : public QWidget {
    Q_OBJECT
public:
    HeaderBar(JobRunner* runner, const QList<QAction*>& actions, QWidget* parent = nullptr);

    int k() const;
    void setK(int k);
    /// Neighbours that the open data has truth for; 0: no data yet.
    void setLargestK(int k);

    /// 0: none.
    double targetRecall() const;
    void setTargetRecall(double recall);

    QToolButton* cancelButton() const { return m_cancel; }
    QSpinBox* kField() const { return m_k; }
    QDoubleSpinBox* targetField() const { return m_target; }
    QString jobText() const;

signals:
    void kChanged(int k);
    void targetRecallChanged(double recall);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void addTarget(QHBoxLayout* layout);
    void showJob();

    JobRunner* m_runner;
    QSpinBox* m_k;
    QDoubleSpinBox* m_target;
    QLabel *m_title, *m_state;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    quint64 m_shown = 0; ///< id of the job that is shown; 0: none
};

} // namespace annscope::ui
