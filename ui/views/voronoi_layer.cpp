// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/voronoi_layer.h"

#include "ui/common/palette.h"
#include "ui/views/geometry/raster.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

/// Black or white, whichever is told from the fill.
QColor dotColor(const QColor& fill) {
    return qGray(fill.rgb()) > 140 ? QColor(0, 0, 0) : QColor(255, 255, 255);
}

Status paintPolygons(const CellScene& scene, const VoronoiStyle& style, LayerImage& layer,
                     const Control& control) {
    QPainter painter(&layer.image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(layer.ratio, layer.ratio);
    painter.translate(-layer.view.area.topLeft());
    const CellPlane& plane = *scene.plane;
    const double side = std::sqrt(plane.cells.clip.width() * plane.cells.clip.height() /
                                  static_cast<double>(std::max<std::size_t>(plane.cells.size(), 1)));
    const bool borders = side * layer.view.scale > 4;
    for (std::size_t c = 0; c < plane.cells.size(); ++c) {
        if (c % 64 == 0 && control.cancel_requested())
            return cancelled();
        const QPolygonF polygon = cellPolygon(plane, c, layer.view);
        if (polygon.isEmpty() || !polygon.boundingRect().intersects(layer.view.area))
            continue;
        // Without a border neighbours are joined by a stroke of their own colour, which hides the seam.
        painter.setPen(QPen(borders ? style.border : style.fill[c], 1));
        painter.setBrush(style.fill[c]);
        painter.drawPolygon(polygon);
    }
    return {};
}

Status paintPoints(const CellScene& scene, const VoronoiStyle& style, LayerImage& layer,
                   const Control& control) {
    const CellPlane& plane = *scene.plane;
    const CellsView& cells = *scene.built->index->cells();
    const double area = plane.points.bounds.width() * plane.points.bounds.height();
    const double spacing =
        std::sqrt(area / static_cast<double>(std::max<std::size_t>(plane.points.base.size(), 1))) *
        layer.view.scale;
    const double radius = std::clamp(spacing * 0.12, 0.6, 2.5), alpha = spacing < 5 ? 0.3 : 0.7;
    const Box box = layer.view.visible();
    auto* pixels = reinterpret_cast<std::uint32_t*>(layer.image.bits());
    for (std::size_t c = 0; c < cells.nlist(); ++c) {
        if (c % 64 == 0 && control.cancel_requested())
            return cancelled();
        const QRgb color = qPremultiply(withAlpha(dotColor(style.fill[c]), alpha).rgba());
        for (const std::uint32_t id : cells.ids(c)) {
            const Point2& p = plane.points.base[id];
            if (!box.contains(p[0], p[1]))
                continue;
            const QPointF at = (layer.view.toScreen(p) - layer.view.area.topLeft()) * layer.ratio;
            stampDisc(pixels, layer.image.width(), layer.image.height(),
                      static_cast<std::size_t>(layer.image.bytesPerLine()) / 4, static_cast<float>(at.x()),
                      static_cast<float>(at.y()), static_cast<float>(radius * layer.ratio), color);
        }
    }
    return {};
}

} // namespace

VoronoiStyle VoronoiStyle::fromPalette(const CellScene& scene, const CellColoring& coloring, bool points) {
    VoronoiStyle style;
    for (std::size_t cell = 0; cell < scene.sizes.size.size(); ++cell)
        style.fill.push_back(coloring.color(cell));
    style.border = withAlpha(palette().panel, 0.55);
    style.points = points;
    return style;
}

QPolygonF cellPolygon(const CellPlane& plane, std::size_t cell, const ViewTransform& view) {
    QPolygonF polygon;
    for (const Vertex& v : plane.cells.cell(cell))
        polygon.append(view.toScreen(v.x, v.y));
    return polygon;
}

Result<LayerImage> renderCells(const CellScene& scene, const ViewTransform& view, qreal ratio,
                               const VoronoiStyle& style, const Control& control) {
    ANNSCOPE_ASSIGN(LayerImage layer, LayerImage::blank(view, ratio));
    ANNSCOPE_TRY(paintPolygons(scene, style, layer, control));
    if (style.points)
        ANNSCOPE_TRY(paintPoints(scene, style, layer, control));
    return layer;
}

} // namespace annscope::ui
