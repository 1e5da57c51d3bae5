// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/alpha_prune_layer.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/views/edge_layer.h"
#include "ui/views/geometry/occlusion.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kStraight = 20000; ///< px: the rim of a larger disc is drawn as a line
constexpr double kShade = 0.13;

QPainterPath halfPlane(QPointF edge, QPointF into, const QRectF& area) {
    const double far = 4 * (area.width() + area.height()) +
                       std::hypot(edge.x() - area.center().x(), edge.y() - area.center().y());
    const QPointF along(-into.y(), into.x());
    QPainterPath path;
    path.addPolygon(QPolygonF({edge + along * far, edge - along * far, edge - along * far + into * far,
                               edge + along * far + into * far}));
    path.closeSubpath();
    return path;
}

/// Where k rules out, in pixels.
QPainterPath regionOf(const PruneScene& scene, std::uint32_t k, const ViewTransform& view) {
    const Occlusion o = Occlusion::of(scene.points[scene.node], scene.points[k], double(scene.pruning.alpha));
    const QPointF into(o.dx, -o.dy);
    if (!o.disc)
        return halfPlane(view.toScreen(o.x, o.y), into, view.area);
    const double radius = o.radius * view.scale;
    if (radius > kStraight)
        return halfPlane(view.toScreen(o.x, o.y) - into * radius, into, view.area);
    QPainterPath path;
    path.addEllipse(view.toScreen(o.x, o.y), radius, radius);
    return path;
}

/// All regions in one even tint: what lies in two is ruled out no more than what lies in one.
void shadeRegions(QPainter& painter, const PruneScene& scene, const ViewTransform& view) {
    const Palette& colors = palette();
    const PruneStep* current = scene.current();
    const qreal ratio = painter.device()->devicePixelRatioF();
    QImage mask((view.area.size() * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    if (mask.isNull())
        return;
    mask.setDevicePixelRatio(ratio);
    mask.fill(Qt::transparent);
    QPainter tint(&mask);
    tint.setRenderHint(QPainter::Antialiasing);
    tint.translate(-view.area.topLeft());
    std::vector<std::pair<QPainterPath, bool>> rims;
    for (std::size_t i = 0; i < scene.step && i < scene.pruning.trace.steps.size(); ++i) {
        const PruneStep& step = scene.pruning.trace.steps[i];
        if (step.verdict != PruneVerdict::Kept || step.node.distance == 0)
            continue;
        const QPainterPath region = regionOf(scene, step.node.id, view);
        tint.fillPath(region, colors.accent);
        rims.emplace_back(region, current && (current->by == step.node.id || current == &step));
    }
    tint.end();
    painter.setOpacity(kShade);
    painter.drawImage(view.area.topLeft(), mask);
    painter.setOpacity(1);
    painter.setBrush(Qt::NoBrush);
    for (const auto& [rim, strong] : rims) {
        painter.setPen(strong ? QPen(colors.accent, 1.6) : QPen(withAlpha(colors.accent, 0.35), 1));
        painter.drawPath(rim);
    }
}

void drawCandidate(QPainter& painter, const PruneStep& step, bool looked, bool current, QPointF at,
                   double radius) {
    const Palette& colors = palette();
    painter.setPen(QPen(colors.secondary, 1.2));
    painter.setBrush(colors.panel);
    if (!looked) {
        painter.drawEllipse(at, radius + 0.8, radius + 0.8);
    } else if (step.verdict == PruneVerdict::Kept) {
        painter.setPen(QPen(colors.panel, 1.2));
        painter.setBrush(foundColor());
        painter.drawEllipse(at, radius + 2.4, radius + 2.4);
    } else {
        const double r = radius + (current ? 1.6 : 0.4);
        painter.setPen(current ? QPen(colors.missed, 2.2, Qt::SolidLine, Qt::RoundCap)
                               : QPen(colors.secondary, 1.4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(at - QPointF(r, r), at + QPointF(r, r));
        painter.drawLine(at - QPointF(r, -r), at + QPointF(r, -r));
    }
}

/// A line with its length beside its middle.
void drawDistance(QPainter& painter, LabelPlacer& labels, QPointF a, QPointF b, double distance,
                  const QPen& pen, const QString& name) {
    painter.setPen(pen);
    painter.drawLine(a, b);
    const double length = std::hypot(b.x() - a.x(), b.y() - a.y());
    if (length > 34)
        labels.place((a + b) * 0.5, 6, QStringLiteral("%1 %2").arg(name, formatNumber(distance)), pen.color(),
                     true);
}

void drawCurrent(QPainter& painter, const PruneScene& scene, const ViewTransform& view, double radius) {
    const Palette& colors = palette();
    const PruneStep* current = scene.current();
    if (!current)
        return;
    LabelPlacer labels(painter, view.area);
    const QPointF p = view.toScreen(scene.points[scene.node]),
                  c = view.toScreen(scene.points[current->node.id]);
    drawDistance(painter, labels, p, c, std::sqrt(double(current->node.distance)), QPen(colors.text, 1.4),
                 QObject::tr("d(p, c)"));
    if (current->verdict == PruneVerdict::RuledOut)
        drawDistance(painter, labels, view.toScreen(scene.points[current->by]), c,
                     std::sqrt(double(current->between)), QPen(colors.missed, 1.8), QObject::tr("d(k, c)"));
    painter.setPen(QPen(colors.text, 1.8));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(c, radius + 6, radius + 6);
    labels.place(c, radius + 8, QObject::tr("c = %1").arg(current->node.id), colors.text, true);
    if (current->verdict == PruneVerdict::RuledOut)
        labels.place(view.toScreen(scene.points[current->by]), radius + 5,
                     QObject::tr("k = %1").arg(current->by), colors.text, true);
    labels.place(p, radius + 7, QObject::tr("p = %1").arg(scene.node), colors.text, true);
}

} // namespace

void drawPruning(QPainter& painter, const PruneScene& scene, const ViewTransform& view, double radius) {
    const Palette& colors = palette();
    const auto& steps = scene.pruning.trace.steps;
    const std::size_t looked = std::min(scene.step, steps.size());
    shadeRegions(painter, scene, view);
    const QPointF p = view.toScreen(scene.points[scene.node]);
    for (std::size_t i = 0; i < looked; ++i) {
        const PruneStep& step = steps[i];
        const QPointF c = view.toScreen(scene.points[step.node.id]);
        if (step.verdict == PruneVerdict::Kept) {
            painter.setPen(QPen(foundColor(), 2));
            painter.setBrush(foundColor());
            drawArrow(painter, p, c, radius + 3, 9);
        } else if (step.verdict == PruneVerdict::RuledOut) {
            painter.setPen(QPen(withAlpha(colors.secondary, 0.8), 1, Qt::DotLine));
            painter.drawLine(view.toScreen(scene.points[step.by]), c);
        }
    }
    for (std::size_t i = steps.size(); i > 0; --i)
        drawCandidate(painter, steps[i - 1], i - 1 < looked, i == scene.step,
                      view.toScreen(scene.points[steps[i - 1].node.id]), radius);
    painter.setPen(QPen(colors.panel, 1.5));
    painter.setBrush(colors.text);
    painter.drawEllipse(p, radius + 3, radius + 3);
    drawCurrent(painter, scene, view, radius);
}

} // namespace annscope::ui
