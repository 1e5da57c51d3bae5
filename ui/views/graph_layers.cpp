// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/graph_layers.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/edge_layer.h"
#include "ui/views/geometry/raster.h"
#include "ui/views/paint_text.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <functional>

namespace annscope::ui {

namespace {

QColor foundColor() {
    return seriesStyle(2).color;
}

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

void drawStepEdges(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    const PathStep& step = picture.path.steps[picture.step];
    if (step.kind != PathStep::Kind::Expand)
        return;
    const Palette& colors = palette();
    const QPointF from = view.toScreen(picture.points.base[static_cast<std::size_t>(step.id)]);
    for (const Considered& c : picture.path.consideredIn(picture.step)) {
        const QColor color = c.kept ? withAlpha(colors.accent, 0.8) : withAlpha(colors.secondary, 0.55);
        painter.setPen(QPen(color, c.kept ? 1.4 : 1.0));
        painter.setBrush(color);
        drawArrow(painter, from, view.toScreen(picture.points.base[static_cast<std::size_t>(c.id)]), radius,
                  c.kept ? 7 : 5);
    }
}

/// Every expanded node hangs on the one whose expansion found it: these are edges of the graph.
void drawTree(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    const QColor color = palette().accent;
    painter.setBrush(color);
    for (std::size_t s = 0; s <= picture.step; ++s) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind != PathStep::Kind::Expand || step.parent == kNoId)
            continue;
        painter.setPen(QPen(color, 1.8, Qt::SolidLine, Qt::RoundCap));
        drawArrow(painter, view.toScreen(picture.points.base[static_cast<std::size_t>(step.parent)]),
                  view.toScreen(picture.points.base[static_cast<std::size_t>(step.id)]), radius + 1.5, 8);
    }
    painter.setPen(QPen(palette().panel, 1));
    for (std::size_t s = 0; s <= picture.step; ++s) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind == PathStep::Kind::Expand)
            painter.drawEllipse(view.toScreen(picture.points.base[static_cast<std::size_t>(step.id)]),
                                radius + 1.5, radius + 1.5);
    }
}

void drawHopNumbers(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    LabelPlacer labels(painter, view.area);
    const auto label = [&](std::size_t s, bool strong) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind != PathStep::Kind::Expand)
            return;
        const QPointF at = view.toScreen(picture.points.base[static_cast<std::size_t>(step.id)]);
        if (view.area.contains(at))
            labels.place(at, radius + 3, QString::number(step.hop),
                         strong ? palette().accent : palette().text, strong);
    };
    label(picture.step, true);
    for (std::size_t s = 0; s < picture.step; ++s)
        label(s, false);
}

void drawAnswers(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    const Palette& colors = palette();
    const QPointF query = view.toScreen(picture.points.place(picture.path.query));
    for (const TrueNeighbour& t : picture.path.truth) {
        if (t.loss == Loss::None)
            continue;
        const QPointF at = view.toScreen(picture.points.base[static_cast<std::size_t>(t.id)]);
        painter.setPen(QPen(colors.missed, 1.5, Qt::DashLine));
        painter.drawLine(query, at);
        painter.setPen(QPen(colors.missed, 2));
        painter.setBrush(colors.panel);
        painter.drawEllipse(at, radius + 2, radius + 2);
    }
    for (const Answer& a : picture.path.answers) {
        const QPointF at = view.toScreen(picture.points.base[static_cast<std::size_t>(a.id)]);
        painter.setPen(QPen(colors.panel, 1.2));
        painter.setBrush(a.isTrue ? foundColor() : colors.secondary);
        painter.drawEllipse(at, radius + 2, radius + 2);
    }
}

/// In the plane the k-th true distance is a circle around the query: everything in it belongs to the answer.
void drawTrueCircle(QPainter& painter, const PathPicture& picture, const ViewTransform& view) {
    if (picture.points.projected() || picture.path.metric != Metric::L2 || picture.path.truth.empty())
        return;
    const double radius = shownDistance(Metric::L2, picture.path.truth.back().distance) * view.scale;
    if (radius < 3 || radius > 20000)
        return;
    painter.setPen(QPen(withAlpha(foundColor(), 0.9), 1.2, Qt::DashLine));
    painter.setBrush(withAlpha(foundColor(), 0.07));
    painter.drawEllipse(view.toScreen(picture.points.place(picture.path.query)), radius, radius);
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

} // namespace

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
    const QColor node = path ? mix(colors.panel, colors.secondary, 0.55) : colors.text;
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

void drawPath(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    if (picture.path.steps.empty())
        return;
    drawTrueCircle(painter, picture, view);
    drawStepEdges(painter, picture, view, radius);
    drawTree(painter, picture, view, radius);
    if (picture.last())
        drawAnswers(painter, picture, view, radius);
    const PathStep& step = picture.path.steps[picture.step];
    if (step.kind == PathStep::Kind::Expand && !picture.last()) {
        painter.setPen(QPen(palette().accent, 1.6));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(view.toScreen(picture.points.base[static_cast<std::size_t>(step.id)]),
                            radius + 5.5, radius + 5.5);
    }
    drawQueryCross(painter, view.toScreen(picture.points.place(picture.path.query)));
    drawHopNumbers(painter, picture, view, radius);
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

void drawQueryCross(QPainter& painter, QPointF at, double size) {
    const auto cross = [&](const QPen& pen) {
        painter.setPen(pen);
        painter.drawLine(at - QPointF(size, 0), at + QPointF(size, 0));
        painter.drawLine(at - QPointF(0, size), at + QPointF(0, size));
    };
    cross(QPen(palette().panel, 5, Qt::SolidLine, Qt::RoundCap));
    cross(QPen(palette().fault, 2.2, Qt::SolidLine, Qt::RoundCap));
}

void drawGraphLegend(QPainter& painter, const GraphScene& scene, const QRectF& area, bool path) {
    const Palette& colors = palette();
    std::vector<LegendEntry> entries;
    entries.push_back({QObject::tr("medoid, the entry point"), colors.text, LegendEntry::Ring});
    if (path) {
        entries.push_back({QObject::tr("query"), colors.text, LegendEntry::Cross});
        entries.push_back({QObject::tr("expanded, by hop"), colors.accent, LegendEntry::Disc});
        entries.push_back(
            {QObject::tr("considered and kept"), mix(colors.panel, colors.accent, 0.65), LegendEntry::Disc});
        entries.push_back({QObject::tr("found true neighbour"), foundColor(), LegendEntry::Disc});
        entries.push_back({QObject::tr("missed true neighbour"), colors.missed, LegendEntry::Hollow});
        if (!scene.points.projected())
            entries.push_back({QObject::tr("true k-th distance"), foundColor(), LegendEntry::Dash});
    }
    constexpr double kLine = 17, kPad = 8, kWidth = 178, kScale = 36;
    const double height = 2 * kPad + kScale + kLine * static_cast<double>(entries.size());
    const QRectF box(area.left() + 10, area.bottom() - 10 - height, kWidth, height);
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
