// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/hop_chart.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/views/label_layout.h"
#include "ui/views/paint_text.h"
#include "ui/views/step_text.h"

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

constexpr double kLabelWidth = 108, kWideEnough = 340; ///< pixels
constexpr double kLabelHeight = 13;
constexpr double kHighEnough = 130; ///< for a title below the labels of the hops

QColor truthColor() {
    return seriesStyle(2).color;
}

QColor onPanel(const QColor& color) {
    return ui::palette().dark ? color.lighter(130) : color.darker(125);
}

} // namespace

double HopChart::Axes::yOf(double shown) const {
    const double value = logarithmic ? std::log10(std::max(shown, 1e-30)) : shown;
    return y(std::clamp(value, bottom, top));
}

HopChart::HopChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("hopChart"));
    setAccessibleName(tr("Distance to the query over the hops"));
    setFocusPolicy(Qt::ClickFocus);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void HopChart::setPaths(const PathPair& paths) {
    m_paths = paths;
    m_steps = {};
    update();
}

void HopChart::setSteps(std::size_t first, std::size_t second) {
    m_steps = {first, second};
    update();
}

void HopChart::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

int HopChart::lastHop() const noexcept {
    return std::max(m_paths[0].path->hops(), m_paths[1].path ? m_paths[1].path->hops() : 0);
}

double HopChart::shown(double distance) const {
    return shownDistance(m_paths[0].path->metric, distance);
}

/// The lists' worst distances are cut off at the top: before a list is full they say little.
void HopChart::fitDistances(Axes& a) const {
    double low = HUGE_VAL, high = -HUGE_VAL;
    const auto include = [&](double distance) {
        if (!std::isfinite(distance))
            return;
        low = std::min(low, shown(distance));
        high = std::max(high, shown(distance));
    };
    double kth = 0;
    for (const NamedPath& named : m_paths) {
        if (!named.path)
            continue;
        for (const PathStep& step : named.path->steps) {
            include(step.distance);
            include(step.best);
        }
        if (!named.path->truth.empty()) {
            include(named.path->truth.front().distance);
            include(named.path->truth.back().distance);
            kth = shown(named.path->truth.back().distance);
        }
    }
    if (!(high > low)) {
        low = std::isfinite(low) ? low - 0.5 : 0;
        high = low + 1;
    }
    const bool l2 = m_paths[0].path->metric == Metric::L2;
    a.logarithmic = l2 && kth > 0 && high > 8 * kth;
    if (a.logarithmic) {
        low = std::max({low, kth * 0.05, high * 1e-6});
        const double air = 0.05 * std::log10(high / low);
        a.bottom = std::log10(low) - air;
        a.top = std::log10(high) + air;
        return;
    }
    const double air = 0.06 * (high - low);
    a.bottom = l2 && low < 0.3 * high ? 0 : low - air;
    a.top = high + air;
}

HopChart::Axes HopChart::axes(const QRectF& area) const {
    Axes a;
    a.labels = area.width() >= kWideEnough;
    const bool low = area.height() < kHighEnough;
    a.plot = area.adjusted(60, m_paths[0].path->topLevel() > 0 ? 20 : 10, a.labels ? -kLabelWidth : -12,
                           low ? -20 : -36);
    a.left = m_paths[0].path->steps.front().hop; // cells have no step before the first
    a.right = std::max(static_cast<double>(lastHop()), a.left + 1);
    fitDistances(a);
    return a;
}

QPointF HopChart::at(const Axes& a, const PathStep& step, double distance) const {
    return {a.x(step.hop), a.yOf(shown(distance))};
}

QPolygonF HopChart::line(const Axes& a, std::size_t which, float PathStep::*value) const {
    QPolygonF polygon;
    const PathModel& path = *m_paths[which].path;
    for (std::size_t s = 0; s < path.searchedSteps(); ++s)
        polygon.append(at(a, path.steps[s], static_cast<double>(path.steps[s].*value)));
    return polygon;
}

void HopChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    paintChart(painter, rect());
}

void HopChart::paintChart(QPainter& painter, const QRectF& area) const {
    painter.setRenderHint(QPainter::Antialiasing);
    if (empty()) {
        setTextSize(painter, kSmallText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(area, Qt::AlignCenter, tr("distance to the query over the hops"));
        return;
    }
    const Axes a = axes(area);
    paintGrid(painter, a);
    paintLevels(painter, a);
    const std::size_t count = pair() ? 2 : 1;
    for (std::size_t which = 0; which < count; ++which)
        paintList(painter, a, which);
    paintKth(painter, a);
    const double now = a.x(std::max(m_paths[0].path->steps[m_steps[0]].hop,
                                    pair() ? m_paths[1].path->steps[m_steps[1]].hop : 0));
    painter.setPen(QPen(ui::palette().text, 1));
    painter.drawLine(QPointF(now, a.plot.top()), QPointF(now, a.plot.bottom()));
    for (std::size_t which = count; which-- > 0;)
        paintExpanded(painter, a, which);
    for (std::size_t which = count; which-- > 0;)
        paintTruth(painter, a, which);
    paintLabels(painter, a);
}

void HopChart::paintGrid(QPainter& painter, const Axes& a) const {
    QList<AxisTick> hops = linearTicks(a.left, a.right, a.roomX());
    hops.removeIf([](const AxisTick& tick) { return tick.position != std::round(tick.position); });
    const QList<AxisTick> distances =
        a.logarithmic ? logTicks(a.bottom, a.top, a.roomY()) : linearTicks(a.bottom, a.top, a.roomY());
    const bool title = painter.device() && a.plot.height() + 46 >= kHighEnough;
    const PathModel& first = *m_paths[0].path;
    const QString unit = pair() && !sameKindOfSteps(first, *m_paths[1].path) ? tr("step")
                         : first.ivf()                                       ? tr("cell scanned")
                         : first.scans()                                     ? tr("part of the vectors")
                                                                             : tr("hop");
    a.paintGrid(painter, hops, distances, title ? unit : QString(),
                m_paths[0].path->metric == Metric::InnerProduct ? tr("inner product") : tr("distance"));
}

/// Above the plot: where the search went down to the next level.
void HopChart::paintLevels(QPainter& painter, const Axes& a) const {
    const PathModel& path = *m_paths[0].path;
    if (path.topLevel() == 0)
        return;
    setTextSize(painter, kSmallText);
    double free = a.plot.right() + 40; // from the right: the base matters most
    for (std::size_t s = path.steps.size(); s-- > 0;) {
        const PathStep& step = path.steps[s];
        if (step.kind != PathStep::Kind::Start)
            continue;
        const double x = a.x(step.hop);
        painter.setPen(QPen(withAlpha(ui::palette().secondary, 0.7), 1, Qt::DotLine));
        painter.drawLine(QPointF(x, a.plot.top() - 14), QPointF(x, a.plot.bottom()));
        const QString text = step.level > 0 ? QString::number(step.level) : levelText(0);
        if (x + 3 + QFontMetricsF(painter.font()).horizontalAdvance(text) > free)
            continue;
        painter.setPen(pair() ? pathTextColor(0) : ui::palette().secondary);
        painter.drawText(QPointF(x + 3, a.plot.top() - 5), text);
        free = x - 2;
    }
}

void HopChart::paintList(QPainter& painter, const Axes& a, std::size_t which) const {
    const QColor color = pathStyle(which).color;
    const QPolygonF farthest = line(a, which, &PathStep::farthest), best = line(a, which, &PathStep::best);
    if (!pair()) {
        QPolygonF band = farthest;
        for (qsizetype i = best.size(); i-- > 0;)
            band.append(best[i]);
        painter.setPen(Qt::NoPen);
        painter.setBrush(withAlpha(color, ui::palette().dark ? 0.22 : 0.14));
        painter.drawPolygon(band);
        painter.setPen(QPen(withAlpha(color, 0.55), 1));
        painter.drawPolyline(best);
    }
    painter.setPen(QPen(withAlpha(color, 0.7), 1, Qt::DotLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(farthest);
}

void HopChart::paintKth(QPainter& painter, const Axes& a) const {
    if (m_paths[0].path->truth.empty())
        return;
    const double y = a.yOf(shown(m_paths[0].path->truth.back().distance));
    painter.setPen(QPen(truthColor(), 1.2, Qt::DashDotLine));
    painter.drawLine(QPointF(a.plot.left(), y), QPointF(a.plot.right(), y));
}

void HopChart::paintExpanded(QPainter& painter, const Axes& a, std::size_t which) const {
    const SeriesStyle style = pathStyle(which);
    const PathModel& path = *m_paths[which].path;
    const QPolygonF points = line(a, which, &PathStep::distance);
    painter.setPen(style.pen(1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(points);
    const bool dense = a.plot.width() / std::max(a.right, 1.0) < 9;
    const auto now = static_cast<qsizetype>(std::min(m_steps[which], path.searchedSteps() - 1));
    for (qsizetype s = 0; s < points.size(); ++s)
        if (!dense && s != now)
            drawMarker(painter, points[s], style.marker,
                       s <= now ? style.color : mix(ui::palette().panel, style.color, 0.45), 5.5);
    drawMarker(painter, points[now], style.marker, ui::palette().panel, 12);
    drawMarker(painter, points[now], style.marker, style.color, 9);
}

/// A dot where a true neighbour entered the list, a ring where it was met but not taken, a cross where it
/// was pushed out again.
void HopChart::paintTruth(QPainter& painter, const Axes& a, std::size_t which) const {
    const PathModel& path = *m_paths[which].path;
    const SeriesStyle style = pathStyle(which);
    const QColor missed = ui::palette().missed;
    for (const TrueNeighbour& t : path.truth) {
        const TraceLife& life = t.life;
        if (life.met < 0)
            continue;
        const bool entered = life.entered >= 0;
        const auto from = static_cast<std::size_t>(entered ? life.entered : life.met);
        painter.setOpacity(from <= m_steps[which] ? 1 : 0.35);
        const QPointF place = at(a, path.steps[from], static_cast<double>(life.distance));
        if (life.left >= 0) {
            const QPointF end =
                at(a, path.steps[static_cast<std::size_t>(life.left)], static_cast<double>(life.distance));
            painter.setPen(QPen(missed, 1, Qt::DotLine));
            painter.drawLine(place, end);
            drawMarker(painter, end, Marker::Cross, missed, 7);
        }
        drawMarker(painter, place, style.marker, pair() ? style.color : ui::palette().panel, 9);
        drawMarker(painter, place, style.marker, entered ? truthColor() : ui::palette().panel, 6);
        if (!entered)
            drawMarker(painter, place, style.marker, missed, 6, true);
    }
    painter.setOpacity(1);
}

std::vector<HopChart::Label> HopChart::labels(const Axes& a) const {
    std::vector<Label> labels;
    const auto end = [&](std::size_t which, float PathStep::*value) {
        return line(a, which, value).back().y();
    };
    const PathModel& path = *m_paths[0].path;
    if (!path.truth.empty())
        labels.push_back({a.yOf(shown(path.truth.back().distance)), tr("true no. %1").arg(path.truth.size()),
                          onPanel(truthColor())});
    if (pair()) {
        for (std::size_t which = 0; which < 2; ++which)
            labels.push_back({end(which, &PathStep::distance), m_paths[which].name, pathTextColor(which)});
        return labels;
    }
    labels.push_back({end(0, &PathStep::distance),
                      path.ivf()        ? tr("centroid")
                      : path.scans()    ? tr("nearest of it")
                      : path.reranked() ? tr("expanded, by code")
                                        : tr("expanded"),
                      pathTextColor(0)});
    if (std::isfinite(path.steps.back().farthest))
        labels.push_back({end(0, &PathStep::farthest), tr("list's worst"), ui::palette().secondary});
    labels.push_back({end(0, &PathStep::best), tr("list's best"), ui::palette().secondary});
    return labels;
}

void HopChart::paintLabels(QPainter& painter, const Axes& a) const {
    if (!a.labels)
        return;
    std::vector<Label> all = labels(a);
    const double left = a.plot.right() + 12;
    std::vector<QRectF> boxes;
    for (const Label& label : all)
        boxes.emplace_back(left, label.y - kLabelHeight / 2, kLabelWidth - 14, kLabelHeight);
    if (!spreadVertically(boxes, a.plot.top() - 8, a.plot.bottom() + 18, 0))
        return;
    setTextSize(painter, kSmallText);
    for (std::size_t i = 0; i < all.size(); ++i) {
        painter.setPen(QPen(withAlpha(all[i].color, 0.6), 1));
        painter.drawLine(QPointF(a.plot.right() + 2, all[i].y), QPointF(left - 2, boxes[i].center().y()));
        painter.setPen(all[i].color);
        painter.drawText(boxes[i], Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(all[i].text, Qt::ElideMiddle,
                                                          static_cast<int>(boxes[i].width())));
    }
}

QString HopChart::hopText(int hop) const {
    if (empty())
        return {};
    QStringList lines;
    const PathTimeline timeline(m_paths);
    const std::size_t moment = timeline.momentOfHop(hop);
    for (std::size_t which = 0; which < (pair() ? 2 : 1); ++which) {
        const PathModel& path = *m_paths[which].path;
        const PathStep& step = path.steps[timeline.step(moment, which)];
        QString text = stepText(path, timeline.step(moment, which));
        if (std::isfinite(step.worst))
            text += tr(", worst %1").arg(distanceText(path.metric, step.worst));
        lines << (pair() ? tr("%1: %2").arg(m_paths[which].name, text) : text);
    }
    if (!m_paths[0].path->truth.empty())
        lines << tr("true neighbour %1 at %2")
                     .arg(m_paths[0].path->truth.size())
                     .arg(distanceText(m_paths[0].path->metric, m_paths[0].path->truth.back().distance));
    return lines.join(QLatin1Char('\n'));
}

int HopChart::hopAt(QPointF at) const {
    const Axes a = axes(rect());
    return static_cast<int>(std::lround(std::clamp(a.xAt(at.x()), a.left, a.right)));
}

void HopChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && !empty())
        emit hopPicked(hopAt(event->position()));
}

void HopChart::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) && !empty())
        emit hopPicked(hopAt(event->position()));
}

void HopChart::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right)
        return QWidget::keyPressEvent(event);
    emit stepWanted(event->key() == Qt::Key_Right ? 1 : -1);
}

bool HopChart::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), hopText(hopAt(help->pos())), this);
    return true;
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
