// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/alpha_layers.h"

#include "ui/common/palette.h"
#include "ui/views/edge_layer.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kQuietEdges = 0.22; ///< opacity

std::size_t shadeOf(const AlphaScene& scene, std::uint32_t from, std::uint32_t to) {
    const Point2 a = scene.points[from], b = scene.points[to];
    const double t = placeOnScale(std::hypot(b[0] - a[0], b[1] - a[1]), scene.shortest, scene.longest);
    return static_cast<std::size_t>((1 - t) * (GraphLevel::kShades - 1) + 0.5);
}

/// The edges of the moment in the form that the layer of edges draws.
GraphScene edgesOf(const AlphaScene& scene) {
    GraphScene out;
    out.points.base = scene.points;
    out.points.dim = 2;
    GraphLevel& level = out.levels.emplace_back();
    level.nodes = scene.points.size();
    std::vector<GraphLevel::Edge> edges;
    std::vector<std::uint8_t> shades;
    scene.build.build.recording.visit(scene.frame, [&](const EdgeLife& edge) {
        edges.push_back({edge.from, edge.to});
        shades.push_back(static_cast<std::uint8_t>(shadeOf(scene, edge.from, edge.to)));
        ++level.shadeStart[shades.back() + 1u];
    });
    for (std::size_t s = 1; s < level.shadeStart.size(); ++s)
        level.shadeStart[s] += level.shadeStart[s - 1];
    auto next = level.shadeStart;
    level.edges.resize(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i)
        level.edges[next[shades[i]]++] = edges[i];
    return out;
}

void drawNodes(QPainter& painter, const AlphaScene& scene, const ViewTransform& view, bool quiet) {
    const Palette& colors = palette();
    const double radius = alphaNodeRadius(scene.points, view);
    const BuildRecording& recording = scene.build.build.recording;
    std::vector<bool> present(scene.build.points.size(), recording.frame(scene.frame).pass != 1);
    if (recording.frame(scene.frame).pass == 1)
        for (std::size_t f = 0; f <= scene.frame; ++f)
            for (const std::uint32_t node : recording.batch(f))
                present[node] = true;
    const QColor there =
        quiet ? mix(colors.panel, colors.secondary, 0.6) : mix(colors.secondary, colors.text, 0.55);
    const QColor absent = mix(colors.panel, colors.secondary, 0.38);
    painter.setPen(Qt::NoPen);
    for (const bool wanted : {false, true}) {
        painter.setBrush(wanted ? there : absent);
        for (std::size_t i = 0; i < present.size(); ++i)
            if (present[i] == wanted)
                painter.drawEllipse(view.toScreen(scene.points[i]), wanted ? radius : radius * 0.8,
                                    wanted ? radius : radius * 0.8);
    }
}

} // namespace

double placeOnScale(double length, double shortest, double longest) noexcept {
    if (!(length > shortest) || !(shortest > 0) || !(longest > shortest))
        return 0;
    return std::min(std::log(length / shortest) / std::log(longest / shortest), 1.0);
}

double alphaNodeRadius(const std::vector<Point2>& points, const ViewTransform& view) noexcept {
    const Box box = bounds_of(points);
    const double area = std::max(box.width() * box.height(), 1e-300) * view.scale * view.scale;
    const double spacing = std::sqrt(area / std::max<double>(1, static_cast<double>(points.size())));
    return std::clamp(spacing * 0.13, 1.2, 3.6);
}

QImage renderAlphaScene(const AlphaScene& scene, const ViewTransform& view, qreal ratio, bool quiet) {
    const EdgeStyle style = EdgeStyle::fromPalette(quiet ? kQuietEdges : 1.0);
    auto layer = renderEdges(edgesOf(scene), 0, view, ratio, style, {});
    if (!layer)
        return {};
    QImage image = std::move(layer.value().image);
    {
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(ratio, ratio);
        painter.translate(-view.area.topLeft());
        drawNodes(painter, scene, view, quiet);
    }
    image.setDevicePixelRatio(ratio);
    return image;
}

void drawBarePoints(QPainter& painter, const std::vector<Point2>& points, std::size_t first,
                    const ViewTransform& view) {
    const double radius = alphaNodeRadius(points, view);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mix(palette().panel, palette().secondary, 0.6));
    for (std::size_t i = first; i < points.size(); ++i)
        painter.drawEllipse(view.toScreen(points[i]), radius, radius);
}

void drawAlphaBatch(QPainter& painter, const AlphaScene& scene, const ViewTransform& view) {
    const Palette& colors = palette();
    const BuildRecording& recording = scene.build.build.recording;
    if (scene.last())
        return;
    const double radius = alphaNodeRadius(scene.points, view);
    const EdgeStyle style = EdgeStyle::fromPalette(1);
    painter.setPen(QPen(withAlpha(colors.missed, 0.75), 1.1, Qt::DotLine));
    for (const EdgeLife& edge : recording.lives())
        if (edge.died == scene.frame)
            painter.drawLine(view.toScreen(scene.points[edge.from]), view.toScreen(scene.points[edge.to]));
    for (const EdgeLife& edge : recording.lives()) {
        if (edge.born != scene.frame || !edge.alive(scene.frame))
            continue;
        const QColor color = style.colors[shadeOf(scene, edge.from, edge.to)];
        painter.setPen(QPen(color, 1.8, Qt::SolidLine, Qt::RoundCap));
        painter.setBrush(color);
        drawArrow(painter, view.toScreen(scene.points[edge.from]), view.toScreen(scene.points[edge.to]),
                  radius + 1, 8);
    }
    painter.setPen(QPen(colors.panel, 1.5));
    painter.setBrush(colors.accent);
    for (const std::uint32_t node : recording.batch(scene.frame))
        painter.drawEllipse(view.toScreen(scene.points[node]), radius + 2.2, radius + 2.2);
}

void drawAlphaNode(QPainter& painter, const AlphaScene& scene, std::uint32_t node,
                   const ViewTransform& view) {
    const Palette& colors = palette();
    const double radius = alphaNodeRadius(scene.points, view);
    const QPointF at = view.toScreen(scene.points[node]);
    painter.setPen(QPen(withAlpha(colors.text, 0.85), 1.4));
    painter.setBrush(colors.text);
    scene.build.build.recording.visit(scene.frame, [&](const EdgeLife& edge) {
        if (edge.from == node)
            drawArrow(painter, at, view.toScreen(scene.points[edge.to]), radius + 1, 8);
    });
    painter.setPen(QPen(colors.panel, 1.5));
    painter.setBrush(colors.text);
    painter.drawEllipse(at, radius + 2.5, radius + 2.5);
}

void drawAlphaEntry(QPainter& painter, const AlphaScene& scene, const ViewTransform& view) {
    const QPointF at = view.toScreen(scene.points[scene.build.entry()]);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().panel, 5));
    painter.drawEllipse(at, 7, 7);
    painter.setPen(QPen(palette().text, 2));
    painter.drawEllipse(at, 7, 7);
}

void drawAlphaPath(QPainter& painter, const AlphaScene& scene, const AlphaPath& path,
                   const ViewTransform& view) {
    const Palette& colors = palette();
    const double radius = alphaNodeRadius(scene.points, view);
    const auto place = [&](std::uint32_t node) { return view.toScreen(scene.points[node]); };
    const QPointF query = view.toScreen(path.query);
    painter.setPen(QPen(colors.panel, 1));
    painter.setBrush(mix(colors.panel, colors.accent, 0.6));
    for (const std::uint32_t node : path.considered)
        painter.drawEllipse(place(node), radius + 0.6, radius + 0.6);
    painter.setBrush(colors.accent);
    painter.setPen(QPen(colors.accent, 2.2, Qt::SolidLine, Qt::RoundCap));
    for (const AlphaPath::Hop& hop : path.hops)
        if (hop.parent != kNoNode)
            drawArrow(painter, place(hop.parent), place(hop.node), radius + 2, 9);
    painter.setPen(QPen(colors.panel, 1.2));
    for (const AlphaPath::Hop& hop : path.hops)
        painter.drawEllipse(place(hop.node), radius + 2, radius + 2);
    if (path.missed()) {
        painter.setPen(QPen(colors.missed, 1.5, Qt::DashLine));
        painter.drawLine(query, place(path.nearest));
        painter.setPen(QPen(colors.missed, 2));
        painter.setBrush(colors.panel);
        painter.drawEllipse(place(path.nearest), radius + 2.5, radius + 2.5);
    }
    painter.setPen(QPen(colors.panel, 1.2));
    painter.setBrush(path.missed() ? colors.secondary : foundColor());
    painter.drawEllipse(place(path.found), radius + 2.6, radius + 2.6);
    LabelPlacer labels(painter, view.area);
    for (std::size_t i = 0; i < path.hops.size(); ++i)
        if (view.area.contains(place(path.hops[i].node)))
            labels.place(place(path.hops[i].node), radius + 4, QString::number(i + 1), colors.accent, true);
}

} // namespace annscope::ui
