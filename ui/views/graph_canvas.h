// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/canvas_base.h"
#include "ui/views/graph_layers.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_model.h"

namespace annscope::ui {

class JobRunner;
class LazyLayer;

/// A graph of points in the plane and one query's way through it. Edges are a picture made on the
/// interactive lane, see LazyLayer.
/// Nodes and the path are drawn anew in every frame.
class GraphCanvas : public CanvasBase {
    Q_OBJECT
public:
    explicit GraphCanvas(JobRunner* jobs, QWidget* parent = nullptr);

    void setScene(GraphScenePtr scene); ///< null: nothing
    const GraphScenePtr& scene() const noexcept { return m_scene; }
    void setPath(PathModelPtr path); ///< null: none
    void setStep(std::size_t step);
    void setSelectedNode(qint64 node);
    bool edgesAreSharp() const;

public slots:
    void setEdgesVisible(bool visible);
    void setQueriesVisible(bool visible);

signals:
    /// A click: on a query of the data set, else on a place. Modifiers + click picks the nearest node.
    void queryClicked(qint64 row);
    void placeClicked(QPointF data);
    void nodeClicked(qint64 node);

protected:
    void paintScene(QPainter& painter, const ViewTransform& view, bool forFile) override;
    void pointerMoved(std::optional<QPointF> at) override;
    bool event(QEvent* event) override;

private:
    void onClicked(QPointF at, Qt::KeyboardModifiers modifiers);
    qint64 nodeAt(QPointF at) const;
    void renewEdges(bool keep);
    void placeLegend();
    bool legendNamesPath() const;
    void paintNodes(QPainter& painter, const ViewTransform& view);
    std::optional<PathPicture> pathPicture() const;
    QString nodeText(qint64 node) const;

    GraphScenePtr m_scene;
    PathModelPtr m_path;
    std::size_t m_step = 0;
    qint64 m_hovered = -1, m_selected = -1;
    bool m_edgesVisible = true, m_queriesVisible = false;

    LazyLayer* m_edges;
    QImage m_nodes;
    ViewTransform m_nodesView;
    bool m_nodesStale = true;
    QRectF m_legendArea; ///< where the legend's place was looked for
    QPointF m_legendAt;  ///< stays while a person pans and zooms
};

} // namespace annscope::ui
