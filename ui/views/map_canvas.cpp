// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/map_canvas.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/loss_text.h"
#include "ui/views/lazy_layer.h"
#include "ui/views/legend_place.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr std::size_t kMostListed = 12;

} // namespace

MapCanvas::MapCanvas(JobRunner* jobs, QWidget* parent)
    : CanvasBase(parent), m_points(new LazyLayer(jobs, tr("Draw the map"), this)) {
    setObjectName(QStringLiteral("mapCanvas"));
    setAccessibleName(tr("Map of the data"));
    setAccessibleDescription(tr("Drag to pan, wheel to zoom, double click to fit, click to select. Shift and "
                                "a drag take the queries inside a loop, with Ctrl inside a rectangle."));
    connect(this, &CanvasBase::viewChanged, this, [this] {
        m_points->setView(view());
        if (view().scale != m_legendScale) { // it tells how many of the queries are drawn
            m_legendScale = view().scale;
            renewMarks();
        }
        if (isFitted() || view().area != m_legendFor)
            placeLegend();
    });
    connect(this, &CanvasBase::clicked, this, &MapCanvas::onClicked);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] {
        renewLegend();
        renew(true);
    });
}

void MapCanvas::renew(bool keep) {
    LazyLayer::Render render;
    if (m_picture.scene)
        render = [picture = m_picture, style = MapStyle::fromPalette(m_picture.coloring.get())](
                     const ViewTransform& wanted, qreal ratio, const Control& control) {
            return renderMap(picture, style, wanted, ratio, control);
        };
    m_points->setRender(std::move(render), keep);
}

void MapCanvas::setScene(const MapScenePtr& scene) {
    if (scene == m_picture.scene)
        return;
    const bool goesOn = m_picture.scene && scene && m_picture.scene->stage() && !isFitted();
    const ViewTransform before = view();
    if (!scene || !m_picture.scene || scene->rows != m_picture.scene->rows) { // colours go by place
        m_picture.coloring = nullptr;
        m_picture.passingPoints = nullptr;
    }
    m_picture.scene = scene;
    m_path = nullptr;
    m_brush.reset();
    m_hoveredRow = m_hoveredQuery = -1;
    if (scene)
        setDataBounds(scene->bounds);
    if (goesOn)
        setView(before);
    renewLegend();
    renew(goesOn || (scene && scene->stage()));
}

void MapCanvas::setColoring(const MapColoringPtr& coloring) {
    if (coloring == m_picture.coloring)
        return;
    const bool sameKind = coloring && m_picture.coloring && coloring->kind == m_picture.coloring->kind &&
                          coloring->classes == m_picture.coloring->classes;
    m_picture.coloring = coloring;
    if (!sameKind && m_picture.only) {
        m_picture.only.reset();
        emit onlyChanged();
    }
    renewLegend();
    renew(true);
}

void MapCanvas::setPassing(const QueryRowsPtr& passing) {
    if (passing == m_picture.passing)
        return;
    m_picture.passing = passing;
    renew(true);
}

void MapCanvas::setPassingPoints(const std::shared_ptr<const std::vector<char>>& passing) {
    if (passing == m_picture.passingPoints)
        return;
    m_picture.passingPoints = passing;
    renew(true);
}

void MapCanvas::setMisses(const MissCountsPtr& misses) {
    if (misses == m_picture.misses)
        return;
    m_picture.misses = misses;
    renewLegend();
    renew(true);
}

void MapCanvas::setPath(const MapPathPtr& path) {
    m_path = path;
    m_step = -1;
    const bool behind = path && path->path;
    if (behind != m_picture.behindPath) {
        m_picture.behindPath = behind;
        renew(true);
    }
    renewLegend();
    update();
}

void MapCanvas::setStep(int step) {
    m_step = step;
    update();
}

std::size_t MapCanvas::step() const noexcept {
    if (!m_path || !m_path->path || m_path->path->steps.empty())
        return 0;
    const std::size_t last = m_path->path->steps.size() - 1;
    return m_step < 0 ? last : std::min(static_cast<std::size_t>(m_step), last);
}

void MapCanvas::setOnly(const std::optional<ClassRange>& only) {
    if (only == m_picture.only)
        return;
    m_picture.only = only;
    renew(true);
    emit onlyChanged();
}

void MapCanvas::setBrush(const std::optional<QPolygonF>& dataShape) {
    m_brush = dataShape;
    update();
}

void MapCanvas::setPointedRows(std::vector<std::uint32_t> rows) {
    m_pointed = std::move(rows);
    update();
}

void MapCanvas::setSelectedRow(qint64 row) {
    m_selectedRow = row;
    update();
}

void MapCanvas::setHoveredQuery(qint64 query) {
    if (query == m_hoveredQuery)
        return;
    m_hoveredQuery = query;
    update();
}

void MapCanvas::setQueriesVisible(bool visible) {
    m_picture.queries = visible;
    renewLegend();
    renew(true);
}

void MapCanvas::setTexts(std::function<QString(qint64)> ofRow, std::function<QString(qint64)> ofQuery) {
    m_rowText = std::move(ofRow);
    m_queryText = std::move(ofQuery);
}

bool MapCanvas::sharp() const {
    return m_picture.scene && m_points->sharp();
}

std::vector<MapMark> MapCanvas::marks() const {
    const Palette& colors = ui::palette();
    std::vector<MapMark> marks;
    if (m_picture.queries && m_picture.scene && !m_picture.scene->queries.empty() &&
        !(m_picture.coloring && !m_picture.coloring->queries.empty()))
        marks.push_back({MapMark::Query, colors.accent, queriesText()});
    if (m_path && m_path->path) {
        marks.push_back({MapMark::Query, colors.fault, tr("the query")});
        if (!m_path->path->ivf())
            marks.push_back({MapMark::Way, colors.accent, tr("the search's way, by hop")});
        marks.push_back({MapMark::Answer, foundColor(), tr("found true neighbour")});
        marks.push_back({MapMark::Missed, colors.missed, tr("missed true neighbour")});
    }
    if (!m_picture.misses || m_picture.misses->most == 0)
        return marks;
    for (std::size_t r = 0; r < kLossReasons; ++r) {
        const auto reason = static_cast<LossReason>(r);
        if (m_picture.misses->reasons[r] > 0)
            marks.push_back({MapMark::Ring, reasonColor(reason),
                             tr("%1: %2", "reason: misses")
                                 .arg(reasonText(reason), formatCount(m_picture.misses->reasons[r]))});
    }
    return marks;
}

/// How many of the queries that may be seen are drawn in this view.
QString MapCanvas::queriesText() const {
    const double share = crowdOf(m_picture, view()).share();
    if (share > 0.98)
        return tr("queries");
    return share > 0.6 ? tr("queries, most are drawn here")
                       : tr("queries, 1 in %1 drawn here").arg(std::lround(1 / share));
}

/// On a low canvas fewer rows are listed, and the marks go first.
void MapCanvas::renewLegend() {
    constexpr double kNarrow = 560; // pixels; the marks would hide what they explain
    const double room = 0.5 * view().area.height();
    std::vector<MapMark> shown;
    if (m_picture.scene && view().area.width() > kNarrow)
        shown = marks();
    for (const std::size_t most : {kMostListed, std::size_t(6), std::size_t(3)}) {
        m_legend.setContent(m_picture.scene ? m_picture.coloring : nullptr, shown, most);
        if (m_legend.size().height() <= room)
            return placeLegend();
    }
    m_legend.setContent(m_picture.scene ? m_picture.coloring : nullptr, {}, 3);
    placeLegend();
}

/// Keeps the legend's place.
void MapCanvas::renewMarks() {
    const QPointF before = m_legendAt;
    renewLegend();
    if (!isFitted())
        m_legendAt = before;
}

void MapCanvas::placeLegend() {
    const bool resized = m_legendFor.size() != view().area.size();
    m_legendFor = view().area;
    if (resized)
        return renewLegend();
    if (m_picture.scene)
        m_legendAt = quietestCorner(m_picture.scene->baseGrid, view(), m_legend.size());
    update();
}

QRectF MapCanvas::legendArea(std::uint32_t category) const {
    const QRectF area = m_legend.areaOf(category);
    return area.isEmpty() ? QRectF() : area.translated(m_legendAt);
}

void MapCanvas::paintScene(QPainter& painter, const ViewTransform& to, bool forFile) {
    if (!m_picture.scene)
        return;
    if (forFile)
        m_points->paintForFile(painter, to);
    else
        m_points->paint(painter, to);
    painter.setRenderHint(QPainter::Antialiasing);
    paintOverlay(painter, to, forFile);
    m_legend.paint(painter, m_legendAt, m_picture.only);
    if (!forFile && m_points->waiting())
        drawNote(painter, to.area.topLeft() + QPointF(10, 10),
                 tr("Drawing the map; while a sweep measures it waits for its turn ..."),
                 to.area.width() - 20);
}

void MapCanvas::paintOverlay(QPainter& painter, const ViewTransform& to, bool forFile) {
    const MapScene& scene = *m_picture.scene;
    const double radius = mapPointRadius(scene, to);
    const Palette& colors = ui::palette();
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.accent);
    for (const std::uint32_t row : m_pointed)
        if (const Point2* at = scene.at(row))
            painter.drawEllipse(to.toScreen(*at), radius + 0.5, radius + 0.5);
    paintBrush(painter, to);
    if (m_path && m_path->scene == m_picture.scene)
        drawMapPath(painter, *m_path, step(), to, radius);
    painter.setBrush(Qt::NoBrush);
    for (const qint64 row : {m_selectedRow, forFile ? qint64(-1) : m_hoveredRow})
        if (const Point2* at = scene.at(row)) {
            painter.setPen(QPen(colors.panel, 4));
            painter.drawEllipse(to.toScreen(*at), radius + 4, radius + 4);
            painter.setPen(QPen(colors.text, 1.8));
            painter.drawEllipse(to.toScreen(*at), radius + 4, radius + 4);
        }
    if (const Point2* at = forFile ? nullptr : scene.query(m_hoveredQuery)) {
        painter.setPen(QPen(colors.panel, 4));
        painter.drawEllipse(to.toScreen(*at), 8, 8);
        painter.setPen(QPen(colors.accent, 2));
        painter.drawEllipse(to.toScreen(*at), 8, 8);
    }
}

void MapCanvas::paintBrush(QPainter& painter, const ViewTransform& to) {
    QPolygonF shape = m_loop;
    if (!m_drawing && m_brush) {
        shape.clear();
        for (const QPointF& p : *m_brush)
            shape << to.toScreen(p.x(), p.y());
    }
    if (shape.size() < 2)
        return;
    painter.setPen(QPen(ui::palette().accent, 1.4, m_drawing ? Qt::SolidLine : Qt::DashLine));
    painter.setBrush(withAlpha(ui::palette().accent, 0.08));
    painter.drawPolygon(shape);
}

} // namespace annscope::ui
