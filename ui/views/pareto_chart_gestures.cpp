// SPDX-License-Identifier: GPL-3.0-or-later
// What is dragged on the curve besides the view: the recall line, and a rectangle that filters the runs.
#include "ui/common/format.h"
#include "ui/models/filter_stack.h"
#include "ui/views/curve_painter.h"
#include "ui/views/pareto_chart.h"
#include "ui/views/recall_handle.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kGrabRadius = 5;
constexpr std::size_t kBrushesKept = 64; ///< of undone filters that may come back

QString curveSource() {
    return QStringLiteral("curve");
}

double rounded(double value, double step) {
    return std::round(value / step) * step;
}

} // namespace

void ParetoChart::makeHandle() {
    m_handle = new RecallHandle(viewport());
    connect(m_handle, &RecallHandle::moved, this, &ParetoChart::setTargetRecall);
    connect(m_handle, &RecallHandle::dragged, this,
            [this](QPointF at) { setTargetRecall(recallAtPixel(at.x())); });
    connect(m_handle, &RecallHandle::hotChanged, this, &ParetoChart::setTargetHot);
    connect(m_handle, &RecallHandle::escaped, this, [this] { setFocus(Qt::OtherFocusReason); });
}

void ParetoChart::setTargetRecall(double recall) {
    recall = rounded(std::clamp(recall, 0.0, 1.0), 1e-4);
    if (recall == m_scene.targetRecall)
        return;
    m_scene.targetRecall = recall;
    m_target->refresh();
    placeHandle();
    emit targetRecallChanged(recall);
}

void ParetoChart::placeHandle() {
    const auto x = targetPixel(m_scene);
    const ViewRange& view = m_scene.mapping.view;
    m_handle->setRecall(m_scene.targetRecall);
    m_handle->setRange(m_scene.content.axis.fromAxis(view.x0), m_scene.content.axis.fromAxis(view.x1));
    m_handle->setVisible(x.has_value());
    if (x)
        m_handle->move(int(*x) - m_handle->width() / 2,
                       int(m_scene.mapping.plot.top()) - m_handle->height() + 2);
}

void ParetoChart::setTargetHot(bool hot) {
    hot = hot || m_drag == Drag::Target || m_handle->hasFocus();
    if (hot == m_scene.targetHot)
        return;
    m_scene.targetHot = hot;
    m_target->refresh();
}

bool ParetoChart::isOnTarget(QPointF pixel) const {
    const auto x = targetPixel(m_scene);
    const QRectF plot = m_scene.mapping.plot;
    return x && std::abs(pixel.x() - *x) <= kGrabRadius && pixel.y() >= plot.top() &&
           pixel.y() <= plot.bottom();
}

/// On a grid that a pixel can tell apart.
double ParetoChart::recallAtPixel(double x) const {
    const CurveMapping& mapping = m_scene.mapping;
    const RecallAxis& axis = m_scene.content.axis;
    const double clamped = std::clamp(x, mapping.plot.left(), mapping.plot.right());
    const double recall = axis.fromAxis(mapping.fromPixel({clamped, 0}).x());
    const double next = axis.fromAxis(mapping.fromPixel({clamped + 1, 0}).x());
    const double grid = std::abs(next - recall) < 0.0004 ? 1e-4 : 1e-3;
    return std::clamp(rounded(recall, grid), grid, 1.0);
}

void ParetoChart::setFilters(FilterStack* filters) {
    m_filters = filters;
    connect(filters, &FilterStack::changed, this, [this] {
        applyFilters();
        syncLines();
        m_markers->refresh();
        m_overlay->refresh();
    });
    applyFilters();
    m_markers->refresh();
}

void ParetoChart::applyFilters() {
    m_scene.brush = {};
    m_scene.filterNote.clear();
    if (!m_filters)
        return;
    std::size_t passing = 0;
    for (CurveSeries& series : m_scene.content.series)
        series.passes = false;
    for (CurvePoint& point : m_scene.content.points) {
        point.dimmed = !m_filters->passesRun(point.run);
        passing += !point.dimmed;
        if (!point.dimmed)
            m_scene.content.series[point.series].passes = true;
    }
    if (passing < m_scene.content.points.size())
        m_scene.filterNote =
            tr("%1 of %2 runs").arg(formatCount(passing), formatCount(m_scene.content.points.size()));
    for (const Filter& filter : m_filters->filters()) {
        if (filter.source != curveSource())
            continue;
        const auto drawn = std::ranges::find(m_brushes, filter.text, &std::pair<QString, QRectF>::first);
        if (drawn != m_brushes.end())
            m_scene.brush = drawn->second;
    }
}

void ParetoChart::setBrushing(bool on) {
    if (m_brushing == on)
        return;
    m_brushing = on;
    viewport()->setCursor(on ? Qt::CrossCursor : Qt::ArrowCursor);
    emit brushingChanged(on);
}

std::vector<qint64> ParetoChart::runsIn(QRectF pixels) const {
    std::vector<qint64> runs;
    for (const CurvePoint& point : m_scene.content.points)
        if (pixels.contains(m_scene.mapping.toPixel(point.position)))
            runs.push_back(point.run);
    std::ranges::sort(runs);
    return runs;
}

QString ParetoChart::brushTextOf(QRectF pixels) const {
    const QPointF a = m_scene.mapping.fromPixel(pixels.bottomLeft());
    const QPointF b = m_scene.mapping.fromPixel(pixels.topRight());
    const RecallAxis& axis = m_scene.content.axis;
    const double from = std::max(0.0, axis.fromAxis(a.x())), to = std::min(1.0, axis.fromAxis(b.x()));
    const double step = to - from < 0.02 ? 1e-4 : 1e-3;
    const auto recall = [&](double value) {
        return QString::number(rounded(value, step), 'f', step < 1e-3 ? 4 : 3);
    };
    return tr("recall %1–%2, %3–%4 QPS")
        .arg(recall(from), recall(to), formatShort(std::pow(10.0, a.y())),
             formatShort(std::pow(10.0, b.y())));
}

void ParetoChart::showBrush(QRectF pixels) {
    m_scene.rubberBand = pixels;
    const QRectF inside = pixels.intersected(m_scene.mapping.plot);
    const std::size_t count = runsIn(inside).size();
    m_scene.brushText = brushTextOf(inside) + QStringLiteral(" · ") +
                        (count == 1 ? tr("1 run") : tr("%1 runs").arg(formatCount(count)));
    m_overlay->refresh();
}

/// A rectangle without runs is no filter: it would leave nothing to see.
void ParetoChart::filterBy(QRectF pixels) {
    Filter filter;
    filter.source = curveSource();
    filter.runs = runsIn(pixels);
    if (!m_filters || filter.runs->empty())
        return;
    filter.text = brushTextOf(pixels);
    const QRectF drawn(m_scene.mapping.fromPixel(pixels.topLeft()),
                       m_scene.mapping.fromPixel(pixels.bottomRight()));
    if (m_brushes.size() == kBrushesKept)
        m_brushes.erase(m_brushes.begin());
    std::erase_if(m_brushes, [&](const auto& brush) { return brush.first == filter.text; });
    m_brushes.emplace_back(filter.text, drawn);
    m_filters->set(std::move(filter));
}

/// As if it had not begun.
void ParetoChart::endDrag() {
    if (std::exchange(m_drag, Drag::None) == Drag::Target)
        setTargetRecall(m_targetBefore);
    m_button = Qt::NoButton;
    m_scene.rubberBand = {};
    m_scene.brushText.clear();
    m_overlay->refresh();
}

} // namespace annscope::ui
