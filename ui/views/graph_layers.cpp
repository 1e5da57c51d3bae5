// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/graph_layers.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/edge_layer.h"
#include "ui/views/geometry/raster.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <functional>

namespace annscope::ui {

namespace {

void drawConsidered(const PathPicture& picture, const ViewTransform& view,
                    const std::function<void(const Point2&, double, const QColor&)>& disc, double radius) {
    const Palette& colors = palette();
    const QColor rejected = mix(colors.panel, colors.secondary, 0.75);
    const QColor kept = mix(colors.panel, colors.accent, 0.65);
    const std::size_t count = picture.path.consideredUpTo(picture.step);
    const Box box = view.visible();
    for (const bool wanted : {false, true})
        for (std::size_t i = 0; i < count; ++i) {
            const Considered& c = picture.path.considered[i];
            const Point2& p = picture.points.base[static_cast<std::size_t>(c.id)];
            if (c.kept == wanted && box.contains(p[0], p[1]))
                disc(p, radius, wanted ? kept : rejected);
        }
}

struct LegendEntry {
    QString text;
    QColor color;
    enum Mark { Disc, Hollow, Ring, Cross, Dash } mark;
};

void drawLegendMark(QPainter& painter, const LegendEntry& entry, QPointF at) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(entry.color);
    switch (entry.mark) {
    case LegendEntry::Disc:
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
    }
}

constexpr double kLine = 17, kPad = 8, kWidth = 178, kScale = 36;

std::vector<LegendEntry> legendEntries(const GraphScene& scene, bool path) {
    const Palette& colors = palette();
    std::vector<LegendEntry> entries;
    entries.push_back({QObject::tr("medoid, the entry point"), colors.text, LegendEntry::Ring});
    if (!path)
        return entries;
    entries.push_back({QObject::tr("query"), colors.text, LegendEntry::Cross});
    entries.push_back({QObject::tr("expanded, by hop"), colors.accent, LegendEntry::Disc});
    entries.push_back(
        {QObject::tr("considered and kept"), mix(colors.panel, colors.accent, 0.65), LegendEntry::Disc});
    entries.push_back({QObject::tr("found true neighbour"), foundColor(), LegendEntry::Disc});
    entries.push_back({QObject::tr("missed true neighbour"), colors.missed, LegendEntry::Hollow});
    if (!scene.points.projected())
        entries.push_back({QObject::tr("true k-th distance"), foundColor(), LegendEntry::Dash});
    return entries;
}

} // namespace

QSizeF legendSize(const GraphScene& scene, bool path) {
    return {kWidth, 2 * kPad + kScale + kLine * static_cast<double>(legendEntries(scene, path).size())};
}

double nodeRadius(const GraphScene& scene, const ViewTransform& view) noexcept {
    const Box& box = scene.points.bounds;
    const double area = std::max(box.width() * box.height(), 1e-300) * view.scale * view.scale;
    const double spacing =
        std::sqrt(area / std::max<double>(1, static_cast<double>(scene.points.base.size())));
    return std::clamp(spacing * 0.14, 1.0, 3.0);
}

QImage renderNodes(const GraphScene& scene, const ViewTransform& view, qreal ratio, bool showQueries,
                   const PathPicture* path) {
    QImage image((view.area.size() * ratio).toSize().expandedTo(QSize(1, 1)),
                 QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const Palette& colors = palette();
    const double radius = nodeRadius(scene, view);
    const auto disc = [&](const Point2& p, double r, const QColor& color) {
        const QPointF at = (view.toScreen(p) - view.area.topLeft()) * ratio;
        stampDisc(reinterpret_cast<std::uint32_t*>(image.bits()), image.width(), image.height(),
                  static_cast<std::size_t>(image.bytesPerLine()) / 4, static_cast<float>(at.x()),
                  static_cast<float>(at.y()), static_cast<float>(r * ratio), qPremultiply(color.rgba()));
    };
    const Box box = view.visible();
    // In a crowd nodes would make one black patch: they are drawn fainter there.
    const double strength = (radius - 1) / 2;
    const QColor node = path
                            ? mix(colors.panel, colors.secondary, 0.55)
                            : withAlpha(mix(colors.secondary, colors.text, strength), 0.55 + 0.45 * strength);
    scene.nodeGrid.visit(box, [&](std::uint32_t, const Point2& p) { disc(p, radius, node); });
    if (showQueries)
        scene.queryGrid.visit(box, [&](std::uint32_t, const Point2& p) {
            disc(p, radius + 1.6, colors.panel);
            disc(p, radius + 0.8, seriesStyle(1).color);
        });
    if (path)
        drawConsidered(*path, view, disc, radius + 0.5);
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

void drawHoveredNode(QPainter& painter, const GraphScene& scene, std::uint32_t node,
                     const ViewTransform& view) {
    const Palette& colors = palette();
    const double radius = nodeRadius(scene, view);
    const QPointF at = view.toScreen(scene.points.base[node]);
    painter.setPen(QPen(withAlpha(colors.text, 0.8), 1.2));
    painter.setBrush(colors.text);
    for (const std::uint32_t to : scene.graph().neighbors(node))
        drawArrow(painter, at, view.toScreen(scene.points.base[to]), radius, 7);
    painter.setPen(QPen(colors.panel, 1.5));
    painter.setBrush(colors.text);
    painter.drawEllipse(at, radius + 2.5, radius + 2.5);
}

QPointF placeOfLegend(const GraphScene& scene, const ViewTransform& view, bool path) {
    const QSizeF size = legendSize(scene, path);
    const QRectF inner = view.area.adjusted(10, 10, -10, -10);
    const QPointF corners[] = {{inner.left(), inner.bottom() - size.height()},
                               {inner.right() - size.width(), inner.bottom() - size.height()},
                               {inner.right() - size.width(), inner.top()},
                               {inner.left(), inner.top() + (scene.points.projected() ? 30 : 0)}};
    QPointF best = corners[0];
    std::size_t fewest = scene.points.base.size() + 1;
    for (const QPointF& corner : corners) {
        const QPointF low = view.toData(corner + QPointF(0, size.height())),
                      high = view.toData(corner + QPointF(size.width(), 0));
        std::size_t covered = 0;
        scene.nodeGrid.visit({low.x(), low.y(), high.x(), high.y()},
                             [&](std::uint32_t, const Point2&) { ++covered; });
        if (covered < fewest) {
            fewest = covered;
            best = corner;
        }
    }
    return best;
}

void drawGraphLegend(QPainter& painter, const GraphScene& scene, QPointF topLeft, bool path) {
    const Palette& colors = palette();
    const std::vector<LegendEntry> entries = legendEntries(scene, path);
    const QRectF box(topLeft, legendSize(scene, path));
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
                         style.colors[static_cast<std::size_t>(t * (GraphScene::kShades - 1))]);
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
                         Qt::AlignLeft | Qt::AlignVCenter, entry.text);
        y += kLine;
    }
}

} // namespace annscope::ui
