// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/hop_chart.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

/// Maps steps and distances to pixels; the distance axis is logarithmic where distances span a wide range.
struct HopChart::Axes {
    QRectF plot;
    double low = 0, high = 1;
    bool logarithmic = false;
    double steps = 1;

    double x(double step) const {
        return plot.left() + (steps > 1 ? step / (steps - 1) : 0.5) * plot.width();
    }
    double y(double value) const {
        const double t = logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low)
                                     : (value - low) / (high - low);
        return plot.bottom() - std::clamp(t, 0.0, 1.0) * plot.height();
    }
};

HopChart::HopChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("hopChart"));
    setAccessibleName(tr("Distance to the query over the steps"));
    setToolTip(tr("Distance to the query at each step. The band reaches from the best to the worst of the "
                  "candidate list;\nthe dashed line is the true k-th neighbour. Click to go to a step."));
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void HopChart::setPath(PathModelPtr path) {
    m_path = std::move(path);
    m_step = 0;
    update();
}

void HopChart::setStep(std::size_t step) {
    m_step = step;
    update();
}

void HopChart::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

HopChart::Axes HopChart::axes(const QRectF& area) const {
    Axes a;
    a.plot = area.adjusted(52, 10, -12, -22);
    a.steps = static_cast<double>(m_path->steps.size());
    double low = HUGE_VAL, high = -HUGE_VAL;
    const auto span = [&](double distance) {
        if (!std::isfinite(distance))
            return;
        const double v = shownDistance(m_path->metric, distance);
        low = std::min(low, v);
        high = std::max(high, v);
    };
    for (const PathStep& step : m_path->steps) {
        span(step.distance);
        span(step.best);
    }
    const double kth =
        m_path->truth.empty() ? 0 : shownDistance(m_path->metric, m_path->truth.back().distance);
    if (!m_path->truth.empty())
        span(m_path->truth.back().distance);
    if (!(high > low)) {
        low = std::isfinite(low) ? low - 0.5 : 0;
        high = low + 1;
    }
    a.logarithmic = m_path->metric == Metric::L2 && kth > 0 && high > 20 * kth;
    a.low = a.logarithmic ? std::max(low, kth * 0.05) : m_path->metric == Metric::L2 ? 0 : low;
    a.high = a.logarithmic ? high * 1.2 : high + 0.06 * (high - a.low);
    return a;
}

void HopChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintChart(painter, rect());
}

void HopChart::paintChart(QPainter& painter, const QRectF& area) const {
    if (!m_path || m_path->steps.empty()) {
        setTextSize(painter, kSmallText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(area, Qt::AlignCenter, tr("distance to the query over the steps"));
        return;
    }
    const Axes a = axes(area);
    paintGrid(painter, a);
    paintBand(painter, a);
    paintSteps(painter, a);
}

void HopChart::paintGrid(QPainter& painter, const Axes& a) const {
    const Palette& colors = ui::palette();
    setTextSize(painter, kSmallText);
    std::vector<double> ticks;
    if (a.logarithmic) {
        const double decade = std::pow(10.0, std::floor(std::log10(a.low)));
        for (double t = decade; t <= a.high; t *= 10)
            if (t >= a.low)
                ticks.push_back(t);
    }
    if (ticks.size() < 2)
        ticks = {a.low, 0.5 * (a.low + a.high), a.high};
    double lastY = 1e9;
    for (const double t : ticks) {
        const double y = a.y(t);
        if (lastY - y < 14)
            continue;
        lastY = y;
        painter.setPen(QPen(colors.line, 1));
        painter.drawLine(QPointF(a.plot.left(), y), QPointF(a.plot.right(), y));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(a.plot.left() - 52, y - 8, 46, 16), Qt::AlignRight | Qt::AlignVCenter,
                         formatNumber(t));
    }
    const QString unit = m_path->ivf() ? tr("cell scanned") : tr("hop");
    const QRectF below(a.plot.left(), a.plot.bottom() + 3, a.plot.width(), 16);
    painter.setPen(colors.secondary);
    painter.drawText(below, Qt::AlignHCenter, unit);
    painter.drawText(below, Qt::AlignLeft, QString::number(m_path->steps.front().hop));
    painter.drawText(below, Qt::AlignRight, QString::number(m_path->steps.back().hop));
}

void HopChart::paintBand(QPainter& painter, const Axes& a) const {
    QPolygonF upper, lower;
    for (std::size_t s = 0; s < m_path->steps.size(); ++s) {
        const PathStep& step = m_path->steps[s];
        if (!std::isfinite(step.best))
            continue;
        const double x = a.x(static_cast<double>(s));
        lower.prepend({x, a.y(shownDistance(m_path->metric, step.best))});
        upper.append(
            {x, std::isfinite(step.worst) ? a.y(shownDistance(m_path->metric, step.worst)) : a.plot.top()});
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(withAlpha(ui::palette().accent, 0.14));
    painter.drawPolygon(upper + lower);
    painter.setPen(QPen(withAlpha(ui::palette().accent, 0.55), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(lower);
    if (m_path->truth.empty())
        return;
    const double y = a.y(shownDistance(m_path->metric, m_path->truth.back().distance));
    const QColor found = seriesStyle(2).color;
    painter.setPen(QPen(found, 1.4, Qt::DashLine));
    painter.drawLine(QPointF(a.plot.left(), y), QPointF(a.plot.right(), y));
    setTextSize(painter, kSmallText);
    const QString text = tr("true neighbour %1").arg(m_path->truth.size());
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(text);
    drawHaloText(painter, {a.plot.right() - width - 2, y - 4 < a.plot.top() + 10 ? y + 13 : y - 4}, text,
                 ui::palette().dark ? found.lighter(130) : found.darker(120));
}

void HopChart::paintSteps(QPainter& painter, const Axes& a) const {
    const Palette& colors = ui::palette();
    const double current = a.x(static_cast<double>(m_step));
    painter.setPen(QPen(colors.text, 1));
    painter.drawLine(QPointF(current, a.plot.top()), QPointF(current, a.plot.bottom()));
    QPolygonF line;
    for (std::size_t s = 0; s < m_path->steps.size(); ++s)
        line.append(
            {a.x(static_cast<double>(s)), a.y(shownDistance(m_path->metric, m_path->steps[s].distance))});
    painter.setPen(QPen(colors.accent, 1.4));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    painter.setPen(QPen(colors.panel, 1));
    const bool dense = a.plot.width() / a.steps < 7;
    for (int s = 0; s < line.size(); ++s) {
        const bool now = static_cast<std::size_t>(s) == m_step;
        if (dense && !now)
            continue;
        painter.setBrush(static_cast<std::size_t>(s) <= m_step ? colors.accent
                                                               : mix(colors.panel, colors.accent, 0.45));
        painter.drawEllipse(line[s], now ? 5 : 3.2, now ? 5 : 3.2);
    }
}

void HopChart::pick(QPointF at) {
    if (!m_path || m_path->steps.empty())
        return;
    const Axes a = axes(rect());
    const double t = std::clamp((at.x() - a.plot.left()) / std::max(a.plot.width(), 1.0), 0.0, 1.0);
    emit stepPicked(static_cast<int>(std::lround(t * (a.steps - 1))));
}

void HopChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        pick(event->position());
}

void HopChart::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton)
        pick(event->position());
}

void HopChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] {
        return TitledPicture{m_title, m_subtitle, QStringLiteral("path-distances"), size(),
                             [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
    });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
