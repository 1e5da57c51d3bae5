// SPDX-License-Identifier: GPL-3.0-or-later
// How a QueryHistogram is drawn.
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"
#include "ui/views/query_histogram.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kHeadingLine = 24; ///< px of the line above the plot
constexpr double kLineAxis = 34;    ///< px at the right for the labels of the line's own axis
constexpr double kAir = 1.12;       ///< above the highest bar, for labels

QList<AxisTick> countTicks(double highest, bool logarithmic, int room) {
    if (!logarithmic) {
        QList<AxisTick> ticks = linearTicks(0, highest, room);
        ticks.erase(std::remove_if(ticks.begin(), ticks.end(),
                                   [](const AxisTick& t) { return t.position != std::floor(t.position); }),
                    ticks.end());
        for (AxisTick& tick : ticks)
            tick.label = formatShort(tick.position);
        return ticks;
    }
    QList<AxisTick> ticks{{0, QStringLiteral("0")}};
    for (double value = 1; value <= highest; value *= 10)
        ticks.append({std::log10(1 + value), formatShort(value)});
    return ticks;
}

} // namespace

/// log(1 + count), so that a bin of one query is seen and an empty one is not.
double QueryHistogram::height(double count) const {
    return m_logarithmic ? std::log10(1 + count) : count;
}

PlotFrame QueryHistogram::frameIn(const QRectF& area) const {
    const double right = m_content.line.empty() ? 0 : kLineAxis - 8;
    PlotFrame frame = PlotFrame::inside(area.adjusted(0, kHeadingLine - 6, -right, 0));
    if (!m_content.bins)
        return frame;
    frame.left = m_content.bins->low();
    frame.right = m_content.bins->high();
    double highest = 1;
    for (int bin = 0; bin < m_content.bins->size(); ++bin)
        highest = std::max(highest, double(m_content.bins->count(bin)));
    for (const Outline& outline : m_content.outlines)
        for (const double count : outline.counts)
            highest = std::max(highest, count);
    frame.bottom = 0;
    frame.top = height(highest) * kAir;
    return frame;
}

QRectF QueryHistogram::barIn(const PlotFrame& frame, int bin, double count) const {
    const double x0 = frame.x(m_content.bins->edge(bin)), x1 = frame.x(m_content.bins->edge(bin + 1));
    const double tall = count > 0 ? std::max(1.0, frame.plot.bottom() - frame.y(height(count))) : 0;
    const double gap = x1 - x0 >= 4 ? 1 : 0;
    return {x0, frame.plot.bottom() - tall, std::max(1.0, x1 - x0 - gap), tall};
}

QRectF QueryHistogram::barOf(int bin) const {
    return barIn(frameIn(rect()), bin, m_content.bins->count(bin));
}

void QueryHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Palette& colors = ui::palette();
    painter.fillRect(rect(), colors.panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHeading(painter, rect());
    if (m_content.bins && !m_content.bins->empty()) {
        paintChart(painter, rect(), true);
    } else {
        setTextSize(painter, kText);
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(rect()).adjusted(24, kHeadingLine, -24, -12),
                         Qt::AlignCenter | Qt::TextWordWrap, m_content.placeholder);
    }
    if (hasFocus()) {
        painter.setPen(QPen(withAlpha(colors.accent, 0.6), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void QueryHistogram::paintHeading(QPainter& painter, const QRectF& area) const {
    const QRectF line(area.left() + 12, area.top() + 4, area.width() - 24, kHeadingLine - 4);
    setTextSize(painter, kText, true);
    painter.setPen(ui::palette().text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_content.title);
    const double used = QFontMetricsF(painter.font()).horizontalAdvance(m_content.title) + 10;
    setTextSize(painter, kSmallText);
    painter.setPen(ui::palette().secondary);
    const QString text = m_hovered >= 0 && m_content.bins ? binText(m_hovered) : m_content.summary;
    const QRectF rest = line.adjusted(used, 1, 0, 0);
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, int(rest.width())));
}

void QueryHistogram::paintChart(QPainter& painter, const QRectF& area, bool interactive) const {
    if (!m_content.bins || m_content.bins->empty())
        return;
    const PlotFrame frame = frameIn(area);
    const double highest = m_logarithmic ? std::pow(10, frame.top) - 1 : frame.top;
    frame.paintGrid(painter,
                    m_content.bins->logarithmic() ? logTicks(frame.left, frame.right, frame.roomX())
                                                  : linearTicks(frame.left, frame.right, frame.roomX()),
                    countTicks(highest, m_logarithmic, frame.roomY()), m_content.axis,
                    m_logarithmic ? tr("queries (log)") : tr("queries"));
    paintBars(painter, frame, interactive);
    paintLine(painter, frame);
    const std::vector<QRectF> labels = paintMarks(painter, frame);
    paintOutlines(painter, frame, labels);
    if (interactive) {
        paintQuery(painter, frame, m_selectedQuery, ui::palette().accent);
        if (m_hoveredQuery != m_selectedQuery)
            paintQuery(painter, frame, m_hoveredQuery, ui::palette().text);
    }
}

void QueryHistogram::paintBars(QPainter& painter, const PlotFrame& frame, bool interactive) const {
    const Palette& colors = ui::palette();
    const QueryBins& bins = *m_content.bins;
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (m_brush) {
        const double x0 = frame.x(bins.edge(m_brush->first)), x1 = frame.x(bins.edge(m_brush->second + 1));
        painter.fillRect(QRectF(x0, frame.plot.top(), x1 - x0, frame.plot.height()),
                         withAlpha(colors.accent, 0.13));
        painter.setPen(QPen(colors.accent, 1));
        painter.drawLine(QPointF(x0, frame.plot.top()), QPointF(x0, frame.plot.bottom()));
        painter.drawLine(QPointF(x1, frame.plot.top()), QPointF(x1, frame.plot.bottom()));
    }
    const QColor pale = mix(colors.panel, colors.secondary, 0.28);
    for (int bin = 0; bin < bins.size(); ++bin) {
        if (bins.count(bin) == 0)
            continue;
        const bool inside = !m_brush || (bin >= m_brush->first && bin <= m_brush->second);
        const QColor strong = mix(colors.panel, m_content.color, inside ? 0.75 : 0.38);
        const bool all = m_content.passing.empty();
        if (!all)
            painter.fillRect(barIn(frame, bin, bins.count(bin)), pale);
        const double shown = all ? bins.count(bin) : m_content.passing[std::size_t(bin)];
        painter.fillRect(barIn(frame, bin, shown),
                         interactive && bin == m_hovered ? mix(strong, colors.text, 0.3) : strong);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
}

/// Steps along the tops of the bars that it would have, named at the left where no label stands.
void QueryHistogram::paintOutlines(QPainter& painter, const PlotFrame& frame,
                                   const std::vector<QRectF>& taken) const {
    const QueryBins& bins = *m_content.bins;
    setTextSize(painter, kSmallText);
    double y = frame.plot.top() + 12;
    for (const Outline& outline : m_content.outlines) {
        QPolygonF steps;
        for (int bin = 0; bin < bins.size(); ++bin) {
            const double at = frame.y(height(outline.counts[std::size_t(bin)]));
            steps << QPointF(frame.x(bins.edge(bin)), at) << QPointF(frame.x(bins.edge(bin + 1)), at);
        }
        QPen pen = outline.style.pen(1.5);
        pen.setJoinStyle(Qt::MiterJoin);
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(steps);
        const double left = frame.plot.left() + 8;
        const QString text =
            painter.fontMetrics().elidedText(outline.text, Qt::ElideRight, int(frame.plot.width() * 0.55));
        const double width = 24 + painter.fontMetrics().horizontalAdvance(text);
        while (std::ranges::any_of(taken, [&](const QRectF& box) {
            return box.intersects({left, y - 11, width, 14});
        }))
            y += 14;
        painter.drawLine(QPointF(left, y - 4), QPointF(left + 18, y - 4));
        drawHaloText(painter, {left + 24, y}, text, ui::palette().text);
        y += 15;
    }
}

/// Means by bin with an axis from 0 to 1 at the right.
void QueryHistogram::paintLine(QPainter& painter, const PlotFrame& frame) const {
    if (m_content.line.empty())
        return;
    const Palette& colors = ui::palette();
    const QColor color = seriesStyle(1).color;
    const auto at = [&](int bin) {
        const double x = (frame.x(m_content.bins->edge(bin)) + frame.x(m_content.bins->edge(bin + 1))) / 2;
        return QPointF(x,
                       frame.plot.bottom() - m_content.line[std::size_t(bin)] * frame.plot.height() / kAir);
    };
    setTextSize(painter, kSmallText);
    painter.setPen(colors.secondary);
    for (const double value : {0.0, 0.5, 1.0}) {
        const double y = frame.plot.bottom() - value * frame.plot.height() / kAir;
        painter.drawText(QRectF(frame.plot.right() + 4, y - 8, kLineAxis - 4, 16),
                         Qt::AlignLeft | Qt::AlignVCenter, numberLocale().toString(value, 'f', 1));
    }
    QPolygonF points;
    for (int bin = 0; bin < m_content.bins->size(); ++bin)
        if (!std::isnan(m_content.line[std::size_t(bin)]))
            points << at(bin);
    painter.setPen(QPen(color, 1.75));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(points);
    const double dot = frame.plot.width() / m_content.bins->size() >= 8 ? 5 : 3.5;
    for (const QPointF& point : points)
        drawMarker(painter, point, Marker::Circle, color, dot);
    painter.save();
    painter.translate(frame.plot.right() + kLineAxis - 2, frame.plot.bottom());
    painter.rotate(-90);
    painter.setPen(colors.secondary);
    painter.drawText(QRectF(0, -14, frame.plot.height(), 14), Qt::AlignHCenter | Qt::AlignBottom,
                     m_content.lineTitle);
    painter.restore();
}

std::vector<QRectF> QueryHistogram::paintMarks(QPainter& painter, const PlotFrame& frame) const {
    const Palette& colors = ui::palette();
    setTextSize(painter, kSmallText);
    const QFontMetricsF metrics(painter.font());
    double y = frame.plot.top() + 11;
    std::vector<Mark> marks = m_content.marks;
    std::ranges::sort(marks, {}, &Mark::value);
    double taken = -1e9; // right end of the label before
    std::vector<QRectF> labels;
    for (const Mark& mark : marks) {
        const double at = m_content.bins->axisOf(mark.value);
        if (!(at >= frame.left && at <= frame.right))
            continue;
        const double x = frame.x(at), width = metrics.horizontalAdvance(mark.text);
        painter.setPen(QPen(colors.text, 1, Qt::DashLine));
        painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()));
        const bool right = x + 5 + width < frame.plot.right();
        const double left = std::max(right ? x + 5 : x - 5 - width, frame.plot.left() + 2);
        y = left < taken + 8 ? y + 14 : frame.plot.top() + 11;
        taken = std::max(taken, left + width);
        drawHaloText(painter, {left, y}, mark.text, colors.text);
        labels.emplace_back(left, y - 11, width, 14);
    }
    return labels;
}

/// A pointer at the axis below the bin of a query.
void QueryHistogram::paintQuery(QPainter& painter, const PlotFrame& frame, qint64 row,
                                const QColor& color) const {
    const int bin = m_content.bins->binOf(row);
    if (bin < 0)
        return;
    const double x = (frame.x(m_content.bins->edge(bin)) + frame.x(m_content.bins->edge(bin + 1))) / 2;
    const double y = frame.plot.bottom();
    painter.setPen(QPen(ui::palette().panel, 1));
    painter.setBrush(color);
    painter.drawPolygon(QPolygonF({QPointF(x, y - 9), QPointF(x - 6, y + 2), QPointF(x + 6, y + 2)}));
    painter.setBrush(Qt::NoBrush);
}

} // namespace annscope::ui
