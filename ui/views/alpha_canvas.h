// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/alpha_points.h"
#include "ui/views/alpha_layers.h"
#include "ui/views/alpha_prune_layer.h"
#include "ui/views/canvas_base.h"

namespace annscope::ui {

/// One side of the alpha laboratory: the points with one graph, which can be dragged, added and deleted, a
/// query with its path, or the pruning of one node. Shows what it is given; all work is done elsewhere.
class AlphaCanvas : public CanvasBase {
    Q_OBJECT
public:
    /// points must outlive this.
    explicit AlphaCanvas(const AlphaPoints* points, QWidget* parent = nullptr);

    void setBuild(const AlphaPairPtr& pair, std::size_t side); ///< null: points only
    void setFrame(std::size_t frame);
    void setPath(AlphaPathPtr path); ///< null: none
    /// null: none. which: of the prunings; step: candidates looked at.
    void setPruning(AlphaPruningsPtr prunings, std::size_t which, std::size_t step);
    void setSelected(qint64 node);
    void setHovered(qint64 node);
    void setQuery(std::optional<Point2> query);
    /// A click on the plane adds a point instead of doing nothing.
    void setAdding(bool adding);
    /// Shows the same part of the plane as another one.
    void follow(const AlphaCanvas& other);
    /// Where the points are now has changed.
    void pointsMoved();

    QSize minimumSizeHint() const override { return {160, 100}; } // there are two of them

    const AlphaBuildPtr& build() const noexcept { return m_build; }
    std::size_t frame() const noexcept { return m_frame; }
    const AlphaPathPtr& path() const noexcept { return m_path; }
    QPointF pixelOf(std::size_t point) const { return view().toScreen(m_points->points()[point]); }

signals:
    void nodeClicked(qint64 node); ///< -1: the plane
    void moveBegun(qint64 node);
    void moved(annscope::ui::Point2 at);
    void moveEnded();
    void pointAdded(annscope::ui::Point2 at);
    void pointRemoved(qint64 node);
    void queryMoved(annscope::ui::Point2 at);
    void hovered(qint64 node);

protected:
    void paintScene(QPainter& painter, const ViewTransform& view, bool forFile) override;
    void pointerMoved(std::optional<QPointF> at) override;
    void extendMenu(QMenu& menu) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    enum class Grip : quint8 { None, Node, Query };
    const std::vector<Point2>& places() const;
    std::optional<AlphaScene> scene() const;
    std::optional<PruneScene> pruneScene() const;
    qint64 nodeAt(QPointF at) const;
    bool onQuery(QPointF at) const;
    Point2 dataAt(QPointF at) const;
    void onClicked(QPointF at);
    void paintGraph(QPainter& painter, const ViewTransform& view, bool forFile);
    void paintEmpty(QPainter& painter, const ViewTransform& view);
    QString nodeText(qint64 node) const;
    void changedPicture();

    const AlphaPoints* m_points;
    AlphaBuildPtr m_build;
    double m_shortest = 0, m_longest = 0;
    std::size_t m_frame = 0;
    AlphaPathPtr m_path;
    AlphaPruningsPtr m_prunings;
    std::size_t m_which = 0, m_step = 0;
    qint64 m_selected = -1, m_hovered = -1;
    std::optional<Point2> m_query;
    bool m_adding = false, m_following = false;

    Grip m_grip = Grip::None;
    qint64 m_gripped = -1;
    QPointF m_gripAt;
    bool m_moving = false;
    QPointF m_menuAt;

    QImage m_image;
    ViewTransform m_imageView;
    bool m_stale = true;
};

} // namespace annscope::ui
