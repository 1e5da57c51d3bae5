// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/difficulty_study.h"
#include "ui/models/run.h"

#include <QWidget>

class QButtonGroup;
class QLabel;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace annscope::ui {

class DifficultyGroups;
class ElidedLabel;
class EmptyState;
class JobRunner;
class QueriesModel;
class QueriesTable;
class QueryHistogram;
class RunsModel;
class Selection;

/// The queries of the data set: how many reach which recall with the selected run, how hard they are by
/// themselves, which are the worst. Brushing a histogram or choosing a group narrows every view.
class QueriesPanel : public QWidget {
    Q_OBJECT
public:
    QueriesPanel(JobRunner* jobs, RunsModel* runs, Selection* selection, FilterStack* filters,
                 QWidget* parent = nullptr);

    /// null: none. k: of the relative contrast while no run is selected.
    void setData(const DatasetPtr& dataset, std::size_t k);
    /// Nothing is computed while the panel cannot be seen.
    void setInFront(bool inFront);

    QueryHistogram* recallHistogram() const { return m_recall; }
    QueryHistogram* difficultyHistogram() const { return m_difficulty; }
    QueriesTable* table() const { return m_table; }
    QTableView* groups() const { return m_groups; }
    QToolButton* measureButton(DifficultyMeasure measure) const;
    QToolButton* outsideButton() const { return m_outside; }
    QueriesModel* model() const { return m_model; }
    DifficultyStudy* study() const { return m_study; }
    DifficultyMeasure measure() const { return m_measure; }

    /// The sources of its filters.
    static inline const QString kRecallSource = QStringLiteral("histogram");
    static inline const QString kDifficultySource = QStringLiteral("difficulty");

signals:
    /// The button of the empty view.
    void emptyTriggered();
    void failed(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    // queries_panel_layout.cpp
    void buildLayout();
    QWidget* createBar();
    QWidget* createPictures();
    QWidget* createNumbers();
    // queries_panel.cpp
    void connectAll();
    const Run* shownRun() const;
    const Run* runToShow(qint64 id) const;
    std::size_t shownK() const;
    void ask();
    void showAll();
    void showEmpty();
    void showRun();
    void showDifficulty();
    void showGroups();
    // queries_panel_filters.cpp
    void showFilters();
    void showBrush(QueryHistogram* histogram, const QueryBinsPtr& bins, const QString& source);
    void showSummary();
    // queries_panel.cpp
    void setMeasure(DifficultyMeasure measure);
    void filter(const QString& source, const QString& text, QueryRowsPtr rows, bool dragging = false);
    QString about() const;
    QString waitingText() const;

    JobRunner* m_jobs;
    RunsModel* m_runs;
    Selection* m_selection;
    FilterStack* m_filters;
    DifficultyStudy* m_study;
    DatasetPtr m_dataset;
    std::size_t m_k = 10;
    bool m_inFront = true;
    DifficultyMeasure m_measure = DifficultyMeasure::RelativeContrast;
    QueryBinsPtr m_recallBins, m_difficultyBins;

    QStackedWidget* m_pages;
    EmptyState* m_empty;
    ElidedLabel* m_summary;
    QButtonGroup* m_measures;
    QToolButton *m_outside, *m_logarithmic;
    QueryHistogram *m_recall, *m_difficulty;
    DifficultyGroups* m_groupsModel;
    QTableView* m_groups;
    QueriesModel* m_model;
    QueriesTable* m_table;
    QLabel* m_count;
};

} // namespace annscope::ui
