// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/canvas_base.h"
#include "ui/views/map_legend.h"
#include "ui/views/map_path_layer.h"
#include "ui/views/map_points_layer.h"

#include <QPolygonF>

#include <functional>

namespace annscope::ui {

class JobRunner;
class LazyLayer;

/// The vectors of a data set in the plane, its queries, and one query's way. Points are a picture made on the
/// interactive lane, see LazyLayer; what follows the mouse is drawn anew in every frame. Shift and a drag
/// take the queries inside a loop, with Ctrl inside a rectangle.
class MapCanvas : public CanvasBase {
    Q_OBJECT
public:
    explicit MapCanvas(JobRunner* jobs, QWidget* parent = nullptr);

    /// null: nothing. A stage of the layout that is shown keeps the view a person chose.
    void setScene(const MapScenePtr& scene);
    const MapScenePtr& scene() const noexcept { return m_picture.scene; }
    void setColoring(const MapColoringPtr& coloring); ///< of the scene; null: plain
    const MapColoringPtr& coloring() const noexcept { return m_picture.coloring; }
    void setPassing(const QueryRowsPtr& passing); ///< null: all
    /// By place: the others are dimmed; null: all.
    void setPassingPoints(const std::shared_ptr<const std::vector<char>>& passing);
    void setMisses(const MissCountsPtr& misses); ///< null: not shown
    const MissCountsPtr& misses() const noexcept { return m_picture.misses; }
    void setPath(const MapPathPtr& path);                     ///< null: none
    void setBrush(const std::optional<QPolygonF>& dataShape); ///< stays on the map while its filter is set
    /// Points that stand out under the pointer of another view, e.g. of a cell.
    void setPointedRows(std::vector<std::uint32_t> rows);
    const std::vector<std::uint32_t>& pointedRows() const noexcept { return m_pointed; }
    void setSelectedRow(qint64 row);
    void setHoveredQuery(qint64 query);
    /// The step of the path that is shown; negative: the last.
    void setStep(int step);
    std::size_t step() const noexcept;
    /// The classes that stand out; nothing: all.
    void setOnly(const std::optional<ClassRange>& only);
    const std::optional<ClassRange>& only() const noexcept { return m_picture.only; }
    /// Whether the points drawn are those of this view.
    bool sharp() const;
    /// What is told of a base vector or a query under the pointer.
    void setTexts(std::function<QString(qint64 row)> ofRow, std::function<QString(qint64 query)> ofQuery);
    /// Where a class is to be clicked, in pixels; empty where the legend does not list it.
    QRectF legendArea(std::uint32_t category) const;
    QRectF legendBox() const { return {m_legendAt, m_legend.size()}; }
    qint64 hoveredRow() const noexcept { return m_hoveredRow; }
    qint64 hoveredQuery() const noexcept { return m_hoveredQuery; }

public slots:
    void setQueriesVisible(bool visible);

signals:
    void queryClicked(qint64 query);
    void rowClicked(qint64 row); ///< of the base; -1: beside all points
    void queryHovered(qint64 query);
    void rowHovered(qint64 row);
    /// A loop was closed: in the coordinates of the map.
    void brushed(const QPolygonF& dataShape);
    void onlyChanged();

protected:
    void paintScene(QPainter& painter, const ViewTransform& view, bool forFile) override;
    void pointerMoved(std::optional<QPointF> at) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Target {
        qint64 query = -1, row = -1;
    };
    Target targetAt(QPointF at) const;
    void onClicked(QPointF at);
    void renew(bool keep);
    void renewLegend();
    void placeLegend();
    void renewMarks();
    QString queriesText() const;
    std::vector<MapMark> marks() const;
    void paintOverlay(QPainter& painter, const ViewTransform& view, bool forFile);
    void paintBrush(QPainter& painter, const ViewTransform& view);
    QString textAt(QPointF at) const;

    MapPicture m_picture;
    MapPathPtr m_path;
    int m_step = -1;
    std::vector<std::uint32_t> m_pointed;
    qint64 m_selectedRow = -1, m_hoveredRow = -1, m_hoveredQuery = -1;
    std::function<QString(qint64)> m_rowText, m_queryText;

    LazyLayer* m_points;
    MapLegend m_legend;
    QRectF m_legendFor; ///< the view for which the legend's place was looked for
    QPointF m_legendAt;
    double m_legendScale = 0;

    std::optional<QPolygonF> m_brush; ///< of the filter, in coordinates of the map
    QPolygonF m_loop;                 ///< being drawn, pixels
    bool m_drawing = false, m_rectangle = false;
};

} // namespace annscope::ui
