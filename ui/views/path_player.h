// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QSlider;
class QSplitter;
class QTableView;
class QToolButton;

namespace annscope::ui {

class CandidateModel;
class HopChart;

/// Plays a query's path step by step: buttons, a slider and a speed; what the step did in words, the
/// candidate list after it, and the distance over all steps. Space plays, comma and full stop step, Home and
/// End jump.
class PathPlayer : public QWidget {
    Q_OBJECT
public:
    explicit PathPlayer(QWidget* parent = nullptr);

    void setPath(PathModelPtr path); ///< null: none; shows the last step
    void setPictureText(const QString& title, const QString& subtitle);
    int step() const noexcept { return m_step; }
    bool playing() const { return m_timer.isActive(); }
    /// The keys of the player also work while the widget has the focus, e.g. the canvas above.
    void listenOn(QWidget* widget, Qt::ShortcutContext context);

public slots:
    void setStep(int step);
    void stepForward() { setStep(m_step + 1); }
    void stepBack() { setStep(m_step - 1); }
    void toStart() { setStep(0); }
    void toEnd();
    void togglePlaying();

signals:
    void stepChanged(int step);
    /// A row of the candidate list was clicked.
    void nodePicked(qint64 node);

private:
    QToolButton* addButton(const QString& iconName, const QString& name, const QString& tip,
                           void (PathPlayer::*slot)());
    void buildLayout();
    void setPlaying(bool playing);
    void showStep();

    PathModelPtr m_path;
    int m_step = 0;
    QTimer m_timer;
    CandidateModel* m_candidates;
    QToolButton *m_start, *m_back, *m_play, *m_forward, *m_end;
    QSlider* m_slider;
    QLabel *m_position, *m_text;
    QComboBox* m_speed;
    QTableView* m_table;
    HopChart* m_chart;
    QSplitter* m_details; ///< list and chart: only there while there are steps
};

} // namespace annscope::ui
