// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/graph_layers.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/edge_layer.h"
#include "ui/views/geometry/raster.h"
#include "ui/views/legend_place.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <functional>

namespace annscope::ui {

namespace {

using Disc = std::function<void(const Point2&, double, const QColor&)>;

void drawConsidered(const PathPicture& picture, const ViewTransform& view, const Disc& disc, double radius) {
    const Palette& colors = palette();
    const QColor rejected = mix(colors.panel, colors.secondary, 0.75);
    const QColor kept = mix(colors.panel, pathStyle(picture.which).color, 0.65);
    const std::span searched = picture.path.searched();
    const std::size_t count = std::min(picture.path.steps[picture.step].end, searched.size());
    const Box box = view.visible();
    for (const bool wanted : {false, true})
        for (std::size_t i = 0; i < count; ++i) {
            const Considered& c = searched[i];
            const Point2& p = picture.points.base[static_cast<std::size_t>(c.id)];
            if (c.kept == wanted && box.contains(p[0], p[1]))
                disc(p, radius, wanted ? kept : rejected);
        }
}

struct LegendEntry {
    QString text;
    QColor color;
    enum Mark { Filled, Hollow, Ring, Cross, Dash, Line, DashedLine } mark;
};

void drawLegendMark(QPainter& painter, const LegendEntry& entry, QPointF at) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(entry.color);
    switch (entry.mark) {
    case LegendEntry::Filled:
        painter.drawEllipse(at, 4, 4);
        break;
    case LegendEntry::Hollow:
    case LegendEntry::Ring:
        painter.setPen(QPen(entry.color, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at, 4, 4);
        break;
    case LegendEntry::Cross:
        drawQueryCross(painter, at, 5);
        break;
    case LegendEntry::Dash:
        painter.setPen(QPen(entry.color, 1.2, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at, 5, 5);
        break;
    case LegendEntry::Line:
    case LegendEntry::DashedLine:
        painter.setPen(
            QPen(entry.color, 2.2, entry.mark == LegendEntry::Line ? Qt::SolidLine : Qt::DashLine));
        painter.drawLine(at - QPointF(7, 0), at + QPointF(7, 0));
        break;
    }
}

constexpr double kLine = 17, kPad = 8, kWidth = 178, kScale = 36;

std::vector<LegendEntry> legendEntries(const GraphScene& scene, const LegendContent& content) {
    const Palette& colors = palette();
    std::vector<LegendEntry> entries;
    entries.push_back(
        {scene.layered() ? QObject::tr("entry point, on top") : QObject::tr("medoid, the entry point"),
         colors.text, LegendEntry::Ring});
    if (!content.path)
        return entries;
    entries.push_back({QObject::tr("query"), colors.text, LegendEntry::Cross});
    if (content.paired) {
        entries.push_back({content.names[0], pathStyle(0).color, LegendEntry::Line});
        entries.push_back({content.names[1], pathStyle(1).color, LegendEntry::DashedLine});
    } else {
        entries.push_back({QObject::tr("expanded, by hop"), colors.accent, LegendEntry::Filled});
        entries.push_back({QObject::tr("considered and kept"), mix(colors.panel, colors.accent, 0.65),
                           LegendEntry::Filled});
    }
    entries.push_back({QObject::tr("found true neighbour"), foundColor(), LegendEntry::Filled});
    entries.push_back({content.paired ? QObject::tr("missed by both") : QObject::tr("missed true neighbour"),
                       colors.missed, LegendEntry::Hollow});
    if (!scene.points.projected())
        entries.push_back({QObject::tr("true k-th distance"), foundColor(), LegendEntry::Dash});
    return entries;
}

/// Nodes of one level, each with the given radius.
void drawNodes(const GraphLevel& level, const Box& box, double radius, const QColor& color,
               const Disc& disc) {
    level.grid.visit(box, [&](std::uint32_t, const Point2& p) { disc(p, radius, color); });
}

/// In a crowd nodes would make one black patch: they are drawn fainter there.
QColor nodeColor(double radius, bool behind) {
    const Palette& colors = palette();
    const double strength = (radius - 1) / 2;
    return behind ? mix(colors.panel, colors.secondary, 0.55)
                  : withAlpha(mix(colors.secondary, colors.text, strength), 0.55 + 0.45 * strength);
}

void drawLevels(const GraphScene& scene, int level, const ViewTransform& view, bool behindPath,
                const Disc& disc) {
    const Box box = view.visible();
    const double base = nodeRadius(scene, view);
    if (!scene.layered() || level == 0)
        return drawNodes(scene.base(), box, base, nodeColor(base, behindPath), disc);
    const QColor faint = withAlpha(palette().secondary, 0.25);
    drawNodes(scene.base(), box, base, level == kAllLevels ? nodeColor(base, true) : faint, disc);
    for (std::size_t l = 1; l < scene.levels.size(); ++l) {
        if (level != kAllLevels && level != static_cast<int>(l))
            continue;
        const double radius =
            level == kAllLevels ? base + 0.7 * static_cast<double>(l) : nodeRadius(scene, view, level) + 0.5;
        if (l > 1 || level != kAllLevels)
            drawNodes(scene.levels[l], box, radius + 0.8, palette().panel, disc);
        const double strength =
            (behindPath ? 0.4 : 0.5) + 0.1 * static_cast<double>(std::min<std::size_t>(l, 3));
        drawNodes(scene.levels[l], box, radius, mix(palette().panel, palette().text, strength), disc);
    }
}

} // namespace

QSizeF legendSize(const GraphScene& scene, const LegendContent& content) {
    return {kWidth, 2 * kPad + kScale + kLine * static_cast<double>(legendEntries(scene, content).size())};
}

double nodeRadius(const GraphScene& scene, const ViewTransform& view, int level) noexcept {
    const Box& box = scene.points.bounds;
    const double area = std::max(box.width() * box.height(), 1e-300) * view.scale * view.scale;
    const double spacing =
        std::sqrt(area / std::max<double>(1, static_cast<double>(scene.level(level).nodes)));
    return std::clamp(spacing * 0.14, 1.0, 3.0);
}

QImage renderNodes(const GraphScene& scene, int level, const ViewTransform& view, qreal ratio,
                   bool showQueries, std::span<const PathPicture> paths) {
    QImage image((view.area.size() * ratio).toSize().expandedTo(QSize(1, 1)),
                 QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const double radius = nodeRadius(scene, view);
    const Disc disc = [&](const Point2& p, double r, const QColor& color) {
        const QPointF at = (view.toScreen(p) - view.area.topLeft()) * ratio;
        stampDisc(reinterpret_cast<std::uint32_t*>(image.bits()), image.width(), image.height(),
                  static_cast<std::size_t>(image.bytesPerLine()) / 4, static_cast<float>(at.x()),
                  static_cast<float>(at.y()), static_cast<float>(r * ratio), qPremultiply(color.rgba()));
    };
    drawLevels(scene, level, view, !paths.empty(), disc);
    if (showQueries)
        scene.queryGrid.visit(view.visible(), [&](std::uint32_t, const Point2& p) {
            disc(p, radius + 1.6, palette().panel);
            disc(p, radius + 0.8, seriesStyle(1).color);
        });
    for (std::size_t i = paths.size(); i-- > 0;)
        drawConsidered(paths[i], view, disc, radius + 0.5);
    return image;
}

void drawEntry(QPainter& painter, const GraphScene& scene, const ViewTransform& view) {
    const QPointF at = view.toScreen(scene.points.base[scene.entry]);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().panel, 5));
    painter.drawEllipse(at, 7, 7);
    painter.setPen(QPen(palette().text, 2));
    painter.drawEllipse(at, 7, 7);
}

std::vector<std::uint32_t> linkedFrom(const GraphScene& scene, int level, std::uint32_t row) {
    const GraphLevel& shown = scene.level(level);
    if (&shown == &scene.base() && shown.rows.empty()) {
        const auto links = scene.graph().neighbors(row);
        return {links.begin(), links.end()};
    }
    std::vector<std::uint32_t> rows;
    for (const GraphLevel::Edge& edge : shown.edges)
        if (edge.from == row)
            rows.push_back(edge.to);
    return rows;
}

void drawHoveredNode(QPainter& painter, const GraphScene& scene, int level, std::uint32_t row,
                     const ViewTransform& view) {
    const Palette& colors = palette();
    const double radius = nodeRadius(scene, view);
    const QPointF at = view.toScreen(scene.points.base[row]);
    painter.setPen(QPen(withAlpha(colors.text, 0.8), 1.2));
    painter.setBrush(colors.text);
    for (const std::uint32_t to : linkedFrom(scene, level, row))
        drawArrow(painter, at, view.toScreen(scene.points.base[to]), radius, 7);
    painter.setPen(QPen(colors.panel, 1.5));
    painter.setBrush(colors.text);
    painter.drawEllipse(at, radius + 2.5, radius + 2.5);
}

QPointF placeOfLegend(const GraphScene& scene, const ViewTransform& view, const LegendContent& content) {
    return quietestCorner(scene.base().grid, view, legendSize(scene, content),
                          scene.points.projected() ? 30 : 0);
}

void drawGraphLegend(QPainter& painter, const GraphScene& scene, QPointF topLeft,
                     const LegendContent& content) {
    const Palette& colors = palette();
    const std::vector<LegendEntry> entries = legendEntries(scene, content);
    const QRectF box(topLeft, legendSize(scene, content));
    drawCard(painter, box);

    const QString title =
        scene.pictureLengths ? QObject::tr("edge length on the picture") : QObject::tr("edge length");
    setTextSize(painter, kSmallText);
    painter.setPen(colors.secondary);
    double y = box.top() + kPad;
    painter.drawText(QRectF(box.left() + kPad, y, kWidth - 2 * kPad, 14), Qt::AlignLeft, title);
    y += 15;
    const EdgeStyle style = EdgeStyle::fromPalette(1);
    const QRectF scale(box.left() + kPad, y, kWidth - 2 * kPad, 5);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int x = 0; x < static_cast<int>(scale.width()); ++x) {
        const double t = 1 - x / scale.width();
        painter.fillRect(QRectF(scale.left() + x, scale.top(), 1, scale.height()),
                         style.colors[static_cast<std::size_t>(t * (GraphLevel::kShades - 1))]);
    }
    painter.setRenderHint(QPainter::Antialiasing);
    y += 7;
    painter.drawText(QRectF(scale.left(), y, scale.width(), 14), Qt::AlignLeft, formatNumber(scene.shortest));
    painter.drawText(QRectF(scale.left(), y, scale.width(), 14), Qt::AlignRight, formatNumber(scene.longest));
    y = box.top() + kPad + kScale;
    for (const LegendEntry& entry : entries) {
        drawLegendMark(painter, entry, {box.left() + kPad + 6, y + kLine * 0.5});
        setTextSize(painter, kSmallText);
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(box.left() + kPad + 18, y, kWidth - kPad - 20, kLine),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(entry.text, Qt::ElideMiddle,
                                                          static_cast<int>(kWidth - kPad - 22)));
        y += kLine;
    }
}

} // namespace annscope::ui
