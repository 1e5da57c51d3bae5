// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/voronoi_view.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/cell_chart.h"
#include "ui/views/lazy_layer.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"
#include "ui/views/voronoi_layer.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>
#include <limits>

namespace annscope::ui {

namespace {

constexpr double kPickDistance = 7; ///< pixels
constexpr double kPointRadius = 2.5;

} // namespace

VoronoiView::VoronoiView(JobRunner* jobs, QWidget* parent)
    : CanvasBase(parent), m_layer(new LazyLayer(jobs, tr("Draw cells"), this)) {
    setObjectName(QStringLiteral("voronoiView"));
    setRoomBelow(44);
    setAccessibleName(tr("Cells of the index in the plane"));
    setAccessibleDescription(tr("Drag to pan, wheel to zoom, double click to fit, click to place a query."));
    connect(this, &CanvasBase::viewChanged, this, [this] { m_layer->setView(view()); });
    connect(this, &CanvasBase::clicked, this, &VoronoiView::onClicked);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] { renewLayer(true); });
}

void VoronoiView::renewLayer(bool keep) {
    LazyLayer::Render render;
    if (m_scene)
        render = [scene = m_scene, style = VoronoiStyle::fromPalette(*m_scene, m_coloring, m_pointsVisible)](
                     const ViewTransform& wanted, qreal ratio, const Control& control) {
            return renderCells(*scene, wanted, ratio, style, control);
        };
    m_layer->setRender(std::move(render), keep);
}

void VoronoiView::setScene(CellScenePtr scene) {
    m_scene = std::move(scene);
    m_path.reset();
    m_load.reset();
    m_coloring = m_scene ? CellColoring(CellMeasure::Vectors, m_scene->sizes, nullptr) : CellColoring();
    m_selected = m_hovered = -1;
    if (m_scene)
        setDataBounds(m_scene->plane->cells.clip);
    renewLayer(false);
}

void VoronoiView::setPath(PathModelPtr path) {
    m_path = std::move(path);
    m_step = m_path && !m_path->steps.empty() ? m_path->steps.size() - 1 : 0;
    update();
}

void VoronoiView::setStep(std::size_t step) {
    m_step = step;
    update();
}

void VoronoiView::setSelectedCell(qint64 cell) {
    m_selected = cell;
    update();
}

void VoronoiView::setHoveredCell(qint64 cell) {
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    update();
}

void VoronoiView::setColoring(CellColoring coloring, CellLoadPtr load) {
    m_coloring = std::move(coloring);
    m_load = std::move(load);
    renewLayer(true);
}

bool VoronoiView::isSharp() const {
    return m_scene && m_layer->sharp();
}

void VoronoiView::setPointsVisible(bool visible) {
    m_pointsVisible = visible;
    renewLayer(true);
}

void VoronoiView::setQueriesVisible(bool visible) {
    m_queriesVisible = visible;
    update();
}

void VoronoiView::paintScene(QPainter& painter, const ViewTransform& to, bool forFile) {
    if (!m_scene)
        return;
    if (forFile)
        m_layer->paintForFile(painter, to);
    else
        m_layer->paint(painter, to);
    if (m_queriesVisible)
        paintQueries(painter, to);
    painter.setBrush(Qt::NoBrush);
    for (const qint64 cell : {m_selected, forFile ? qint64(-1) : m_hovered})
        if (cell >= 0 && static_cast<std::size_t>(cell) < m_scene->plane->cells.size()) {
            painter.setPen(QPen(ui::palette().panel, 4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPolygon(cellPolygon(*m_scene->plane, static_cast<std::size_t>(cell), to));
            painter.setPen(QPen(ui::palette().text, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPolygon(cellPolygon(*m_scene->plane, static_cast<std::size_t>(cell), to));
        }
    if (m_path && !m_path->steps.empty())
        paintProbed(painter, to);
    paintLegend(painter, to);
}

void VoronoiView::paintProbed(QPainter& painter, const ViewTransform& to) const {
    const Palette& colors = ui::palette();
    const CellPlane& plane = *m_scene->plane;
    const PathPicture picture{*m_path, plane.points, m_step};
    drawTrueCircle(painter, picture, to);
    const auto outline = [&](const QColor& color, double width) {
        painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        for (std::size_t s = 0; s <= m_step; ++s)
            if (m_path->steps[s].kind == PathStep::Kind::Probe)
                painter.drawPolygon(cellPolygon(plane, static_cast<std::size_t>(m_path->steps[s].id), to));
    };
    outline(colors.panel, 5);
    outline(colors.accent, 2.5);
    if (picture.last())
        drawAnswers(painter, picture, to, kPointRadius);
    drawQueryCross(painter, to.toScreen(plane.points.place(m_path->query)));
    LabelPlacer labels(painter, to.area);
    for (std::size_t s = 0; s <= m_step; ++s)
        if (m_path->steps[s].kind == PathStep::Kind::Probe)
            labels.placeBadge(to.toScreen(plane.centroids[static_cast<std::size_t>(m_path->steps[s].id)]),
                              QString::number(m_path->steps[s].hop), colors.accent, colors.onAccent);
}

void VoronoiView::paintQueries(QPainter& painter, const ViewTransform& to) const {
    painter.setPen(QPen(ui::palette().panel, 1));
    painter.setBrush(seriesStyle(1).color);
    m_scene->plane->queryGrid.visit(
        to.visible(), [&](std::uint32_t, const Point2& p) { painter.drawEllipse(to.toScreen(p), 3, 3); });
}

void VoronoiView::paintLegend(QPainter& painter, const ViewTransform& to) const {
    const Palette& colors = ui::palette();
    const QRectF box(to.area.left() + 10, to.area.bottom() - 10 - 52, 178, 52);
    drawCard(painter, box);
    setTextSize(painter, kSmallText);
    painter.setPen(colors.secondary);
    painter.drawText(box.adjusted(8, 6, -8, 0), Qt::AlignLeft, m_coloring.title());
    const QRectF scale(box.left() + 8, box.top() + 23, box.width() - 16, 6);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int x = 0; x < static_cast<int>(scale.width()); ++x)
        painter.fillRect(QRectF(scale.left() + x, scale.top(), 1, scale.height()),
                         cellRamp(x / scale.width()));
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF below(scale.left(), scale.bottom() + 2, scale.width(), 16);
    painter.drawText(below, Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(below, Qt::AlignRight, m_coloring.text(m_coloring.largest()));
}

qint64 VoronoiView::cellAt(QPointF at) const {
    if (!m_scene)
        return -1;
    const QPointF p = view().toData(at);
    if (!m_scene->plane->cells.clip.contains(p.x(), p.y()))
        return -1;
    return m_scene->plane->centroidGrid.nearest(p.x(), p.y(), std::numeric_limits<double>::infinity());
}

void VoronoiView::pointerMoved(std::optional<QPointF> at) {
    const qint64 cell = at ? cellAt(*at) : -1;
    if (cell == m_hovered)
        return;
    setHoveredCell(cell);
    emit cellHovered(cell);
}

void VoronoiView::onClicked(QPointF at, Qt::KeyboardModifiers modifiers) {
    if (!m_scene)
        return;
    const QPointF p = view().toData(at);
    if (m_queriesVisible) {
        const auto row = m_scene->plane->queryGrid.nearest(p.x(), p.y(), kPickDistance / view().scale);
        if (row >= 0)
            return emit queryClicked(row);
    }
    if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        return emit cellClicked(cellAt(at));
    emit placeClicked(p);
}

bool VoronoiView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || !m_scene)
        return CanvasBase::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const qint64 cell = cellAt(help->pos());
    QToolTip::showText(help->globalPos(),
                       cell >= 0
                           ? cellText(*m_scene, static_cast<std::size_t>(cell), m_path.get(), m_load.get())
                           : QString(),
                       this);
    return true;
}

} // namespace annscope::ui
