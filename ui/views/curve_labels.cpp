// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/curve_painter.h"
#include "ui/views/label_layout.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kMark = 14; ///< marker and the space behind it
constexpr double kGap = 12;  ///< between the line's end and its name
constexpr std::size_t kMostAtEnds = 12;

double nameHeight(const QString& detail) {
    return detail.isEmpty() ? 17 : 31;
}

/// The last position of the polyline inside the plot; none where nothing of it is seen.
std::optional<QPointF> visibleEnd(const CurveScene& scene, const CurveSeries& series) {
    const QRectF plot = scene.mapping.plot.adjusted(-1, -1, 1, 1);
    std::optional<QPointF> end, previous;
    for (const std::size_t i : series.front) {
        const QPointF at = scene.mapping.toPixel(scene.content.points[i].position);
        if (plot.contains(at)) {
            end = at;
        } else if (previous && plot.contains(*previous)) {
            QPointF inside = *previous, outside = at;
            for (int step = 0; step < 24; ++step) {
                const QPointF middle = (inside + outside) / 2;
                (plot.contains(middle) ? inside : outside) = middle;
            }
            end = inside;
        }
        previous = at;
    }
    return end;
}

SeriesLabel measured(const CurveScene& scene, std::size_t index, double limit) {
    const CurveSeries& series = scene.content.series[index];
    const QFontMetricsF strong(chartFont(kText, true)), small(chartFont(kSmallText));
    SeriesLabel label;
    label.series = index;
    label.name = strong.elidedText(series.name, Qt::ElideMiddle, limit - kMark);
    label.detail = small.elidedText(series.detail, Qt::ElideRight, limit - kMark);
    const double width =
        std::max(strong.horizontalAdvance(label.name), small.horizontalAdvance(label.detail));
    label.box = QRectF(0, 0, kMark + std::ceil(width) + 2, nameHeight(label.detail));
    return label;
}

bool placeAtEnds(CurveScene& scene) {
    const CurveMapping& mapping = scene.mapping;
    const double limit = scene.bounds.right() - mapping.plot.right() - kGap - 4;
    if (scene.content.series.size() > kMostAtEnds || limit < 60)
        return false;
    std::vector<SeriesLabel> labels;
    std::vector<QRectF> boxes;
    for (std::size_t i = 0; i < scene.content.series.size(); ++i) {
        const auto end = visibleEnd(scene, scene.content.series[i]);
        if (!end)
            continue;
        SeriesLabel label = measured(scene, i, limit);
        label.end = *end;
        label.box.moveTopLeft({end->x() + kGap, end->y() - 9});
        boxes.push_back(label.box);
        labels.push_back(std::move(label));
    }
    if (!spreadVertically(boxes, mapping.plot.top(), mapping.plot.bottom()))
        return false;
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i].box = boxes[i];
    scene.labels = std::move(labels);
    return true;
}

} // namespace

double labelColumn(const CurveScene& scene, double limit) {
    double width = 0;
    for (std::size_t i = 0; i < scene.content.series.size(); ++i)
        width = std::max(width, measured(scene, i, limit).box.width());
    return width == 0 ? 0 : std::min(width, limit) + kGap + 4;
}

void placeLabels(CurveScene& scene) {
    scene.labels.clear();
    if (!scene.legend && placeAtEnds(scene))
        return;
    scene.legend = !scene.content.series.empty();
    // In a row above the plot, wrapped; what finds no room there is told by hovering.
    const QRectF plot = scene.mapping.plot;
    double x = plot.left(), y = 0;
    const double firstRow = plot.top() - 24;
    for (std::size_t i = 0; i < scene.content.series.size(); ++i) {
        SeriesLabel label = measured(scene, i, std::max(80.0, plot.width() / 2 - 16));
        label.detail.clear();
        label.box.setHeight(nameHeight({}));
        if (x + label.box.width() > scene.bounds.right() - 8 && x > plot.left()) {
            x = plot.left();
            y += 18;
        }
        if (y > 18)
            break;
        label.box.moveTopLeft({x, firstRow + y - 18});
        label.end = label.box.topLeft();
        x += label.box.width() + 16;
        scene.labels.push_back(std::move(label));
    }
}

CurveMargins curveMargins(const CurveScene& scene, bool labelsOnTheRight) {
    CurveMargins margins;
    const QFontMetricsF small(chartFont(kSmallText));
    double widest = small.horizontalAdvance(QStringLiteral("500k"));
    for (const AxisTick& tick : logTicks(scene.mapping.view.y0, scene.mapping.view.y1, 12))
        widest = std::max(widest, small.horizontalAdvance(tick.label));
    margins.left = std::ceil(widest) + 8 + 12;
    margins.top = (scene.title.isEmpty() ? 34 : 84) + (labelsOnTheRight ? 0 : 40);
    margins.bottom = 48;
    margins.right =
        labelsOnTheRight ? std::max(20.0, labelColumn(scene, scene.bounds.width() * 0.28) + 8) : 20;
    return margins;
}

void paintLabels(QPainter& painter, const CurveScene& scene) {
    const Palette& colors = palette();
    for (const SeriesLabel& label : scene.labels) {
        const SeriesStyle style = seriesStyle(scene.content.series[label.series].style);
        const QPointF mark(label.box.left() + 5, label.box.top() + 9);
        // Right beside its line a name needs no mark of its own.
        const bool beside = !scene.legend && std::abs(mark.y() - label.end.y()) <= 5;
        if (!scene.legend) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(withAlpha(colors.panel, 0.8));
            painter.drawRoundedRect(label.box.adjusted(-3, 0, beside ? -kMark : 1, 0), 3, 3);
            if (!beside) {
                painter.setPen(QPen(withAlpha(style.color, 0.6), 1));
                painter.drawLine(label.end + QPointF(5, 0), mark - QPointF(7, 0));
            }
        }
        if (!beside)
            drawMarker(painter, mark, style.marker, style.color, 8);
        painter.setFont(chartFont(kText, true));
        painter.setPen(colors.text);
        const QRectF line(label.box.left() + (beside ? 0 : kMark), label.box.top(), label.box.width(), 18);
        painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, label.name);
        painter.setFont(chartFont(kSmallText));
        painter.setPen(colors.secondary);
        painter.drawText(line.translated(0, 14), Qt::AlignVCenter | Qt::AlignLeft, label.detail);
    }
}

std::vector<TargetCrossing> targetCrossings(const CurveScene& scene) {
    std::vector<TargetCrossing> crossings;
    if (scene.targetRecall <= 0)
        return crossings;
    const CurveContent& content = scene.content;
    const double x = content.axis.toAxis(scene.targetRecall);
    for (std::size_t s = 0; s < content.series.size(); ++s) {
        const auto& front = content.series[s].front;
        for (std::size_t i = 1; i < front.size(); ++i) {
            const QPointF a = content.points[front[i - 1]].position, b = content.points[front[i]].position;
            if (x < a.x() || x >= b.x())
                continue;
            // Log-linear in recall as qps_at_recall, on every scale: the number must not depend on the axis.
            const double low = content.axis.fromAxis(a.x()), high = content.axis.fromAxis(b.x());
            const double y = a.y() + (b.y() - a.y()) * (scene.targetRecall - low) / (high - low);
            const QPointF at = scene.mapping.toPixel({x, y});
            if (scene.mapping.plot.contains(at))
                crossings.push_back({s, at, std::pow(10.0, y)});
        }
    }
    return crossings;
}

void paintCrossings(QPainter& painter, const CurveScene& scene) {
    const std::vector<TargetCrossing> crossings = targetCrossings(scene);
    painter.setFont(chartFont(kSmallText));
    const QFontMetricsF metrics(painter.font());
    std::vector<QRectF> boxes;
    for (const TargetCrossing& crossing : crossings) {
        const double width = metrics.horizontalAdvance(formatShort(crossing.qps)) + 6;
        boxes.emplace_back(crossing.at.x() - width - 3, crossing.at.y() + 3, width, 15);
    }
    if (!spreadVertically(boxes, scene.mapping.plot.top(), scene.mapping.plot.bottom(), 0))
        return;
    for (std::size_t i = 0; i < crossings.size(); ++i) {
        const SeriesStyle style = seriesStyle(scene.content.series[crossings[i].series].style);
        painter.setPen(QPen(style.color, 1.5));
        painter.setBrush(palette().panel);
        painter.drawEllipse(crossings[i].at, 2.5, 2.5);
        painter.setPen(Qt::NoPen);
        painter.setBrush(withAlpha(palette().panel, 0.85));
        painter.drawRoundedRect(boxes[i], 3, 3);
        painter.setPen(palette().text);
        painter.drawText(boxes[i], Qt::AlignCenter, formatShort(crossings[i].qps));
    }
}

} // namespace annscope::ui
