// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/palette.h"

#include "ui/common/theme.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace annscope::ui {
namespace {

constexpr int kSeries = 8;

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c) {
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

/// A closed polygon of n corners on the circle of radius r; the first stands at angle degrees (0: right).
void addPolygon(QPainterPath& path, int n, qreal r, qreal angle, qreal inner = 0) {
    const int corners = inner > 0 ? 2 * n : n;
    for (int i = 0; i < corners; ++i) {
        const qreal a = (angle + 360.0 * i / corners) * std::numbers::pi / 180;
        const qreal radius = inner > 0 && i % 2 == 1 ? inner : r;
        const QPointF p(radius * std::cos(a), radius * std::sin(a));
        i == 0 ? path.moveTo(p) : path.lineTo(p);
    }
    path.closeSubpath();
}

} // namespace

const Palette& lightPalette() noexcept {
    static const Palette colors{.window = QColor(0xF7F8FA),
                                .panel = QColor(0xFFFFFF),
                                .line = QColor(0xDDE1E6),
                                .text = QColor(0x1B1F24),
                                .secondary = QColor(0x57606A),
                                .accent = QColor(0x0B6BCB),
                                .onAccent = QColor(0xFFFFFF),
                                .fault = QColor(0xB3261E),
                                .missed = QColor(0xD55E00),
                                .hover = QColor(0xEEF2F6),
                                .dark = false};
    return colors;
}

const Palette& darkPalette() noexcept {
    static const Palette colors{.window = QColor(0x15181C),
                                .panel = QColor(0x1C2025),
                                .line = QColor(0x333A42),
                                .text = QColor(0xE6EAEE),
                                .secondary = QColor(0x9AA4AF),
                                .accent = QColor(0x58A6FF),
                                .onAccent = QColor(0x0B1116),
                                .fault = QColor(0xFF7B72),
                                .missed = QColor(0xD55E00),
                                .hover = QColor(0x262B32),
                                .dark = true};
    return colors;
}

const Palette& palette() noexcept {
    return darkThemeInUse() ? darkPalette() : lightPalette();
}

SeriesStyle seriesStyle(int index) {
    static constexpr std::array<QRgb, kSeries> kColors{0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7,
                                                       0x56B4E9, 0xD55E00, 0x8C6BB1, 0x7F7F7F};
    static constexpr std::array kDashes{Qt::SolidLine, Qt::DashLine, Qt::DashDotLine, Qt::DotLine};
    const int i = std::max(index, 0);
    const auto color = static_cast<std::size_t>(i % kSeries);
    const auto dash = static_cast<std::size_t>(i + i / kSeries) % kDashes.size();
    return {QColor(kColors[color]), static_cast<Marker>(i % kSeries), kDashes[dash]};
}

QPainterPath markerPath(Marker marker, qreal size) {
    QPainterPath path;
    const qreal r = size / 2;
    switch (marker) {
    case Marker::Circle:
        path.addEllipse(QPointF(0, 0), r, r);
        break;
    case Marker::Square:
        path.addRect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8);
        break;
    case Marker::Triangle:
        addPolygon(path, 3, r * 1.25, -90);
        break;
    case Marker::Diamond:
        addPolygon(path, 4, r * 1.25, 0);
        break;
    case Marker::TriangleDown:
        addPolygon(path, 3, r * 1.25, 90);
        break;
    case Marker::Plus:
        path.moveTo(-r * 1.1, 0);
        path.lineTo(r * 1.1, 0);
        path.moveTo(0, -r * 1.1);
        path.lineTo(0, r * 1.1);
        break;
    case Marker::Cross:
        path.moveTo(-r * 0.9, -r * 0.9);
        path.lineTo(r * 0.9, r * 0.9);
        path.moveTo(-r * 0.9, r * 0.9);
        path.lineTo(r * 0.9, -r * 0.9);
        break;
    case Marker::Star:
        addPolygon(path, 5, r * 1.3, -90, r * 0.6);
        break;
    }
    return path;
}

void drawMarker(QPainter& painter, QPointF centre, Marker marker, const QColor& color, qreal size,
                bool hollow) {
    const bool stroke = hollow || marker == Marker::Plus || marker == Marker::Cross;
    painter.setPen(stroke ? QPen(color, 1.75, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin) : QPen(Qt::NoPen));
    painter.setBrush(stroke ? QBrush(Qt::NoBrush) : QBrush(color));
    painter.drawPath(markerPath(marker, size).translated(centre));
}

QColor cividis(double t) {
    static constexpr std::array<QRgb, 18> kAnchors{
        0x00204C, 0x002A66, 0x00346E, 0x273F6C, 0x3C4A6B, 0x4C556B, 0x5B5F6D, 0x686A70, 0x757575,
        0x838178, 0x928C78, 0xA19876, 0xB0A572, 0xC0B16D, 0xD1BF66, 0xE1CC5C, 0xF3DB4F, 0xFFE945};
    const double position = (t > 0 ? std::min(t, 1.0) : 0.0) * (kAnchors.size() - 1);
    const auto i = std::min(static_cast<std::size_t>(position), kAnchors.size() - 2);
    return mix(QColor(kAnchors[i]), QColor(kAnchors[i + 1]), position - static_cast<double>(i));
}

QColor diverging(double t) {
    const QColor grey(0xB8BDC4);
    return t < 0 ? mix(grey, QColor(0x0072B2), std::min(-t, 1.0))
                 : mix(grey, QColor(0xE69F00), std::min(std::max(t, 0.0), 1.0));
}

QColor mix(const QColor& a, const QColor& b, double t) {
    const auto channel = [t](float x, float y) { return x + (y - x) * static_cast<float>(t); };
    return QColor::fromRgbF(channel(a.redF(), b.redF()), channel(a.greenF(), b.greenF()),
                            channel(a.blueF(), b.blueF()), channel(a.alphaF(), b.alphaF()));
}

QColor withAlpha(QColor color, double alpha) {
    color.setAlphaF(static_cast<float>(std::clamp(alpha, 0.0, 1.0)));
    return color;
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace annscope::ui
