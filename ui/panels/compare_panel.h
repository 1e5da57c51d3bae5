// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/paired_recall.h"
#include "ui/jobs/latest_job.h"
#include "ui/models/compare_set.h"
#include "ui/models/filter_stack.h"
#include "ui/models/selection.h"
#include "ui/views/recall_axis.h"

#include <QWidget>

#include <memory>
#include <vector>

class QButtonGroup;
class QLabel;
class QSplitter;
class QStackedWidget;
class QTableView;
class QVBoxLayout;

namespace annscope::ui {

class CompareCurves;
class CompareModel;
class ComparePair;
class ElidedLabel;
class EmptyState;
class MemoryBars;
class RunsModel;
struct Run;

/// Two or more runs side by side: a table of what they are and give, their memory, their curves, and the
/// queries that each wins and loses against the first. Computes only while it is on the screen.
class ComparePanel : public QWidget {
    Q_OBJECT
public:
    /// All must outlive the panel.
    ComparePanel(JobRunner* jobs, RunsModel* runs, Selection* selection, FilterStack* filters,
                 QUndoStack* undo, QWidget* parent = nullptr);

    CompareSet* set() const { return m_set; }
    CompareModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    MemoryBars* memory() const { return m_memory; }
    CompareCurves* curves() const { return m_curves; }
    /// Of the second and later runs against the first, in their order.
    const std::vector<ComparePair*>& pairs() const { return m_pairs; }
    /// All pairs show what belongs to the runs and filters of now.
    bool ready() const { return m_ready; }
    /// A dock behind another tab counts as visible in Qt; it is told here that nobody sees it.
    void setInFront(bool inFront);
    void setRecallScale(RecallScale scale);

signals:
    /// The button of the empty view: show the runs to choose from.
    void emptyTriggered();
    /// A file could not be written.
    void failed(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    // compare_panel_layout.cpp
    void createTable();
    QWidget* createBar();
    QWidget* createPictures();
    void arrange();
    void fitColumns();
    void headerMenu(QPoint at);
    void copyMenu(QPoint global);
    void saveCsv();
    QString tableAs(int format) const;

    bool seen() const { return m_inFront && isVisible(); }
    std::vector<const Run*> runs() const;
    qint64 runOfColumn(int column) const;
    void refreshLater();
    void refresh();
    void showPictures(const std::vector<const Run*>& runs);
    void makePairs(const std::vector<const Run*>& runs);
    void comparePairs(const std::vector<const Run*>& runs);
    QString pairNote(const Run& first, const Run& second, const PairedRecall& pair) const;
    void filterBy(std::size_t pair, bool wins);
    QString subtitle(const std::vector<const Run*>& runs) const;

    struct Asked {
        std::size_t pair = 0;
        std::vector<float> first, second;
    };
    using Pairs = std::vector<std::pair<std::size_t, PairedRecall>>;

    RunsModel* m_runs;
    Selection* m_selection;
    FilterStack* m_filters;
    CompareSet* m_set;
    CompareModel* m_model;
    LatestJob<Pairs> m_job;
    bool m_inFront = true, m_stale = true, m_ready = false, m_queued = false;

    QStackedWidget* m_pages;
    EmptyState* m_empty;
    QSplitter* m_split;
    QTableView* m_table;
    QButtonGroup* m_which;
    ElidedLabel* m_count;
    QLabel *m_memoryTitle, *m_curvesTitle;
    MemoryBars* m_memory;
    CompareCurves* m_curves;
    QVBoxLayout* m_pairRows;
    std::vector<ComparePair*> m_pairs;
    QList<qint64> m_paired; ///< whose numbers the pairs show, or wait for
};

} // namespace annscope::ui
