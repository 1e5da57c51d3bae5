// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/histogram_view.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <numeric>

namespace annscope::ui {

std::size_t Histogram::total() const {
    return std::accumulate(bins.begin(), bins.end(), std::size_t(0));
}

std::size_t Histogram::largest() const {
    return bins.empty() ? 0 : *std::ranges::max_element(bins);
}

double Histogram::edge(std::size_t bin) const {
    return bins.empty() ? min
                        : min + (max - min) * static_cast<double>(bin) / static_cast<double>(bins.size());
}

HistogramView::HistogramView(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void HistogramView::setHistogram(Histogram histogram, const QString& quantity) {
    m_histogram = std::move(histogram);
    m_quantity = quantity;
    m_hovered = -1;
    setAccessibleName(tr("Histogram of the %1, from %2 to %3")
                          .arg(quantity, formatNumber(m_histogram.min), formatNumber(m_histogram.max)));
    update();
}

QString HistogramView::binText(std::size_t bin) const {
    const std::size_t total = std::max<std::size_t>(m_histogram.total(), 1);
    const std::size_t count = m_histogram.bins[bin];
    return tr("%1 %2 to %3: %4 vectors (%5)")
        .arg(m_quantity, formatNumber(m_histogram.edge(bin)), formatNumber(m_histogram.edge(bin + 1)),
             formatCount(count), formatPercent(static_cast<double>(count) / static_cast<double>(total), 1));
}

QRectF HistogramView::plotArea() const {
    const int axis = fontMetrics().height() + 4;
    return QRectF(rect()).adjusted(0, 2, 0, -axis);
}

int HistogramView::binAt(QPointF position) const {
    const QRectF area = plotArea();
    const auto count = static_cast<int>(m_histogram.bins.size());
    const int bin = static_cast<int>((position.x() - area.left()) / area.width() * count);
    return bin >= 0 && bin < count ? bin : -1;
}

void HistogramView::paintEvent(QPaintEvent*) {
    if (m_histogram.bins.empty())
        return;
    QPainter painter(this);
    const Palette& c = ui::palette();
    const QRectF area = plotArea();
    const double width = area.width() / static_cast<double>(m_histogram.bins.size());
    const auto largest = static_cast<double>(std::max<std::size_t>(m_histogram.largest(), 1));
    for (std::size_t i = 0; i < m_histogram.bins.size(); ++i) {
        if (m_histogram.bins[i] == 0)
            continue;
        const double height =
            std::max(1.0, static_cast<double>(m_histogram.bins[i]) / largest * (area.height() - 2));
        const double x = area.left() + static_cast<double>(i) * width;
        painter.fillRect(QRectF(x, area.bottom() - height, std::max(1.0, width - 1), height),
                         static_cast<int>(i) == m_hovered ? c.accent : withAlpha(c.accent, 0.55));
    }
    painter.setPen(c.line);
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    QFont small = font();
    small.setPixelSize(kSmallText);
    painter.setFont(small);
    painter.setPen(c.secondary);
    const QRectF labels(0, area.bottom() + 2, QWidget::width(), height() - area.bottom() - 2);
    painter.drawText(labels, Qt::AlignLeft | Qt::AlignTop, formatNumber(m_histogram.min));
    painter.drawText(labels, Qt::AlignHCenter | Qt::AlignTop,
                     formatNumber((m_histogram.min + m_histogram.max) / 2));
    painter.drawText(labels, Qt::AlignRight | Qt::AlignTop, formatNumber(m_histogram.max));
}

void HistogramView::mouseMoveEvent(QMouseEvent* event) {
    const int bin = binAt(event->position());
    if (bin == m_hovered)
        return;
    m_hovered = bin;
    if (bin >= 0)
        QToolTip::showText(event->globalPosition().toPoint(), binText(static_cast<std::size_t>(bin)), this);
    else
        QToolTip::hideText();
    update();
}

void HistogramView::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

} // namespace annscope::ui
