// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/path_pair.h"

#include <QPointer>
#include <QWidget>

#include <vector>

class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class EmptyState;
class FilterStack;
class JobRunner;
class PathComparison;
class PathPlayer;
class QueryChoice;
class QueryExplainer;
class QuerySpin;
class Selection;
class StepState;

/// What panels share that show one query's way through an index: the query, the path's player, what it is
/// laid over, and the step that goes with it in all views. Derived panels add their picture of it.
class QueryPanel : public QWidget {
    Q_OBJECT
public:
    void setIndex(BuiltIndexPtr built); ///< null: none
    /// All of the session: what a path can be laid over.
    void setIndexes(const std::vector<BuiltIndexPtr>& indexes);
    virtual void setSearchParams(const SearchParams& params, std::size_t k);
    /// Steps through the queries that pass; null: through all.
    virtual void setFilters(FilterStack* filters);
    /// Keeps in step with other views of the same path. leads: they get every path that comes here, others
    /// only what is played.
    void follow(StepState* steps, bool leads = false);
    /// The player is left out where another one of the same path is in view.
    virtual void setPlayerShown(bool shown);

    PathPlayer* player() const noexcept { return m_player; }
    QueryExplainer* explainer() const noexcept;
    const BuiltIndexPtr& index() const noexcept { return m_built; }
    const PathPair& shownPaths() const noexcept { return m_paths; }

signals:
    /// The button of the empty view: build this.
    void buildSuggested(const QString& factory);

protected:
    /// factory: what the empty view's button builds; empty: it has none.
    QueryPanel(const QString& name, const QString& factory, JobRunner* jobs, Selection* selection,
               QWidget* parent);

    /// Whether there is something to show of the index.
    virtual bool suits(const Index& index) const = 0;
    /// Another index comes, or none: what is shown of the last one goes.
    virtual void forget() {}
    /// m_built suits: begin to make its picture, then call showPage.
    virtual void begin() = 0;
    /// The text of the empty view, by m_built.
    virtual void describeEmpty(EmptyState& empty) const = 0;
    /// The paths in m_paths are new.
    virtual void pathsChanged() = 0;
    virtual void stepsChanged(std::size_t first, std::size_t second) = 0;
    /// Ready for paths: what begin began is there.
    virtual bool ready() const = 0;

    /// The bar of the query above all else: number, outcome, comparison.
    QHBoxLayout* queryBar();
    /// page is shown instead of the empty view while ready.
    void setPage(QWidget* page);
    void showEmpty();
    /// Call once ready, with m_built's picture there.
    void showPage();
    /// Takes up what came from the explainers.
    void takePaths();
    QToolButton* addButton(const QString& iconName, const QString& name, const QString& tip);
    /// What was found, of one path or of both.
    QString outcomeOfPaths() const;
    /// Configuration, data and k for the titles of pictures; nothing: without a path.
    QString pathSubtitle() const;

    JobRunner* m_jobs;
    Selection* m_selection;
    BuiltIndexPtr m_built;
    SearchParams m_params; ///< as they were set, those of other kinds included
    std::size_t m_k = 10;
    PathPair m_paths; ///< shown

    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QLabel *m_summary, *m_outcome;
    QueryChoice* m_choice;
    QuerySpin* m_query;
    PathComparison* m_comparison;
    PathPlayer* m_player; ///< after the query in the order of the focus

private:
    void tellStep();
    void takeStep();

    QPointer<StepState> m_steps;
    bool m_leads = false, m_taking = false;
};

} // namespace annscope::ui
