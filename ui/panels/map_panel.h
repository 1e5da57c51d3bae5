// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/latest_job.h"
#include "ui/jobs/map_study.h"
#include "ui/models/filter_stack.h"
#include "ui/models/loss_run.h"
#include "ui/models/map_coloring.h"
#include "ui/models/map_misses.h"
#include "ui/views/picture_export.h"

#include <QPolygonF>
#include <QTimer>
#include <QWidget>

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class EmptyState;
class JobRunner;
class MapCanvas;
class QueryChoice;
class QueryExplainer;
class QuerySpin;
class RunsModel;
class Selection;
class StepState;

/// The vectors of the current data set in the plane, with how far that picture can be trusted: coloured by
/// what an index, a label file, a run or a query says of them; the selected query's way; what is missed.
class MapPanel : public QWidget {
    Q_OBJECT
public:
    /// All must outlive this. project: what lays out, unless a test has another.
    MapPanel(JobRunner* jobs, const RunsModel* runs, Selection* selection, FilterStack* filters,
             QWidget* parent = nullptr, MapStudy::Project project = project_map);

    void setData(const DatasetPtr& dataset); ///< null: none
    /// Whose cells colour the map and through which a query is followed; null, or of other data: none.
    void setIndex(const BuiltIndexPtr& built);
    void setSearchParams(const SearchParams& params, std::size_t k);
    /// Why neighbours were missed in an index; null: not known.
    void setLoss(const LossPtr& loss, const BuiltIndexPtr& built);
    /// Of the rows of the base; null: none.
    void setLabels(const MapLabelsPtr& labels);
    /// The step that players show; nullptr: none.
    void setSteps(const StepState* steps);

    MapCanvas* canvas() const noexcept { return m_canvas; }
    MapStudy* study() const noexcept { return m_study; }
    QueryExplainer* explainer() const noexcept;
    MapColor color() const;
    void setColor(MapColor color);
    /// The layout is there, and so are its colours.
    bool ready() const;
    QString summary() const;
    TitledPicture picture() const;

public slots:
    /// Work begins only while the map is seen.
    void setInFront(bool inFront);

signals:
    /// The button of the empty view while there is no data.
    void emptyTriggered();

private:
    // map_panel_layout.cpp
    void buildLayout();
    QWidget* buildBar();
    void fillColors();
    QWidget* buildProgress();
    // map_panel.cpp
    void connectAll();
    void onScene();
    void onBusy();
    void showProgress();
    void showEmpty();
    void requestMap();
    void follow();
    MapOptions wanted() const;
    void enableColors();
    std::optional<ColoringRequest> coloringRequest() const;
    void recolor();
    // map_panel_links.cpp
    void onPath();
    void showPath();
    void showStep();
    void zoomToQuery();
    void showPassing();
    void showMisses();
    void showPointed();
    qint64 cellOf(qint64 row) const;
    void selectRow(qint64 row);
    void brush(const QPolygonF& shape);
    void showBrush();
    // map_panel_text.cpp
    void updateTexts();
    QString outcome() const;
    QString trustTip() const;
    QString rowText(qint64 row) const;
    QString queryText(qint64 query) const;
    bool lossFits() const;

    JobRunner* m_jobs;
    const RunsModel* m_runs;
    Selection* m_selection;
    FilterStack* m_filters;
    const StepState* m_steps = nullptr;
    DatasetPtr m_dataset;
    BuiltIndexPtr m_built, m_lossOf;
    LossPtr m_loss;
    MapLabelsPtr m_labels;
    MapStudy* m_study;
    LatestJob<MapColoringPtr> m_coloring;
    LatestJob<MissCountsPtr> m_counting;
    bool m_inFront = false;
    bool m_stepped = false; ///< what stands out follows a player
    QTimer m_later;         ///< options that are being typed
    struct Brush {
        QPolygonF shape;
        QueryRowsPtr rows; ///< of its filter
        MapScenePtr scene;
    };
    std::optional<Brush> m_brush;

    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QLabel *m_summary, *m_outcome, *m_phase;
    QComboBox *m_method, *m_color;
    QSpinBox* m_neighbours;
    QCheckBox *m_queriesBox, *m_missesBox;
    QToolButton *m_fit, *m_zoom, *m_cancel;
    QProgressBar* m_progress;
    QWidget* m_working;
    MapCanvas* m_canvas;
    QueryChoice* m_choice;
    QuerySpin* m_query;
};

/// "UMAP, 15 neighbours, trustworthiness@12 0.97 (1,000 of 60,000 rows looked at)"
QString mapSummary(const MapScene& scene);

} // namespace annscope::ui
