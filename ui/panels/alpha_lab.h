// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/latest_job.h"
#include "ui/models/alpha_build.h"
#include "ui/models/alpha_points.h"
#include "ui/models/built_index.h"
#include "ui/views/picture_export.h"

#include <QWidget>

#include <array>
#include <optional>

class QComboBox;
class QSpinBox;
class QStackedWidget;
class QToolButton;
class QUndoStack;

namespace annscope::ui {

class AlphaCanvas;
class AlphaSide;
class ElidedLabel;
class LengthScale;
class PrunePage;
class StepPlayer;

/// The alpha laboratory: the same points in the plane with two graphs side by side, built live as points are
/// dragged; the build batch by batch, the pruning of a node candidate by candidate, and a query's path.
class AlphaLab : public QWidget {
    Q_OBJECT
public:
    /// undo: takes the edits of points; must outlive this.
    AlphaLab(JobRunner* jobs, QUndoStack* undo, QWidget* parent = nullptr);

    /// Whose points can be taken over; null: none.
    void setData(const DatasetPtr& dataset);

    AlphaPoints* points() noexcept { return &m_points; }
    const AlphaPairPtr& pair() const noexcept { return m_pair; }
    AlphaSide* side(std::size_t index) const noexcept { return m_sides[index]; }
    StepPlayer* player() const noexcept { return m_player; }
    PrunePage* prunePage() const noexcept { return m_prune; }
    QComboBox* presetField() const noexcept { return m_preset; }
    QSpinBox* countField() const noexcept { return m_count; }
    QSpinBox* searchWidthField() const noexcept { return m_searchWidth; }
    qint64 selectedNode() const noexcept { return m_node; }
    Point2 query() const noexcept { return m_query; }
    /// Everything asked for is shown.
    bool settled() const noexcept { return !m_build.busy() && !m_path.busy() && !m_trace.busy(); }
    TitledPicture picture();

protected:
    void showEvent(QShowEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    using Paths = std::array<AlphaPathPtr, 2>;
    using Prunings = std::array<AlphaPruningsPtr, 2>;

    // alpha_lab_layout.cpp
    void createWidgets();
    QWidget* createTools();
    QWidget* createSides();
    QWidget* createBuildPage();
    QToolButton* addTool(const QString& iconName, const QString& name, const QString& tip);
    void listenToKeys();
    void paintPicture(QPainter& painter, const QRectF& area);
    // alpha_lab.cpp
    void connectSide(std::size_t index);
    void drawPoints();
    void takeData();
    void pointsChanged();
    void requestBuild();
    void showBuild(const AlphaPairPtr& pair);
    void showFrame();
    void requestPaths();
    void select(qint64 node);
    void requestPrunings();
    void showPruning();
    void setQuery(Point2 at);
    void fitAll();
    void fitHeights();
    void deleteSelected();
    void zoomToCandidates();
    StepPlayer* activePlayer() const;
    QString frameText(int frame) const;

    QUndoStack* m_undo;
    AlphaPoints m_points;
    DatasetPtr m_dataset;
    AlphaPairPtr m_pair;
    qint64 m_node = -1;
    Point2 m_query{0.62f, 0.42f};
    quint64 m_seed = 1, m_generation = 0; ///< generation: of the points that are shown
    bool m_started = false;
    LatestJob<AlphaPairPtr> m_build;
    LatestJob<Paths> m_path;
    LatestJob<Prunings> m_trace;
    LatestJob<std::vector<Point2>> m_project;

    QComboBox* m_preset = nullptr;
    QSpinBox *m_count = nullptr, *m_searchWidth = nullptr;
    QToolButton *m_again = nullptr, *m_add = nullptr, *m_remove = nullptr, *m_fit = nullptr,
                *m_zoom = nullptr, *m_image = nullptr;
    std::array<AlphaSide*, 2> m_sides{};
    LengthScale* m_scale = nullptr;
    QStackedWidget* m_pages = nullptr;
    StepPlayer* m_player = nullptr;
    ElidedLabel* m_frameText = nullptr;
    PrunePage* m_prune = nullptr;
};

} // namespace annscope::ui
