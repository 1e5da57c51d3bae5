// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/cell_scene.h"
#include "ui/views/picture_export.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class CellChart;
class EmptyState;
class JobRunner;
class PathPlayer;
class PolarView;
class QueryChoice;
class QueryExplainer;
class QuerySpin;
class Selection;
class VoronoiView;

/// The cells of the selected inverted-file index: how full they are, and which ones a query scans. For
/// vectors in the plane the cells themselves, else the distances in the scanned cells.
class CellsPanel : public QWidget {
    Q_OBJECT
public:
    CellsPanel(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

    void setIndex(BuiltIndexPtr built); ///< null: none
    void setSearchParams(const SearchParams& params, std::size_t k);

    CellChart* chart() const noexcept { return m_chart; }
    VoronoiView* map() const noexcept { return m_map; }
    PolarView* polar() const noexcept { return m_polar; }
    PathPlayer* player() const noexcept { return m_player; }
    QueryExplainer* explainer() const noexcept;
    bool ready() const noexcept { return m_scene != nullptr; } ///< the picture is there
    /// Of the cells in the plane; without a plane, of the distances, once there is a query, else of the
    /// sizes.
    TitledPicture picture() const;

signals:
    /// The button of the empty view: build this.
    void buildSuggested(const QString& factory);

private:
    void buildLayout();
    void connectAll();
    void showScene(CellScenePtr scene);
    void showEmpty();
    void onPathChanged();
    void showStep(int step);
    void updateTexts();
    QString sizesText() const;
    QString probedText() const;

    JobRunner* m_jobs;
    Selection* m_selection;
    BuiltIndexPtr m_built;
    CellScenePtr m_scene;
    quint64 m_sceneJob = 0;

    QStackedWidget *m_stack, *m_pictures;
    EmptyState* m_empty;
    QLabel *m_summary, *m_outcome;
    QCheckBox *m_pointsBox, *m_queriesBox;
    QToolButton* m_fit;
    VoronoiView* m_map;
    PolarView* m_polar;
    CellChart* m_chart;
    PathPlayer* m_player;
    QueryChoice* m_choice;
    QuerySpin* m_query;
};

} // namespace annscope::ui
