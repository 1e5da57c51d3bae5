// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/canvas_base.h"
#include "ui/views/graph_layers.h"
#include "ui/views/graph_scene.h"
#include "ui/views/path_pair.h"

namespace annscope::ui {

class ItemCard;
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
    void setPath(PathModelPtr path) { setPaths({NamedPath{std::move(path), {}}}); } ///< null: none
    /// Two paths of one query lie over each other; the edges are those of the first one's graph.
    void setPaths(const PathPair& paths);
    void setSteps(std::size_t first, std::size_t second);
    const std::array<std::size_t, 2>& steps() const noexcept { return m_steps; }
    /// The level whose nodes and edges are shown; kAllLevels: all over each other.
    void setLevel(int level);
    int level() const noexcept { return m_level; }
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
    LegendContent legend() const;
    void paintNodes(QPainter& painter, const ViewTransform& view);
    std::vector<PathPicture> pathPictures() const;
    QString nodeText(qint64 node) const;
    void showCard(std::optional<QPointF> at);

    GraphScenePtr m_scene;
    PathPair m_paths;
    std::array<std::size_t, 2> m_steps{};
    int m_level = kAllLevels;
    qint64 m_hovered = -1, m_selected = -1;
    bool m_edgesVisible = true, m_queriesVisible = false;

    LazyLayer* m_edges;
    ItemCard* m_card;
    QImage m_nodes;
    ViewTransform m_nodesView;
    bool m_nodesStale = true;
    QRectF m_legendArea; ///< where the legend's place was looked for
    QPointF m_legendAt;  ///< stays while a person pans and zooms
};

} // namespace annscope::ui
