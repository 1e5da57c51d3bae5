// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare_curves.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/compare_content.h"
#include "ui/models/runs_model.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {
constexpr double kNear = 14; ///< px from a run that still mean it
}

CompareCurves::CompareCurves(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("compareCurves"));
    setAccessibleName(tr("Curves of the compared runs"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void CompareCurves::setRuns(const RunsModel& model, const std::vector<const Run*>& runs,
                            const QString& subtitle) {
    m_lines.clear();
    m_points.clear();
    m_subtitle = subtitle;
    m_k = runs.empty() ? 0 : runs.front()->point.k;
    m_trials = 1;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = *runs[i];
        const int style = run.index ? run.index->series : 0;
        m_points.push_back({run.id, compareLetter(i), style, run.point.recall, run.point.qps});
        m_trials = std::max(m_trials, run.point.queries * run.point.k);
        if (run.point.k != m_k)
            m_k = 0;
        if (std::ranges::find(m_lines, seriesOf(run), &Line::key) != m_lines.end())
            continue;
        Line line{seriesOf(run), style, {}};
        for (const qint64 id : model.front(line.key))
            line.points.emplace_back(model.run(id)->point.recall, model.run(id)->point.qps);
        m_lines.push_back(std::move(line));
    }
    findRange();
}

void CompareCurves::setRecallScale(RecallScale scale) {
    m_scale = scale;
    findRange();
}

void CompareCurves::findRange() {
    m_axis = RecallAxis(m_scale, std::clamp(1 / double(m_trials), 1e-7, 1e-2));
    double low = 1, high = 0, slow = 1e300, fast = 0;
    const auto take = [&](double recall, double qps) {
        low = std::min(low, recall);
        high = std::max(high, recall);
        slow = std::min(slow, qps);
        fast = std::max(fast, qps);
    };
    for (const Line& line : m_lines)
        for (const auto& [recall, qps] : line.points)
            take(recall, qps);
    for (const Point& point : m_points)
        take(point.recall, point.qps);
    if (fast > 0) {
        const auto [left, right] = m_axis.niceRange(low, high);
        m_left = left;
        m_right = std::max(right, m_axis.toAxis(high));
        const double air = 0.05 + 0.06 * std::log10(fast / slow);
        m_bottom = std::log10(slow) - air;
        m_top = std::log10(fast) + air;
    }
    update();
}

void CompareCurves::setHovered(qint64 run) {
    if (std::exchange(m_hovered, run) != run)
        update();
}

PlotFrame CompareCurves::frameIn(const QRectF& area) const {
    PlotFrame frame = PlotFrame::inside(area);
    frame.left = m_left;
    frame.right = m_right;
    frame.bottom = m_bottom;
    frame.top = m_top;
    return frame;
}

QPointF CompareCurves::place(const PlotFrame& frame, double recall, double qps) const {
    return frame.at(m_axis.toAxis(recall), std::log10(std::max(qps, 1e-3)));
}

QPointF CompareCurves::pixelOf(qint64 run) const {
    const auto point = std::ranges::find(m_points, run, &Point::run);
    return point == m_points.end() ? QPointF() : place(frameIn(rect()), point->recall, point->qps);
}

void CompareCurves::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, rect());
}

void CompareCurves::paint(QPainter& painter, const QRectF& area) const {
    if (m_points.empty())
        return;
    const PlotFrame frame = frameIn(area);
    frame.paintGrid(painter, m_axis.ticks(m_left, m_right, frame.roomX()),
                    logTicks(m_bottom, m_top, frame.roomY()), m_axis.title(m_k), tr("QPS (log)"));
    for (const Line& line : m_lines) {
        painter.setPen(seriesStyle(line.style).pen(1.5));
        QPolygonF path;
        for (const auto& [recall, qps] : line.points)
            path << place(frame, recall, qps);
        painter.drawPolyline(path);
    }
    LabelPlacer labels(painter, frame.plot.adjusted(-4, -6, 12, 6));
    for (const Point& point : m_points) {
        const QPointF at = place(frame, point.recall, point.qps);
        const SeriesStyle style = seriesStyle(point.style);
        drawMarker(painter, at, style.marker, ui::palette().panel, 12);
        drawMarker(painter, at, style.marker, style.color, 9);
        if (point.run == m_hovered) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(ui::palette().text, 1.25));
            painter.drawEllipse(at, 8, 8);
        }
    }
    for (const Point& point : m_points)
        labels.place(place(frame, point.recall, point.qps), 9, point.letter, ui::palette().text, true);
}

qint64 CompareCurves::runAt(QPointF pixel) const {
    const PlotFrame frame = frameIn(rect());
    qint64 nearest = -1;
    double best = kNear;
    for (const Point& point : m_points) {
        const QPointF to = place(frame, point.recall, point.qps) - pixel;
        if (std::hypot(to.x(), to.y()) < best) {
            best = std::hypot(to.x(), to.y());
            nearest = point.run;
        }
    }
    return nearest;
}

void CompareCurves::mouseMoveEvent(QMouseEvent* event) {
    const qint64 run = runAt(event->position());
    setCursor(run >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    emit hovered(run);
}

void CompareCurves::mousePressEvent(QMouseEvent* event) {
    const qint64 run = event->button() == Qt::LeftButton ? runAt(event->position()) : -1;
    if (run >= 0)
        emit clicked(run);
}

void CompareCurves::leaveEvent(QEvent*) {
    emit hovered(-1);
}

TitledPicture CompareCurves::picture() const {
    return {tr("Recall against queries per second"), m_subtitle, tr("compared curves"), size(),
            [this](QPainter& painter, const QRectF& area) { paint(painter, area); }};
}

void CompareCurves::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
