// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_layers.h"

#include "ui/common/palette.h"
#include "ui/views/edge_layer.h"
#include "ui/views/paint_text.h"

#include <QObject>
#include <QPainter>

#include <algorithm>

namespace annscope::ui {

namespace {

void drawStepEdges(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    const PathStep& step = picture.path.steps[picture.step];
    if (step.kind != PathStep::Kind::Expand)
        return;
    const QPointF from = picture.at(step.id, view);
    painter.setOpacity(picture.opacity(step));
    for (const Considered& c : picture.path.visits_in(picture.step)) {
        const QColor color =
            c.kept ? withAlpha(pathStyle(picture.which).color, 0.8) : withAlpha(palette().secondary, 0.55);
        painter.setPen(QPen(color, c.kept ? 1.4 : 1.0));
        painter.setBrush(color);
        drawArrow(painter, from, picture.at(c.id, view), radius, c.kept ? 7 : 5);
    }
    painter.setOpacity(1);
}

/// Every expanded node hangs on the one whose expansion found it: these are edges of the graph.
void drawTree(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    const SeriesStyle style = pathStyle(picture.which);
    painter.setBrush(style.color);
    for (std::size_t s = 0; s <= picture.step; ++s) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind != PathStep::Kind::Expand || step.parent == kNoId)
            continue;
        painter.setOpacity(picture.opacity(step));
        // Upper levels leap far with few hops: their edges are stronger.
        painter.setPen(style.pen(step.level > 0 ? 2.6 : 1.8));
        drawArrow(painter, picture.at(step.parent, view), picture.at(step.id, view), radius + 1.5, 8);
    }
    for (std::size_t s = 0; s <= picture.step; ++s) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind != PathStep::Kind::Expand)
            continue;
        painter.setOpacity(picture.opacity(step));
        const double size = 2 * (radius + 1.5);
        drawMarker(painter, picture.at(step.id, view), style.marker, palette().panel, size + 2);
        drawMarker(painter, picture.at(step.id, view), style.marker, style.color, size);
    }
    painter.setOpacity(1);
}

/// Where a search of a layered graph went down: a badge with the level it came to.
void drawDescent(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius,
                 LabelPlacer& labels) {
    const SeriesStyle style = pathStyle(picture.which);
    for (std::size_t s = 0; s <= picture.step; ++s) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind != PathStep::Kind::Start || picture.path.topLevel() == 0 || picture.opacity(step) < 1)
            continue;
        const QPointF at = picture.at(step.id, view);
        painter.setPen(QPen(style.color, 1.6));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at, radius + 4.5, radius + 4.5);
        if (view.area.contains(at))
            labels.placeBadge(at + QPointF(0, radius + 15),
                              step.level > 0 ? QObject::tr("level %1").arg(step.level) : QObject::tr("base"),
                              style.color, palette().onAccent);
    }
}

void drawHopNumbers(const PathPicture& picture, const ViewTransform& view, double radius,
                    LabelPlacer& labels) {
    const QColor now = pathTextColor(picture.which), earlier = picture.paired ? now : palette().text;
    const auto label = [&](std::size_t s, bool strong) {
        const PathStep& step = picture.path.steps[s];
        if (step.kind != PathStep::Kind::Expand || picture.opacity(step) < 1)
            return;
        const QPointF at = picture.at(step.id, view);
        if (view.area.contains(at))
            labels.place(at, radius + 3, QString::number(step.hop), strong ? now : earlier, strong);
    };
    label(picture.step, true);
    for (std::size_t s = 0; s < picture.step; ++s)
        label(s, false);
}

/// The edges and nodes of a path.
void drawWay(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    drawStepEdges(painter, picture, view, radius);
    drawTree(painter, picture, view, radius);
    const PathStep& step = picture.path.steps[picture.step];
    if (step.kind == PathStep::Kind::Expand && !picture.last()) {
        painter.setPen(QPen(pathStyle(picture.which).color, 1.6));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(picture.at(step.id, view), radius + 5.5, radius + 5.5);
    }
}

void drawMissed(QPainter& painter, const PathPicture& picture, Id id, const ViewTransform& view,
                double radius) {
    const Palette& colors = palette();
    const QPointF at = picture.at(id, view);
    painter.setPen(QPen(colors.missed, 1.5, Qt::DashLine));
    painter.drawLine(view.toScreen(picture.points.place(picture.path.query)), at);
    painter.setPen(QPen(colors.missed, 2));
    painter.setBrush(colors.panel);
    painter.drawEllipse(at, radius + 2, radius + 2);
}

bool answered(const PathPicture& picture, Id id) {
    return picture.last() &&
           std::ranges::any_of(picture.path.answers, [id](const Answer& a) { return a.id == id; });
}

/// Filled where either path has it in its answer, with a ring of each that has.
void drawPairAnswers(QPainter& painter, const std::array<PathPicture, 2>& pictures, const ViewTransform& view,
                     double radius) {
    if (pictures[0].last() && pictures[1].last())
        for (const TrueNeighbour& t : pictures[0].path.truth)
            if (!answered(pictures[0], t.id) && !answered(pictures[1], t.id) && t.loss != Loss::None)
                drawMissed(painter, pictures[0], t.id, view, radius);
    for (const PathPicture& picture : pictures) {
        if (!picture.last())
            continue;
        for (const Answer& a : picture.path.answers) {
            const QPointF at = picture.at(a.id, view);
            const double ring = radius + (picture.which == 0 ? 2.5 : 5.5);
            painter.setPen(Qt::NoPen);
            painter.setBrush(a.isTrue ? foundColor() : palette().secondary);
            painter.drawEllipse(at, radius + 2, radius + 2);
            painter.setPen(QPen(pathStyle(picture.which).color, 1.8));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(at, ring, ring);
        }
    }
}

} // namespace

QColor foundColor() {
    return seriesStyle(2).color;
}

void drawAnswers(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    for (const TrueNeighbour& t : picture.path.truth)
        if (t.loss != Loss::None)
            drawMissed(painter, picture, t.id, view, radius);
    for (const Answer& a : picture.path.answers) {
        painter.setPen(QPen(palette().panel, 1.2));
        painter.setBrush(a.isTrue ? foundColor() : palette().secondary);
        painter.drawEllipse(picture.at(a.id, view), radius + 2, radius + 2);
    }
}

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

void drawPath(QPainter& painter, const PathPicture& picture, const ViewTransform& view, double radius) {
    if (picture.path.steps.empty())
        return;
    LabelPlacer labels(painter, view.area);
    drawTrueCircle(painter, picture, view);
    drawWay(painter, picture, view, radius);
    drawDescent(painter, picture, view, radius, labels);
    if (picture.last())
        drawAnswers(painter, picture, view, radius);
    drawHopNumbers(picture, view, radius, labels);
    drawQueryCross(painter, view.toScreen(picture.points.place(picture.path.query)));
}

void drawPaths(QPainter& painter, const std::array<PathPicture, 2>& pictures, const ViewTransform& view,
               double radius) {
    LabelPlacer labels(painter, view.area);
    drawTrueCircle(painter, pictures[0], view);
    drawWay(painter, pictures[1], view, radius);
    drawWay(painter, pictures[0], view, radius);
    for (const PathPicture& picture : pictures)
        drawDescent(painter, picture, view, radius, labels);
    drawPairAnswers(painter, pictures, view, radius);
    for (const PathPicture& picture : pictures)
        drawHopNumbers(picture, view, radius, labels);
    drawQueryCross(painter, view.toScreen(pictures[0].points.place(pictures[0].path.query)));
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

} // namespace annscope::ui
