// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_pair.h"
#include "ui/views/picture_export.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class EmptyState;
class GraphCanvas;
class JobRunner;
class PathComparison;
class PathPlayer;
class QueryChoice;
class QueryExplainer;
class QuerySpin;
class Selection;

/// The graph of the selected index and a query's way through it.
class GraphPanel : public QWidget {
    Q_OBJECT
public:
    GraphPanel(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

    void setIndex(BuiltIndexPtr built); ///< null: none
    /// All of the session: what a path can be laid over.
    void setIndexes(const std::vector<BuiltIndexPtr>& indexes);
    void setSearchParams(const SearchParams& params, std::size_t k);

    GraphCanvas* canvas() const noexcept { return m_canvas; }
    PathPlayer* player() const noexcept { return m_player; }
    QueryExplainer* explainer() const noexcept;
    const PathPair& shownPaths() const noexcept { return m_paths; }

    bool ready() const; ///< the picture is there
    TitledPicture picture() const;

signals:
    /// The button of the empty view: build this.
    void buildSuggested(const QString& factory);

private:
    void buildLayout();
    void connectAll();
    void showScene(GraphScenePtr scene);
    void showEmpty();
    void onPathChanged();
    void showSteps(int first, int second);
    void fillLevels();
    void showLevel();
    QHBoxLayout* buildBar();
    void updateTexts();
    QString graphText() const;
    QString outcome() const;
    QString subtitle(const QString& graph) const;
    void zoomToQuery();
    QToolButton* addButton(const QString& iconName, const QString& name, const QString& tip);

    JobRunner* m_jobs;
    Selection* m_selection;
    BuiltIndexPtr m_built;
    quint64 m_sceneJob = 0;

    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QLabel *m_summary, *m_outcome;
    QCheckBox *m_edgesBox, *m_queriesBox;
    QToolButton *m_zoomToQuery, *m_fit;
    QComboBox* m_level;
    GraphCanvas* m_canvas;
    PathPlayer* m_player;
    QueryChoice* m_choice;
    QuerySpin* m_query;
    PathComparison* m_comparison;
    PathPair m_paths; ///< shown
};

} // namespace annscope::ui
