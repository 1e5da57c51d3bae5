// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_pair.h"

#include <QTimer>
#include <QWidget>

class QAbstractItemModel;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QSlider;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QTableView;
class QToolButton;

namespace annscope::ui {

class CandidateModel;
class HopChart;
class PathDifferences;

/// Plays a query's path step by step: buttons, a slider and a speed; what the step did in words, the
/// candidate list after it, and the distance over all hops. Two paths are played together, hop by hop, with
/// a table of what sets them apart. Space plays, comma and full stop step (in list and chart the arrows,
/// too), Home and End jump.
class PathPlayer : public QWidget {
    Q_OBJECT
public:
    explicit PathPlayer(QWidget* parent = nullptr);

    void setPath(PathModelPtr path) { setPaths({NamedPath{std::move(path), {}}}); }
    void setPaths(const PathPair& paths); ///< null: none; shows the end
    void setPictureText(const QString& title, const QString& subtitle);
    /// The step of a single path; of two the moment on their common timeline.
    int step() const noexcept { return m_moment; }
    bool playing() const { return m_timer.isActive(); }
    /// The keys of the player also work while the widget has the focus, e.g. the canvas above.
    void listenOn(QWidget* widget, Qt::ShortcutContext context);

public slots:
    void setStep(int moment);
    void stepForward() { setStep(m_moment + 1); }
    void stepBack() { setStep(m_moment - 1); }
    void toStart() { setStep(0); }
    void toEnd();
    void togglePlaying();

signals:
    /// The steps of the first and of the second path, 0 where there is none.
    void stepChanged(int first, int second);
    /// A row of the candidate list was clicked.
    void nodePicked(qint64 node);

private:
    QToolButton* addButton(const QString& iconName, const QString& name, const QString& tip,
                           void (PathPlayer::*slot)());
    QTableView* addTable(const QString& name, const QString& description, QAbstractItemModel* model);
    QHBoxLayout* buildControls();
    void buildLayout();
    bool empty() const noexcept { return m_timeline.size() == 0; }
    int last() const noexcept { return static_cast<int>(m_timeline.size()) - 1; }
    std::size_t stepOf(std::size_t which) const;
    void setPlaying(bool playing);
    void showTabs();
    void shareRoom();
    void showTable();
    void showStep();
    QString stepTexts() const;

    PathPair m_paths;
    PathTimeline m_timeline;
    int m_moment = 0;
    QTimer m_timer;
    CandidateModel* m_candidates;
    PathDifferences* m_differences;
    QToolButton *m_start, *m_back, *m_play, *m_forward, *m_end;
    QSlider* m_slider;
    QLabel *m_position, *m_text;
    QComboBox* m_speed;
    QTabBar* m_tabs; ///< only there while there are two paths
    QStackedWidget* m_tables;
    QTableView *m_table, *m_differenceTable;
    HopChart* m_chart;
    QSplitter* m_details; ///< list and chart: only there while there are steps
    bool m_small = false; ///< has given its room to what stands above
    int m_room = 0;       ///< that it had before
};

} // namespace annscope::ui
