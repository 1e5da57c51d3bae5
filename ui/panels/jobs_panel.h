// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace annscope::ui {

class JobRunner;
class JobsModel;

/// What runs and what waits: phase, percent, time left, Cancel.
class JobsPanel : public QWidget {
    Q_OBJECT
public:
    explicit JobsPanel(JobRunner* runner, QWidget* parent = nullptr);

    JobsModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    QPushButton* cancelButton() const { return m_cancel; }

private:
    void cancelSelected();
    void updateButtons();

    JobRunner* m_runner;
    JobsModel* m_model;
    QTableView* m_table;
    QLabel* m_hint;
    QPushButton *m_cancel, *m_clear;
};

} // namespace annscope::ui
