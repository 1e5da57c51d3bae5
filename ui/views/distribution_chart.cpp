// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/distribution_chart.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kHeadingLine = 24; ///< px of the line above the plot

/// Counts as people read them; a bin holds no half a node.
QList<AxisTick> countTicks(double top, int room) {
    QList<AxisTick> ticks = linearTicks(0, top, room);
    ticks.erase(std::remove_if(ticks.begin(), ticks.end(),
                               [](const AxisTick& t) { return t.position != std::floor(t.position); }),
                ticks.end());
    for (AxisTick& tick : ticks)
        tick.label = formatShort(tick.position);
    return ticks;
}

} // namespace

DistributionChart::DistributionChart(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void DistributionChart::setDistribution(Distribution distribution) {
    m_distribution = std::move(distribution);
    m_hovered = -1;
    setAccessibleName(tr("Histogram: %1").arg(m_distribution.title));
    setAccessibleDescription(m_distribution.summary());
    update();
}

void DistributionChart::setPictureText(const QString& subtitle, const QString& fileName) {
    m_subtitle = subtitle;
    m_fileName = fileName;
}

PlotFrame DistributionChart::frameIn(const QRectF& area) const {
    PlotFrame frame = PlotFrame::inside(area.adjusted(0, kHeadingLine - 6, 0, 0));
    frame.left = m_distribution.low;
    frame.right = m_distribution.high;
    frame.bottom = 0;
    frame.top = std::max(1.0, double(m_distribution.largest()) * 1.08);
    return frame;
}

QRectF DistributionChart::barIn(const PlotFrame& frame, std::size_t bin) const {
    const auto count = static_cast<double>(m_distribution.bins.size());
    const double step = (frame.right - frame.left) / count, left = frame.left + step * double(bin);
    const double x0 = frame.x(left), x1 = frame.x(left + step);
    const double height = std::max(1.0, frame.plot.bottom() - frame.y(double(m_distribution.bins[bin])));
    const double gap = x1 - x0 >= 4 ? 1 : 0;
    return {x0, frame.plot.bottom() - height, std::max(1.0, x1 - x0 - gap), height};
}

QRectF DistributionChart::barOf(std::size_t bin) const {
    return barIn(frameIn(rect()), bin);
}

int DistributionChart::binAt(QPointF at) const {
    if (m_distribution.bins.empty())
        return -1;
    const PlotFrame frame = frameIn(rect());
    if (!frame.plot.contains(at))
        return -1;
    const double share = (at.x() - frame.plot.left()) / frame.plot.width();
    return std::clamp(int(share * double(m_distribution.bins.size())), 0,
                      int(m_distribution.bins.size()) - 1);
}

void DistributionChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintHeading(painter, rect());
    paintChart(painter, rect(), m_hovered);
}

void DistributionChart::paintHeading(QPainter& painter, const QRectF& area) const {
    const QRectF line(area.left() + 12, area.top() + 4, area.width() - 24, kHeadingLine - 4);
    setTextSize(painter, kText, true);
    painter.setPen(ui::palette().text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_distribution.title);
    const double used = QFontMetricsF(painter.font()).horizontalAdvance(m_distribution.title) + 10;
    setTextSize(painter, kSmallText);
    painter.setPen(ui::palette().secondary);
    const QString text =
        m_hovered >= 0 ? m_distribution.binText(std::size_t(m_hovered)) : m_distribution.summary();
    const QRectF rest = line.adjusted(used, 1, 0, 0);
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, int(rest.width())));
}

void DistributionChart::paintChart(QPainter& painter, const QRectF& area, int hovered) const {
    if (m_distribution.total == 0)
        return;
    const Palette& colors = ui::palette();
    const PlotFrame frame = frameIn(area);
    frame.paintGrid(painter,
                    m_distribution.logarithmic ? logTicks(frame.left, frame.right, frame.roomX())
                                               : linearTicks(frame.left, frame.right, frame.roomX()),
                    countTicks(frame.top, frame.roomY()), m_distribution.unit, m_distribution.counted);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t i = 0; i < m_distribution.bins.size(); ++i)
        if (m_distribution.bins[i] > 0)
            painter.fillRect(barIn(frame, i), int(i) == hovered
                                                  ? colors.accent
                                                  : mix(colors.panel, seriesStyle(0).color, 0.72));
    painter.setRenderHint(QPainter::Antialiasing, true);
    const double mean =
        m_distribution.logarithmic ? std::log10(std::max(m_distribution.mean, 1e-30)) : m_distribution.mean;
    if (mean < frame.left || mean > frame.right)
        return;
    const double x = frame.x(mean);
    painter.setPen(QPen(colors.text, 1, Qt::DashLine));
    painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()));
    setTextSize(painter, kSmallText);
    const QString label = tr("mean");
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(label);
    const bool right = x + 4 + width < frame.plot.right();
    drawHaloText(painter, {right ? x + 4 : x - 4 - width, frame.plot.top() + 10}, label, colors.text);
}

void DistributionChart::mouseMoveEvent(QMouseEvent* event) {
    const int bin = binAt(event->position());
    if (bin == m_hovered)
        return;
    m_hovered = bin;
    update();
}

void DistributionChart::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

TitledPicture DistributionChart::picture() const {
    return {m_distribution.title, QStringLiteral("%1: %2").arg(m_subtitle, m_distribution.summary()),
            m_fileName, size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area, -1); }};
}

void DistributionChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    connect(menu.addAction(tr("Copy &numbers")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(m_distribution.csv()); });
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
