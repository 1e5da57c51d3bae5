// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/difference_histogram.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kSame = 1e-6;
constexpr double kTop = 16, kBottom = 32, kSide = 12;

QString signedRecall(double difference) {
    return (difference > 0   ? QStringLiteral("+")
            : difference < 0 ? QStringLiteral("−")
                             : QString()) +
           formatParameter(std::round(std::abs(difference) * 1e4) / 1e4);
}

} // namespace

DifferenceHistogram::DifferenceHistogram(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("differenceHistogram"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void DifferenceHistogram::setPair(const PairedRecall& pair, const QString& title, const QString& subtitle) {
    m_pair = pair;
    m_title = title;
    m_subtitle = subtitle;
    setAccessibleName(title);
    update();
}

/// The largest difference, rounded up to tenths, so that both sides have one scale.
double DifferenceHistogram::reach() const {
    double most = 0.1;
    for (const PairedRecall::Bin& bin : m_pair.bins)
        most = std::max(most, std::abs(bin.difference));
    return std::ceil(most * 10 - kSame) / 10;
}

std::size_t DifferenceHistogram::tallest() const {
    std::size_t most = 1;
    for (const PairedRecall::Bin& bin : m_pair.bins)
        if (std::abs(bin.difference) > kSame)
            most = std::max(most, bin.queries);
    return most;
}

QRectF DifferenceHistogram::barIn(const QRectF& area, std::size_t bin) const {
    const QRectF plot = area.adjusted(kSide, kTop, -kSide, -kBottom);
    double closest = 2 * reach();
    for (std::size_t i = 1; i < m_pair.bins.size(); ++i)
        closest = std::min(closest, m_pair.bins[i].difference - m_pair.bins[i - 1].difference);
    const double half = reach() * 1.06;
    const double width = std::clamp(plot.width() * closest / (2 * half) - 1, 1.0, 28.0);
    const double x = plot.center().x() + m_pair.bins[bin].difference / half * plot.width() / 2;
    const double share = std::min(1.0, double(m_pair.bins[bin].queries) / double(tallest()));
    const double height = std::max(1.5, share * plot.height());
    return {x - width / 2, plot.bottom() - height, width, height};
}

QRectF DifferenceHistogram::barAt(std::size_t bin) const {
    return barIn(rect(), bin);
}

void DifferenceHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, rect());
}

void DifferenceHistogram::paint(QPainter& painter, const QRectF& area) const {
    const Palette& colors = ui::palette();
    const QRectF plot = area.adjusted(kSide, kTop, -kSide, -kBottom);
    painter.setPen(QPen(colors.line, 1));
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    setTextSize(painter, kSmallText);
    for (std::size_t i = 0; i < m_pair.bins.size(); ++i) {
        const double difference = m_pair.bins[i].difference;
        const QRectF bar = barIn(area, i);
        const bool tie = std::abs(difference) <= kSame;
        painter.fillRect(bar,
                         tie ? withAlpha(colors.secondary, 0.4) : diverging(difference > 0 ? -0.8 : 0.8));
        if (!tie || m_pair.bins[i].queries <= tallest())
            continue;
        // Cut: two strokes through the bar.
        painter.setPen(QPen(colors.panel, 2));
        for (const double down : {5.0, 9.0})
            painter.drawLine(QPointF(bar.left() - 1, bar.top() + down + 2),
                             QPointF(bar.right() + 1, bar.top() + down - 2));
    }
    painter.setPen(colors.secondary);
    const double half = plot.width() / 2 / 1.06;
    for (const double side : {-1.0, 0.0, 1.0}) {
        const double x = plot.center().x() + side * half;
        painter.drawText(QRectF(x - 40, plot.bottom() + 2, 80, 14), Qt::AlignHCenter,
                         signedRecall(side * reach()));
    }
    painter.drawText(QRectF(plot.left(), plot.bottom() + 16, plot.width(), 14), Qt::AlignHCenter,
                     tr("Difference of recall, queries"));
    painter.setPen(colors.text);
    painter.drawText(QRectF(plot.center().x() - 60, area.top() + 1, 120, 14), Qt::AlignHCenter,
                     tr("%1 equal").arg(formatCount(m_pair.ties)));
}

int DifferenceHistogram::binAt(QPointF pixel) const {
    for (std::size_t i = 0; i < m_pair.bins.size(); ++i) {
        const QRectF bar = barAt(i);
        if (pixel.x() >= bar.left() - 0.5 && pixel.x() <= bar.right() + 0.5)
            return int(i);
    }
    return -1;
}

bool DifferenceHistogram::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const int bin = binAt(help->pos()); bin >= 0) {
        const PairedRecall::Bin& at = m_pair.bins[std::size_t(bin)];
        QToolTip::showText(
            help->globalPos(),
            tr("%1 of %2 queries: recall %3")
                    .arg(formatCount(at.queries), formatCount(m_pair.queries), signedRecall(at.difference)) +
                (std::abs(at.difference) > kSame ? u'\n' + tr("Click: narrows every view to "
                                                              "this side")
                                                 : QString()),
            this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void DifferenceHistogram::mouseMoveEvent(QMouseEvent* event) {
    const int bin = binAt(event->position());
    const bool side = bin >= 0 && std::abs(m_pair.bins[std::size_t(bin)].difference) > kSame;
    setCursor(side ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void DifferenceHistogram::mousePressEvent(QMouseEvent* event) {
    const int bin = event->button() == Qt::LeftButton ? binAt(event->position()) : -1;
    if (bin < 0)
        return event->ignore();
    const double difference = m_pair.bins[std::size_t(bin)].difference;
    if (std::abs(difference) > kSame)
        emit sideClicked(difference > 0 ? 1 : -1);
}

TitledPicture DifferenceHistogram::picture() const {
    return {m_title, m_subtitle, m_title, size(),
            [this](QPainter& painter, const QRectF& area) { paint(painter, area); }};
}

void DifferenceHistogram::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
