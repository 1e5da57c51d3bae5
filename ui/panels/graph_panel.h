// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/graph_scene.h"
#include "ui/views/picture_export.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class EmptyState;
class GraphCanvas;
class JobRunner;
class PathPlayer;
class QueryChoice;
class QueryExplainer;
class Selection;

/// The graph of the selected index and a query's way through it.
class GraphPanel : public QWidget {
    Q_OBJECT
public:
    GraphPanel(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

    void setIndex(BuiltIndexPtr built); ///< null: none
    void setSearchParams(const SearchParams& params, std::size_t k);

    GraphCanvas* canvas() const noexcept { return m_canvas; }
    PathPlayer* player() const noexcept { return m_player; }
    QueryExplainer* explainer() const noexcept;

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
    void updateTexts();
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
    GraphCanvas* m_canvas;
    PathPlayer* m_player;
    QueryChoice* m_choice;
};

} // namespace annscope::ui
