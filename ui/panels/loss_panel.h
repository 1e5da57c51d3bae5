// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/loss_study.h"
#include "ui/models/filter_stack.h"

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace annscope::ui {

class ElidedLabel;
class EmptyState;
class JobRunner;
class LossChart;
class LossMissesModel;
class LossQueriesModel;
class Selection;

/// Why true neighbours were missed, and what would find them: one sentence with a button that does what it
/// says, the reasons over a search parameter, the queries that lost something, and the misses of one. Looks
/// only while it is on the screen.
class LossPanel : public QWidget {
    Q_OBJECT
public:
    LossPanel(JobRunner* jobs, Selection* selection, FilterStack* filters, QWidget* parent = nullptr);

    void setIndex(BuiltIndexPtr built); ///< null: none
    void setSearchParams(const SearchParams& params, std::size_t k);
    /// Queries that are searched; 0: all.
    void setMostQueries(std::size_t count);
    /// A dock behind another tab counts as visible in Qt; it is told here that nobody sees it.
    void setInFront(bool inFront);

    LossStudy* study() const { return m_study; }
    LossChart* chart() const { return m_chart; }
    QTableView* queries() const { return m_queries; }
    QTableView* misses() const { return m_misses; }
    QPushButton* applyButton() const { return m_apply; }
    QPushButton* applyMissButton() const { return m_applyMiss; }
    QComboBox* parameterBox() const { return m_parameter; }
    QString sentence() const;

signals:
    void applyRequested(const annscope::SearchParams& params);
    /// The remedy is another configuration: FACTORY|BUILD|SEARCH for Build.
    void buildRequested(const QString& line);
    void repairRequested(const annscope::ui::BuiltIndexPtr& index);
    /// The button of the empty view: build this.
    void buildSuggested(const QString& factory);
    /// null: nothing is known (any more) of what is shown.
    void reportChanged(const annscope::ui::LossPtr& report, const annscope::ui::BuiltIndexPtr& built);

protected:
    void showEvent(QShowEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    struct Action { ///< what a button does
        QString text, tip;
        SearchParams params; ///< to apply, where line is empty
        QString line;        ///< to build
        bool repair = false;
        explicit operator bool() const { return !text.isEmpty(); }
    };
    // loss_panel_layout.cpp
    void buildLayout();
    QWidget* createHead();
    QWidget* createQueries();
    QWidget* createMisses();
    // loss_panel.cpp
    void connectAll();
    bool seen() const { return m_inFront && isVisible(); }
    void setSubject(LossStudy::Subject subject);
    void look(bool soon);
    void fillParameters();
    void showReport();
    void showPoints();
    void showQueries();
    void showQuery(qint64 query);
    void showState();
    void toggleReason(LossReason reason);
    QueryRows rowsOf(LossReason reason) const;
    void setFilter(LossReason reason, bool again);
    void renewFilter();
    Action advice() const;
    Action remedyOfQuery() const;
    void showAction(QPushButton* button, const Action& action);
    void act(const Action& action);
    void applyMiss(const QModelIndex& at);
    QueryRowsPtr passing() const;

    Selection* m_selection;
    FilterStack* m_filters;
    bool m_inFront = true;
    QString m_problem;
    std::optional<LossReason> m_chosen; ///< of the filter of this panel

    LossStudy* m_study;
    QStackedWidget* m_pages;
    EmptyState* m_empty;
    ElidedLabel *m_summary, *m_queriesTitle, *m_missesTitle;
    QLabel* m_sentence;
    QPushButton *m_apply, *m_applyMiss, *m_again;
    QComboBox* m_parameter;
    QButtonGroup* m_scales;
    LossChart* m_chart;
    LossQueriesModel* m_queriesModel;
    LossMissesModel* m_missesModel;
    QSortFilterProxyModel *m_sortedQueries, *m_sortedMisses;
    QTableView *m_queries, *m_misses;
};

} // namespace annscope::ui
