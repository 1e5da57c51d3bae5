// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/curve_painter.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/run_card.h"

#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kMarker = 7, kRing = 15;

/// Half-pixel positions keep one-pixel lines sharp.
double sharp(double value) {
    return std::floor(value) + 0.5;
}

SeriesStyle styleOf(const CurveScene& scene, const CurvePoint& point) {
    return seriesStyle(scene.content.series[point.series].style);
}

const CurvePoint* find(const CurveScene& scene, qint64 run) {
    const auto found = std::ranges::find(scene.content.points, run, &CurvePoint::run);
    return run < 0 || found == scene.content.points.end() ? nullptr : &*found;
}

bool isVisible(const CurveScene& scene, QPointF pixel) {
    return scene.mapping.plot.adjusted(-6, -6, 6, 6).contains(pixel);
}

/// A value on an axis, in a box that hides the tick labels below it.
void paintBadge(QPainter& painter, QRectF box, const QString& text) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().text);
    painter.drawRoundedRect(box, 3, 3);
    painter.setPen(palette().panel);
    painter.setFont(chartFont(kSmallText));
    painter.drawText(box, Qt::AlignCenter, text);
}

/// While it is drawn.
void paintRubberBand(QPainter& painter, const CurveScene& scene) {
    painter.setPen(QPen(palette().accent, 1));
    painter.setBrush(withAlpha(palette().accent, 0.12));
    const QRectF plot = scene.mapping.plot, band = scene.rubberBand.intersected(plot);
    painter.drawRect(
        QRectF(sharp(band.left()), sharp(band.top()), std::floor(band.width()), std::floor(band.height())));
    if (scene.brushText.isEmpty())
        return;
    const double width = QFontMetricsF(chartFont(kSmallText)).horizontalAdvance(scene.brushText) + 12;
    const double left = std::clamp(band.left(), plot.left(), std::max(plot.left(), plot.right() - width));
    const double top = band.top() - 21 < plot.top() ? band.bottom() + 4 : band.top() - 21;
    paintBadge(painter, {left, top, width, 17}, scene.brushText);
}

QString recallAt(const CurveScene& scene, double position) {
    const RecallAxis& axis = scene.content.axis;
    const double recall = std::clamp(axis.fromAxis(position), 0.0, 1.0);
    if (axis.scale() == RecallScale::MissLog)
        return formatNumber(1 - recall);
    // Four digits where a pixel stands for less than a thousandth.
    const double next = axis.fromAxis(position + scene.mapping.view.width() / scene.mapping.plot.width());
    return next - recall < 0.0004 ? numberLocale().toString(recall, 'f', 4) : formatRecall(recall);
}

void paintCrosshair(QPainter& painter, const CurveScene& scene, QPointF at) {
    const QRectF plot = scene.mapping.plot;
    painter.setPen(QPen(withAlpha(palette().text, 0.55), 1, Qt::DotLine));
    painter.drawLine(QPointF(sharp(at.x()), plot.top()), QPointF(sharp(at.x()), plot.bottom()));
    painter.drawLine(QPointF(plot.left(), sharp(at.y())), QPointF(plot.right(), sharp(at.y())));
    const QPointF value = scene.mapping.fromPixel(at);
    const QFontMetricsF metrics(chartFont(kSmallText));
    const QString x = recallAt(scene, value.x()), y = formatQps(std::pow(10.0, value.y()));
    const double wide = metrics.horizontalAdvance(x) + 10, wideY = metrics.horizontalAdvance(y) + 10;
    paintBadge(painter, QRectF(at.x() - wide / 2, plot.bottom() + 4, wide, 17), x);
    const double left = std::max(2.0, plot.left() - 4 - wideY);
    paintBadge(painter, QRectF(left, at.y() - 8.5, wideY, 17), y);
}

void paintRing(QPainter& painter, QPointF at, const QColor& color, double width, double size) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().panel, width + 2));
    painter.drawEllipse(at, size / 2, size / 2);
    painter.setPen(QPen(color, width));
    painter.drawEllipse(at, size / 2, size / 2);
}

} // namespace

QFont chartFont(int pixels, bool strong) {
    QFont font = QGuiApplication::font();
    font.setPixelSize(pixels);
    if (strong)
        font.setWeight(QFont::DemiBold);
    return font;
}

QList<AxisTick> xTicks(const CurveScene& scene) {
    const ViewRange& view = scene.mapping.view;
    return scene.content.axis.ticks(view.x0, view.x1, int(scene.mapping.plot.width() / 64));
}

QList<AxisTick> yTicks(const CurveScene& scene) {
    const ViewRange& view = scene.mapping.view;
    return logTicks(view.y0, view.y1, int(scene.mapping.plot.height() / 28));
}

void paintTitle(QPainter& painter, const CurveScene& scene) {
    if (scene.title.isEmpty())
        return;
    painter.setPen(palette().text);
    painter.setFont(chartFont(kHeading, true));
    painter.drawText(QRectF(12, 12, scene.bounds.width() - 32, 22), Qt::AlignLeft | Qt::AlignVCenter,
                     scene.title);
    painter.setPen(palette().secondary);
    painter.setFont(chartFont(kText));
    painter.drawText(QRectF(12, 34, scene.bounds.width() - 32, 20), Qt::AlignLeft | Qt::AlignVCenter,
                     scene.subtitle);
}

void paintAxes(QPainter& painter, const CurveScene& scene) {
    const Palette& colors = palette();
    const QRectF plot = scene.mapping.plot;
    const QPen major(colors.line, 1), minor(withAlpha(colors.line, 0.4), 1);
    painter.setFont(chartFont(kSmallText));
    for (const AxisTick& tick : xTicks(scene)) {
        const double x = sharp(scene.mapping.toPixel({tick.position, 0}).x());
        painter.setPen(tick.major() ? major : minor);
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(x - 50, plot.bottom() + 5, 100, 16), Qt::AlignHCenter | Qt::AlignVCenter,
                         tick.label);
    }
    for (const AxisTick& tick : yTicks(scene)) {
        const double y = sharp(scene.mapping.toPixel({0, tick.position}).y());
        painter.setPen(tick.major() ? major : minor);
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(0, y - 8, plot.left() - 8, 16), Qt::AlignRight | Qt::AlignVCenter,
                         tick.label);
    }
    painter.setPen(colors.secondary);
    painter.setFont(chartFont(kText));
    const double top = plot.top() - (scene.legend ? 68 : 28);
    // Pictures have no buttons; between buttons the short form stands where the long one does not fit.
    const double room = scene.bounds.width() - 12 - (scene.title.isEmpty() ? scene.controls : 0);
    const QFontMetricsF metrics(painter.font());
    QString title = scene.content.yTitle();
    if (metrics.horizontalAdvance(title) > room)
        title = metrics.elidedText(scene.content.shortYTitle(), Qt::ElideRight, room);
    painter.drawText(QRectF(12, top, room, 18), Qt::AlignLeft | Qt::AlignVCenter, title);
    painter.drawText(QRectF(plot.left(), plot.bottom() + 23, plot.width(), 18),
                     Qt::AlignRight | Qt::AlignVCenter, scene.content.xTitle());
}

void paintSelection(QPainter& painter, const CurveScene& scene) {
    if (const CurvePoint* hovered = find(scene, scene.hovered)) {
        const QPointF at = scene.mapping.toPixel(hovered->position);
        if (isVisible(scene, at)) {
            if (!scene.cardShown)
                paintCrosshair(painter, scene, at);
            paintRing(painter, at, palette().text, 1.25, kRing);
        }
    }
    if (const CurvePoint* selected = find(scene, scene.selected)) {
        const QPointF at = scene.mapping.toPixel(selected->position);
        if (!isVisible(scene, at))
            return;
        const SeriesStyle style = styleOf(scene, *selected);
        paintRing(painter, at, palette().accent, 2.25, kRing);
        drawMarker(painter, at, style.marker, style.color, kMarker + 1);
    }
}

void paintLive(QPainter& painter, const CurveScene& scene) {
    if (!scene.live)
        return;
    const LiveEstimate& live = *scene.live;
    const RecallAxis& axis = scene.content.axis;
    const QPointF at = scene.mapping.toPixel(scene.content.position(live.point));
    const QRectF plot = scene.mapping.plot;
    const auto xOf = [&](double recall) {
        const double x = scene.mapping.toPixel({axis.toAxis(std::clamp(recall, 0.0, 1.0)), 0}).x();
        return std::clamp(x, plot.left(), plot.right());
    };
    if (!isVisible(scene, at))
        return;
    const double left = xOf(live.point.recall - live.recallMargin);
    const double right = xOf(live.point.recall + live.recallMargin);
    painter.setPen(QPen(palette().accent, 1.5, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QPointF(left, at.y()), QPointF(right, at.y()));
    for (const double x : {left, right})
        painter.drawLine(QPointF(x, at.y() - 4), QPointF(x, at.y() + 4));
    const SeriesStyle style = seriesStyle(live.index ? live.index->series : 0);
    painter.setPen(QPen(palette().panel, 1.5));
    painter.setBrush(palette().accent);
    painter.drawEllipse(at, 7.5, 7.5);
    drawMarker(painter, at, style.marker, palette().onAccent, kMarker - 1);
    if (!live.complete() && live.total > 0) {
        // How much of the workload stands behind it.
        const double share = double(live.point.queries) / double(live.total);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(withAlpha(palette().accent, 0.35), 3));
        painter.drawArc(QRectF(at.x() - 12, at.y() - 12, 24, 24), 90 * 16, int(-share * 360 * 16));
    }
}

void paintPointer(QPainter& painter, const CurveScene& scene) {
    if (scene.focusRing) {
        painter.setPen(QPen(palette().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(scene.mapping.plot.adjusted(-0.5, -0.5, 0.5, 0.5), 4, 4);
    }
    if (!scene.rubberBand.isNull())
        return paintRubberBand(painter, scene);
    if (!scene.pointerInside)
        return;
    const CurvePoint* hovered = find(scene, scene.hovered);
    if (!hovered || !scene.cardShown || !scene.hoveredRun) {
        paintCrosshair(painter, scene, scene.pointer);
        return;
    }
    const QPointF at = scene.mapping.toPixel(hovered->position);
    paintCrosshair(painter, scene, at);
    paintRing(painter, at, palette().text, 1.25, kRing);
    const SeriesStyle style = styleOf(scene, *hovered);
    drawMarker(painter, at, style.marker, style.color, kMarker + 2);
    const Card card = runCard(*scene.hoveredRun);
    paintCard(painter, card, cardPlace(at, cardSize(card), scene.bounds.adjusted(4, 4, -4, -4)));
}

} // namespace annscope::ui
