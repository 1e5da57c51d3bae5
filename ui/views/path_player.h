// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_pair.h"

#include <QWidget>

class QAbstractItemModel;
class QLabel;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QTableView;

namespace annscope::ui {

class CandidateModel;
class FoundChart;
class HopChart;
class PathDifferences;
class StepModel;
class StepPlayer;

/// Plays a query's path step by step: buttons, a slider and a speed; what the step did in words, the
/// candidate list after it, the table of all steps, the distance over the hops and what was found over the
/// distances computed. Two paths are played together, with a table of what sets them apart. Space plays,
/// comma and full stop step (in tables and charts the arrows, too), Home and End jump, plus and minus change
/// the speed.
class PathPlayer : public QWidget {
    Q_OBJECT
public:
    explicit PathPlayer(QWidget* parent = nullptr);

    void setPath(PathModelPtr path) { setPaths({NamedPath{std::move(path), {}}}); }
    /// null: none. What stood at its end stands at the end of the new ones, else at the same step; what
    /// played goes on.
    void setPaths(const PathPair& paths);
    void setPictureText(const QString& title, const QString& subtitle);
    /// The step of a single path; of two the moment on their common timeline.
    int step() const noexcept { return m_moment; }
    /// The step of the first (0) or second (1) path; 0 where there is none.
    std::size_t stepOf(std::size_t which) const;
    bool playing() const;
    StepPlayer* controls() const noexcept { return m_controls; }
    /// The keys of the player also work while the widget has the focus, e.g. the canvas above.
    void listenOn(QWidget* widget, Qt::ShortcutContext context);

public slots:
    void setStep(int moment);
    /// Goes where the first path is at that step, unless it is there; another view plays.
    void follow(std::size_t firstStep);
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
    QTableView* addTable(const QString& name, const QString& description, QAbstractItemModel* model);
    QTabBar* addTabs(const QString& name, const QStringList& texts);
    void connectAll();
    void buildLayout();
    void buildTables();
    bool empty() const noexcept { return m_timeline.size() == 0; }
    int last() const noexcept { return static_cast<int>(m_timeline.size()) - 1; }
    void showTabs();
    void shareRoom();
    void showTable();
    void showChart();
    void showMoment(int moment);
    void showStep();
    QString stepTexts() const;
    QString position() const;

    PathPair m_paths;
    PathTimeline m_timeline;
    int m_moment = 0;
    bool m_mixed = false; ///< the two paths are of different kinds
    StepPlayer* m_controls;
    CandidateModel* m_candidates;
    StepModel* m_steps;
    PathDifferences* m_differences;
    QLabel* m_text;
    QTabBar *m_tabs, *m_which, *m_chartTabs; ///< m_which: whose list and steps, only there with two paths
    QStackedWidget *m_tables, *m_charts;
    QTableView *m_table, *m_stepTable, *m_differenceTable;
    HopChart* m_chart;
    FoundChart* m_found;
    QSplitter* m_details; ///< list and chart: only there while there are steps
    bool m_small = false; ///< has given its room to what stands above
    int m_room = 0;       ///< that it had before
};

} // namespace annscope::ui
