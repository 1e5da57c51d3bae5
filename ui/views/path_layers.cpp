// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_layers.h"

#include "ui/common/palette.h"
#include "ui/views/edge_layer.h"
#include "ui/views/paint_text.h"

#include <QPainter>

namespace annscope::ui {

namespace {

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

} // namespace

QColor foundColor() {
    return seriesStyle(2).color;
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
    drawHopNumbers(painter, picture, view, radius);
    drawQueryCross(painter, view.toScreen(picture.points.place(picture.path.query)));
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
