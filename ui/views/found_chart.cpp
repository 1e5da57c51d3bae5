// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/found_chart.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/label_layout.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kLabelWidth = 108, kWideEnough = 340, kLabelHeight = 13; ///< pixels
constexpr double kHighEnough = 130;                                       ///< for a title below the numbers
constexpr double kWideRange = 30; ///< from which distances are shown on a logarithmic axis

/// Whoever clicks between two steps means the one before.
std::size_t stepAt(const PathModel& path, double compared) {
    std::size_t step = 0;
    while (step + 1 < path.steps.size() && static_cast<double>(path.comparedAt(step + 1)) <= compared)
        ++step;
    return step;
}

} // namespace

double FoundChart::Axes::axisOf(double compared) const {
    return logarithmic ? std::log10(std::max(compared, 1.0)) : compared;
}

double FoundChart::Axes::comparedAt(double pixel) const {
    const double value = std::clamp(xAt(pixel), left, right);
    return logarithmic ? std::pow(10, value) : value;
}

FoundChart::FoundChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("foundChart"));
    setAccessibleName(tr("True neighbours found over distances computed"));
    setFocusPolicy(Qt::ClickFocus);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void FoundChart::setPaths(const PathPair& paths) {
    m_paths = paths;
    m_steps = {};
    update();
}

void FoundChart::setSteps(std::size_t first, std::size_t second) {
    m_steps = {first, second};
    update();
}

void FoundChart::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

TitledPicture FoundChart::picture() {
    return {m_title, m_subtitle, QStringLiteral("path-found"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
}

FoundChart::Axes FoundChart::axes(const QRectF& area) const {
    Axes a;
    const bool low = area.height() < kHighEnough;
    a.plot = area.adjusted(60, 10, area.width() >= kWideEnough ? -kLabelWidth : -12, low ? -20 : -36);
    double least = HUGE_VAL, most = 1;
    for (std::size_t which = 0; which < count(); ++which) {
        const PathModel& path = *m_paths[which].path;
        least = std::min(least, static_cast<double>(path.comparedAt(0)));
        most = std::max(most, static_cast<double>(path.comparedAt(path.steps.size() - 1)));
    }
    least = std::max(least, 1.0);
    a.logarithmic = most > kWideRange * least;
    a.left = a.logarithmic ? std::log10(least) : 0;
    a.right = a.axisOf(most);
    if (!(a.right > a.left))
        a.right = a.left + 1;
    const double k = static_cast<double>(std::max<std::size_t>(m_paths[0].path->truth.size(), 1));
    a.bottom = 0;
    a.top = k * 1.06;
    return a;
}

QPointF FoundChart::at(const Axes& a, std::size_t which, std::size_t step) const {
    const PathModel& path = *m_paths[which].path;
    const double found = step < path.found.size() ? path.found[step] : 0;
    return {a.x(a.axisOf(static_cast<double>(path.comparedAt(step)))), a.y(found)};
}

QPointF FoundChart::placeOf(std::size_t which, std::size_t step) const {
    return at(axes(rect()), which, step);
}

void FoundChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    paintChart(painter, rect());
}

void FoundChart::paintChart(QPainter& painter, const QRectF& area) const {
    painter.setRenderHint(QPainter::Antialiasing);
    if (empty())
        return;
    const Axes a = axes(area);
    QList<AxisTick> found = linearTicks(a.bottom, a.top, a.roomY());
    found.removeIf([](const AxisTick& tick) { return tick.position != std::round(tick.position); });
    const QList<AxisTick> compared =
        a.logarithmic ? logTicks(a.left, a.right, a.roomX()) : linearTicks(a.left, a.right, a.roomX());
    a.paintGrid(painter, compared, found, area.height() >= kHighEnough ? tr("distances computed") : QString(),
                area.height() >= kHighEnough ? tr("true neighbours found") : tr("found"));
    for (std::size_t which = count(); which-- > 0;)
        paintPath(painter, a, which);
    if (area.width() >= kWideEnough)
        paintLabels(painter, a);
}

/// A staircase: what a step finds is there once all of its distances are computed.
void FoundChart::paintPath(QPainter& painter, const Axes& a, std::size_t which) const {
    const PathModel& path = *m_paths[which].path;
    const SeriesStyle style = pathStyle(which);
    QPolygonF before, after;
    const std::size_t now = std::min(m_steps[which], path.steps.size() - 1);
    for (std::size_t s = 0; s < path.steps.size(); ++s) {
        QPolygonF& line = s <= now ? before : after;
        const QPointF point = at(a, which, s);
        if (s > 0) {
            const QPointF last = at(a, which, s - 1);
            if (line.isEmpty())
                line << last;
            line << QPointF(point.x(), last.y());
        }
        line << point;
    }
    painter.setBrush(Qt::NoBrush);
    QPen pen = style.pen(1.5);
    painter.setPen(pen);
    painter.drawPolyline(before);
    pen.setColor(mix(ui::palette().panel, style.color, 0.45));
    painter.setPen(pen);
    painter.drawPolyline(after);
    drawMarker(painter, at(a, which, now), style.marker, ui::palette().panel, 12);
    drawMarker(painter, at(a, which, now), style.marker, style.color, 9);
}

void FoundChart::paintLabels(QPainter& painter, const Axes& a) const {
    const double left = a.plot.right() + 12;
    std::vector<QRectF> boxes;
    for (std::size_t which = 0; which < count(); ++which)
        boxes.emplace_back(left, at(a, which, m_paths[which].path->steps.size() - 1).y() - kLabelHeight / 2,
                           kLabelWidth - 14, kLabelHeight);
    if (!spreadVertically(boxes, a.plot.top() - 8, a.plot.bottom() + 18, 0))
        return;
    setTextSize(painter, kSmallText);
    for (std::size_t which = 0; which < count(); ++which) {
        const PathModel& path = *m_paths[which].path;
        const QString text = isPair(m_paths)
                                 ? m_paths[which].name
                                 : tr("%1 of %2").arg(path.found.empty() ? 0 : path.found.back()).arg(path.k);
        painter.setPen(pathTextColor(which));
        painter.drawText(
            boxes[which], Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(text, Qt::ElideMiddle, static_cast<int>(boxes[which].width())));
    }
}

QString FoundChart::foundText(double compared) const {
    if (empty())
        return {};
    QStringList lines;
    for (std::size_t which = 0; which < count(); ++which) {
        const PathModel& path = *m_paths[which].path;
        const std::size_t step = stepAt(path, compared);
        const QString text = tr("%1 of %2 true neighbours after %3 distances, step %4")
                                 .arg(step < path.found.size() ? path.found[step] : 0)
                                 .arg(path.truth.size())
                                 .arg(formatCount(path.comparedAt(step)))
                                 .arg(step);
        lines << (isPair(m_paths) ? tr("%1: %2").arg(m_paths[which].name, text) : text);
    }
    return lines.join(QLatin1Char('\n'));
}

void FoundChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && !empty())
        emit comparedPicked(axes(rect()).comparedAt(event->position().x() + 0.5));
}

void FoundChart::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) && !empty())
        emit comparedPicked(axes(rect()).comparedAt(event->position().x() + 0.5));
}

void FoundChart::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right)
        return QWidget::keyPressEvent(event);
    emit stepWanted(event->key() == Qt::Key_Right ? 1 : -1);
}

bool FoundChart::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), foundText(axes(rect()).comparedAt(help->pos().x())), this);
    return true;
}

void FoundChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
