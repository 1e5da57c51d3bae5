// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/graph_canvas.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/edge_layer.h"
#include "ui/views/item_card.h"
#include "ui/views/lazy_layer.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kEdgesBehindPath = 0.4; ///< opacity
constexpr double kPickDistance = 7;      ///< pixels

} // namespace

GraphCanvas::GraphCanvas(JobRunner* jobs, QWidget* parent)
    : CanvasBase(parent), m_edges(new LazyLayer(jobs, tr("Draw edges"), this)), m_card(new ItemCard(this)) {
    setObjectName(QStringLiteral("graphCanvas"));
    setAccessibleName(tr("Graph of the index"));
    setAccessibleDescription(tr("Drag to pan, wheel to zoom, double click to fit, click to place a query."));
    connect(this, &CanvasBase::viewChanged, this, [this] {
        m_edges->setView(view());
        if (isFitted() || view().area != m_legendArea)
            placeLegend();
    });
    connect(this, &CanvasBase::clicked, this, &GraphCanvas::onClicked);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] {
        m_nodesStale = true;
        renewEdges(true);
    });
}

void GraphCanvas::renewEdges(bool keep) {
    LazyLayer::Render render;
    if (m_scene && m_edgesVisible)
        render = [scene = m_scene, level = m_level,
                  style = EdgeStyle::fromPalette(m_paths[0].path ? kEdgesBehindPath : 1.0)](
                     const ViewTransform& wanted, qreal ratio, const Control& control) {
            return renderEdges(*scene, level, wanted, ratio, style, control);
        };
    m_edges->setRender(std::move(render), keep);
}

void GraphCanvas::setScene(GraphScenePtr scene) {
    m_scene = std::move(scene);
    m_paths = {};
    m_level = kAllLevels;
    m_hovered = m_selected = -1;
    m_card->clear();
    m_nodesStale = true;
    if (m_scene)
        setDataBounds(m_scene->points.bounds);
    renewEdges(false);
    placeLegend();
    update();
}

void GraphCanvas::setPaths(const PathPair& paths) {
    const bool contentChanges = !m_paths[0].path != !paths[0].path || isPair(m_paths) != isPair(paths);
    m_paths = paths;
    for (std::size_t which = 0; which < 2; ++which)
        m_steps[which] =
            m_paths[which].path ? std::max<std::size_t>(m_paths[which].path->steps.size(), 1) - 1 : 0;
    m_nodesStale = true;
    if (contentChanges) {
        renewEdges(true);
        placeLegend();
    }
    update();
}

void GraphCanvas::setLevel(int level) {
    if (level == m_level)
        return;
    m_level = level;
    m_nodesStale = true;
    renewEdges(false);
    update();
}

/// On a low canvas the marks of the path would cover what they explain.
LegendContent GraphCanvas::legend() const {
    const LegendContent whole{
        m_paths[0].path != nullptr, isPair(m_paths), {m_paths[0].name, m_paths[1].name}};
    return legendSize(*m_scene, whole).height() < 0.55 * view().area.height() ? whole : LegendContent{};
}

void GraphCanvas::placeLegend() {
    m_legendArea = view().area;
    if (m_scene)
        m_legendAt = placeOfLegend(*m_scene, view(), legend());
}

void GraphCanvas::setSteps(std::size_t first, std::size_t second) {
    const std::array steps{first, second};
    for (std::size_t which = 0; which < 2; ++which)
        if (m_paths[which].path && steps[which] >= m_paths[which].path->steps.size())
            return;
    if (steps == m_steps)
        return;
    m_steps = steps;
    m_nodesStale = true;
    update();
}

void GraphCanvas::setSelectedNode(qint64 node) {
    m_selected = node;
    update();
}

void GraphCanvas::setEdgesVisible(bool visible) {
    m_edgesVisible = visible;
    renewEdges(false);
}

void GraphCanvas::setQueriesVisible(bool visible) {
    m_queriesVisible = visible;
    m_nodesStale = true;
    update();
}

bool GraphCanvas::edgesAreSharp() const {
    return m_scene && m_edges->sharp();
}

std::vector<PathPicture> GraphCanvas::pathPictures() const {
    std::vector<PathPicture> pictures;
    for (std::size_t which = 0; which < 2 && m_scene; ++which)
        if (const PathModelPtr& path = m_paths[which].path; path && !path->steps.empty())
            pictures.push_back({*path, m_scene->points, m_steps[which], which, isPair(m_paths), m_level});
    return pictures;
}

void GraphCanvas::paintNodes(QPainter& painter, const ViewTransform& to) {
    const qreal ratio = painter.device()->devicePixelRatioF();
    if (m_nodesStale || !(m_nodesView == to) || m_nodes.devicePixelRatio() != ratio) {
        m_nodes = renderNodes(*m_scene, m_level, to, ratio, m_queriesVisible, pathPictures());
        m_nodes.setDevicePixelRatio(ratio);
        m_nodesView = to;
        m_nodesStale = false;
    }
    painter.drawImage(to.area.topLeft(), m_nodes);
}

void GraphCanvas::paintScene(QPainter& painter, const ViewTransform& to, bool forFile) {
    if (!m_scene)
        return;
    if (forFile)
        m_edges->paintForFile(painter, to);
    else
        m_edges->paint(painter, to);
    paintNodes(painter, to);
    const double radius = nodeRadius(*m_scene, to);
    drawEntry(painter, *m_scene, to);
    if (const auto pictures = pathPictures(); pictures.size() == 2)
        drawPaths(painter, {pictures[0], pictures[1]}, to, radius);
    else if (!pictures.empty())
        drawPath(painter, pictures[0], to, radius);
    for (const qint64 node : {m_selected, forFile ? qint64(-1) : m_hovered})
        if (node >= 0 && static_cast<std::size_t>(node) < m_scene->points.base.size())
            drawHoveredNode(painter, *m_scene, m_level, static_cast<std::uint32_t>(node), to);
    drawGraphLegend(painter, *m_scene, m_legendAt, legend());
    if (m_scene->points.projected())
        drawNote(painter, to.area.topLeft() + QPointF(10, 10),
                 tr("PCA: keeps %1 of the variance; distances on the picture are approximate")
                     .arg(formatPercent(m_scene->points.projection.variance_share)),
                 to.area.width() - 20);
}

qint64 GraphCanvas::nodeAt(QPointF at) const {
    if (!m_scene)
        return -1;
    const QPointF p = view().toData(at);
    const GraphLevel& level = m_scene->level(m_level);
    const auto place = level.grid.nearest(p.x(), p.y(), kPickDistance / view().scale);
    return place < 0 ? -1 : level.row(static_cast<std::uint32_t>(place));
}

void GraphCanvas::pointerMoved(std::optional<QPointF> at) {
    const qint64 node = at ? nodeAt(*at) : -1;
    const bool other = node != m_hovered;
    m_hovered = node;
    showCard(at);
    if (other)
        update();
}

/// Of the query or the node under the pointer, where it is known what they stand for.
void GraphCanvas::showCard(std::optional<QPointF> at) {
    ItemCard::Content content;
    if (at && m_scene && !dragging()) {
        const QPointF p = view().toData(*at);
        const qint64 query =
            m_queriesVisible ? m_scene->queryGrid.nearest(p.x(), p.y(), kPickDistance / view().scale) : -1;
        content.key = {m_scene->built->dataset, query >= 0 ? query : m_hovered, query >= 0};
        if (query < 0 && m_hovered >= 0)
            content.rows << Card::Row{
                tr("outgoing edges"),
                formatCount(linkedFrom(*m_scene, m_level, std::uint32_t(m_hovered)).size()),
                {}};
    }
    if (m_card->knows(content.key))
        m_card->showAt(content, *at);
    else
        m_card->clear();
}

void GraphCanvas::onClicked(QPointF at, Qt::KeyboardModifiers modifiers) {
    if (!m_scene)
        return;
    const QPointF p = view().toData(at);
    if (m_queriesVisible) {
        const auto row = m_scene->queryGrid.nearest(p.x(), p.y(), kPickDistance / view().scale);
        if (row >= 0)
            return emit queryClicked(row);
    }
    const bool pick = m_scene->points.projected() || (modifiers & (Qt::ControlModifier | Qt::ShiftModifier));
    if (pick)
        return emit nodeClicked(nodeAt(at));
    emit placeClicked(p);
}

QString GraphCanvas::nodeText(qint64 node) const {
    const auto row = static_cast<std::uint32_t>(node);
    const Point2 p = m_scene->points.base[row];
    QString text = tr("node %1\n%2 outgoing edges\nx %3, y %4")
                       .arg(formatCount(row))
                       .arg(linkedFrom(*m_scene, m_level, row).size())
                       .arg(formatNumber(p[0]), formatNumber(p[1]));
    if (m_scene->layered())
        if (const int top = m_scene->topLevelOf(row); top > 0)
            text += tr("\nup to level %1").arg(top);
    if (row == m_scene->entry)
        text += m_scene->layered() ? tr("\nentry point: every search begins here, on the highest level")
                                   : tr("\nmedoid: every search begins here");
    return text;
}

bool GraphCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || !m_scene)
        return CanvasBase::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const qint64 node = nodeAt(help->pos());
    QString text;
    if (m_card->isVisible())
        text.clear(); // one of the two is enough
    else if (node >= 0)
        text = nodeText(node);
    else if (m_scene->points.projected())
        text = tr("Queries are taken from the data set: a place on this projection\nis not one vector of %1 "
                  "dimensions but infinitely many.")
                   .arg(m_scene->points.dim);
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

} // namespace annscope::ui
