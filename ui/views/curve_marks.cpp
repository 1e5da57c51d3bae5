// SPDX-License-Identifier: GPL-3.0-or-later
// The markers of the curve, the recall line and the brushed rectangle.
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/curve_painter.h"
#include "ui/views/paint_text.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPixmap>

#include <cmath>
#include <map>
#include <tuple>

namespace annscope::ui {
namespace {

constexpr double kMarker = 7;
constexpr double kDominated = 0.35, kDimmed = 0.12;
constexpr double kSprite = 16; ///< a marker with its halo or ring, pixels

void paintMarker(QPainter& painter, QPointF at, const CurvePoint& point, const SeriesStyle& style) {
    if (point.dimmed) {
        drawMarker(painter, at, style.marker, withAlpha(style.color, kDimmed), kMarker);
    } else if (!point.front) {
        drawMarker(painter, at, style.marker, withAlpha(style.color, kDominated), kMarker);
    } else {
        drawMarker(painter, at, style.marker, palette().panel, kMarker + 3);
        drawMarker(painter, at, style.marker, style.color, kMarker);
    }
    if (point.pinned) {
        painter.setPen(QPen(palette().text, 1.25));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at, kMarker * 0.9, kMarker * 0.9);
    }
}

/// The few different markers of a picture, painted once: 10,000 antialiased paths take 12 ms, 10,000 copies
/// 3 ms.
class Sprites {
public:
    explicit Sprites(const QPainter& painter) : m_ratio(painter.device()->devicePixelRatioF()) {}

    const QPixmap& of(const CurvePoint& point, int style) {
        QPixmap& sprite = m_made[{style, point.front, point.dimmed, point.pinned}];
        if (sprite.isNull()) {
            sprite = QPixmap(QSize(int(kSprite), int(kSprite)) * m_ratio);
            sprite.setDevicePixelRatio(m_ratio);
            sprite.fill(Qt::transparent);
            QPainter painter(&sprite);
            painter.setRenderHint(QPainter::Antialiasing);
            paintMarker(painter, {kSprite / 2, kSprite / 2}, point, seriesStyle(style));
        }
        return sprite;
    }

private:
    double m_ratio;
    std::map<std::tuple<int, bool, bool, bool>, QPixmap> m_made;
};

double sharp(double value) {
    return std::floor(value) + 0.5;
}

} // namespace

void paintMarkers(QPainter& painter, const CurveScene& scene) {
    constexpr std::size_t kFew = 500; // so few are painted where they are, to the fraction of a pixel
    const QRectF inside = scene.mapping.plot.adjusted(-6, -6, 6, 6);
    Sprites sprites(painter);
    const bool copied = !scene.vector && scene.content.points.size() > kFew;
    for (const CurvePoint& point : scene.content.points) {
        const QPointF at = scene.mapping.toPixel(point.position);
        if (!inside.contains(at))
            continue;
        const int style = scene.content.series[point.series].style;
        if (copied)
            painter.drawPixmap(at - QPointF(kSprite / 2, kSprite / 2), sprites.of(point, style));
        else
            paintMarker(painter, at, point, seriesStyle(style));
    }
}

void paintFilterNote(QPainter& painter, const CurveScene& scene) {
    if (scene.filterNote.isEmpty())
        return;
    setTextSize(painter, kSmallText);
    const QRectF plot = scene.mapping.plot;
    drawHaloText(painter, plot.bottomLeft() + QPointF(6, -7), scene.filterNote, palette().accent);
}

std::optional<double> targetPixel(const CurveScene& scene) {
    if (scene.targetRecall <= 0)
        return std::nullopt;
    const QRectF plot = scene.mapping.plot;
    const double x = scene.mapping.toPixel({scene.content.axis.toAxis(scene.targetRecall), 0}).x();
    return x < plot.left() - 0.5 || x > plot.right() + 0.5 ? std::nullopt : std::optional(sharp(x));
}

void paintTarget(QPainter& painter, const CurveScene& scene) {
    const auto x = targetPixel(scene);
    if (!x)
        return;
    const QRectF plot = scene.mapping.plot;
    const Palette& colors = palette();
    painter.setPen(QPen(withAlpha(colors.accent, scene.targetHot ? 1 : 0.8), scene.targetHot ? 2 : 1,
                        scene.targetHot ? Qt::SolidLine : Qt::DashLine));
    painter.drawLine(QPointF(*x, plot.top()), QPointF(*x, plot.bottom()));
    constexpr double kHalf = 5, kHigh = 7;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.accent);
    painter.drawPolygon(QPolygonF{
        {*x - kHalf, plot.top() - kHigh + 1}, {*x + kHalf, plot.top() - kHigh + 1}, {*x, plot.top() + 1}});
    painter.setFont(chartFont(kSmallText, scene.targetHot));
    const QString text = QStringLiteral("≥ ") + formatParameter(scene.targetRecall);
    const double wide = QFontMetricsF(painter.font()).horizontalAdvance(text);
    const bool left = *x + wide + 12 > plot.right();
    const QRectF label(left ? *x - wide - 11 : *x + 1, plot.bottom() - 19, wide + 10, 17);
    if (scene.targetHot) {
        painter.drawRoundedRect(label.translated(left ? -2 : 2, 0), 3, 3);
        painter.setPen(colors.onAccent);
    } else {
        painter.setPen(colors.accent);
    }
    painter.drawText(label.translated(left ? -2 : 2, 0), Qt::AlignCenter, text);
}

void paintBrush(QPainter& painter, const CurveScene& scene) {
    if (scene.brush.isNull())
        return;
    const QRectF box =
        QRectF(scene.mapping.toPixel(scene.brush.topLeft()), scene.mapping.toPixel(scene.brush.bottomRight()))
            .normalized()
            .intersected(scene.mapping.plot);
    if (box.isEmpty())
        return;
    painter.setPen(QPen(withAlpha(palette().accent, 0.6), 1, Qt::DashLine));
    painter.setBrush(withAlpha(palette().accent, 0.05));
    painter.drawRect(
        QRectF(sharp(box.left()), sharp(box.top()), std::floor(box.width()), std::floor(box.height())));
}

} // namespace annscope::ui
