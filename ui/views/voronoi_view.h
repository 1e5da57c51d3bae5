// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/canvas_base.h"
#include "ui/views/cell_coloring.h"
#include "ui/views/cell_scene.h"
#include "ui/views/path_model.h"

namespace annscope::ui {

class JobRunner;
class LazyLayer;

/// The cells of an inverted-file index in the plane, coloured by how many vectors they hold. Cells that the
/// query probed are outlined and numbered by rank.
class VoronoiView : public CanvasBase {
    Q_OBJECT
public:
    explicit VoronoiView(JobRunner* jobs, QWidget* parent = nullptr);

    void setScene(CellScenePtr scene); ///< null, or one with a plane
    void setPath(PathModelPtr path);
    void setStep(std::size_t step);
    void setSelectedCell(qint64 cell);
    void setHoveredCell(qint64 cell);
    /// load: for the tool tips; null: not known.
    void setColoring(CellColoring coloring, CellLoadPtr load);
    bool isSharp() const;

public slots:
    void setPointsVisible(bool visible);
    void setQueriesVisible(bool visible);

signals:
    void queryClicked(qint64 row);
    void placeClicked(QPointF data);
    void cellClicked(qint64 cell);
    void cellHovered(qint64 cell);

protected:
    void paintScene(QPainter& painter, const ViewTransform& view, bool forFile) override;
    void pointerMoved(std::optional<QPointF> at) override;
    bool event(QEvent* event) override;

private:
    void renewLayer(bool keep);
    void onClicked(QPointF at, Qt::KeyboardModifiers modifiers);
    qint64 cellAt(QPointF at) const;
    void paintProbed(QPainter& painter, const ViewTransform& view) const;
    void paintQueries(QPainter& painter, const ViewTransform& view) const;
    void paintLegend(QPainter& painter, const ViewTransform& view) const;

    LazyLayer* m_layer;
    CellScenePtr m_scene;
    CellColoring m_coloring;
    CellLoadPtr m_load;
    PathModelPtr m_path;
    std::size_t m_step = 0;
    qint64 m_selected = -1, m_hovered = -1;
    bool m_pointsVisible = true, m_queriesVisible = false;
};

} // namespace annscope::ui
