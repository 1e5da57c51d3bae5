// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/curve_content.h"

#include "ui/common/format.h"
#include "ui/models/runs_model.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>

namespace annscope::ui {
namespace {

constexpr double kDimmedMalus = 10; ///< and by which what does not pass the filters loses
constexpr double kFrontBonus = 3;   ///< pixels by which a point of a front wins over a dominated one

QString tr(const char* text) {
    return QCoreApplication::translate("Curve", text);
}

QString metricText(Metric metric) {
    switch (metric) {
    case Metric::L2:
        return QStringLiteral("L2");
    case Metric::InnerProduct:
        return tr("inner product");
    case Metric::Cosine:
        return tr("cosine");
    }
    return {};
}

bool shown(const Run& run, const Dataset* dataset) {
    return !run.hidden && run.point.qps > 0 && std::isfinite(run.point.qps) &&
           (!dataset || (run.index && run.index->dataset.get() == dataset));
}

void nameSeries(CurveContent& content, const std::map<SeriesKey, const Run*>& examples) {
    for (CurveSeries& series : content.series) {
        const Run* run = examples.at(series.key);
        const QString title = run->index ? run->index->title : tr("index");
        const auto bar = title.indexOf(u'|');
        series.name = bar < 0 ? title : title.left(bar);
        QStringList details;
        if (bar >= 0 && bar + 1 < title.size())
            details << title.mid(bar + 1).replace(u',', QStringLiteral(", "));
        if (content.k == 0)
            details << QStringLiteral("k=%1").arg(series.key.k);
        if (content.threads == 0)
            details << (series.key.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(series.key.threads));
        series.detail = details.join(QStringLiteral(", "));
        series.style = run->index ? run->index->series : 0;
    }
}

void nameData(CurveContent& content, const std::map<SeriesKey, const Run*>& examples) {
    const Dataset* only = nullptr;
    for (const auto& [key, run] : examples) {
        const Dataset* dataset = run->index ? run->index->dataset.get() : nullptr;
        if (!dataset || (only && only != dataset))
            return;
        only = dataset;
    }
    if (!only)
        return;
    content.dataName = QString::fromStdString(only->name);
    content.dataDetail =
        formatShape(only->base.size(), only->dim()) + QStringLiteral(", ") + metricText(only->metric);
}

} // namespace

CurveContent curveContent(const RunsModel& model, const Dataset* dataset, RecallScale scale) {
    CurveContent content;
    std::map<SeriesKey, const Run*> examples;
    double resolution = 1e-2;
    for (const Run& run : model.runs()) {
        if (!shown(run, dataset))
            continue;
        examples.try_emplace(seriesOf(run), &run);
        const double trials = double(run.point.queries) * double(std::max<std::size_t>(run.point.k, 1));
        resolution = std::min(resolution, 1 / std::max(trials, 1.0));
    }
    content.axis = RecallAxis(scale, std::max(resolution, 1e-7));
    std::map<SeriesKey, std::size_t> places;
    for (const auto& [key, run] : examples) {
        places[key] = content.series.size();
        content.series.push_back({key, {}, {}, 0, true, {}});
        content.k = content.series.size() == 1 || content.k == key.k ? key.k : 0;
        content.threads = content.series.size() == 1 || content.threads == key.threads ? key.threads : 0;
    }
    for (const Run& run : model.runs())
        if (shown(run, dataset))
            content.points.push_back({run.id, places[seriesOf(run)], content.position(run.point),
                                      model.onFront(run.id), run.pinned});
    std::ranges::stable_partition(content.points, [](const CurvePoint& point) { return !point.front; });
    for (std::size_t i = 0; i < content.points.size(); ++i)
        if (content.points[i].front)
            content.series[content.points[i].series].front.push_back(i);
    for (CurveSeries& series : content.series)
        std::ranges::stable_sort(series.front, {},
                                 [&](std::size_t i) { return content.points[i].position.x(); });
    nameSeries(content, examples);
    nameData(content, examples);
    return content;
}

QPointF CurveContent::position(const OperatingPoint& point) const {
    return {axis.toAxis(point.recall), std::log10(std::max(point.qps, 1e-3))};
}

QString CurveContent::yTitle() const {
    if (threads == 0)
        return tr("Queries per second (log)");
    return threads == 1 ? tr("Queries per second, 1 thread (log)")
                        : tr("Queries per second, %1 threads (log)").arg(threads);
}

QString CurveContent::shortYTitle() const {
    if (threads == 0)
        return tr("QPS (log)");
    return threads == 1 ? tr("QPS, 1 thread (log)") : tr("QPS, %1 threads (log)").arg(threads);
}

ViewRange CurveContent::range(const std::optional<LiveEstimate>& live) const {
    std::vector<QPointF> positions;
    for (const CurvePoint& point : points)
        positions.push_back(point.position);
    if (live)
        positions.push_back(position(live->point));
    if (positions.empty())
        return {axis.toAxis(0.1), axis.toAxis(1), 2, 5};
    double x0 = positions[0].x(), x1 = x0, y0 = positions[0].y(), y1 = y0;
    for (const QPointF& p : positions) {
        x0 = std::min(x0, p.x());
        x1 = std::max(x1, p.x());
        y0 = std::min(y0, p.y());
        y1 = std::max(y1, p.y());
    }
    const auto [left, right] = axis.niceRange(axis.fromAxis(x0), axis.fromAxis(x1));
    // A tenth of a decade at least, so that a marker at the edge is whole.
    const double air = std::max(0.05, 0.06 * (y1 - y0));
    return {left, std::max(right, x1), std::floor((y0 - air) * 10) / 10, std::ceil((y1 + air) * 10) / 10};
}

std::size_t nearestPoint(const CurveContent& content, const CurveMapping& mapping, QPointF pixel,
                         double radius) {
    std::size_t best = kNoPoint;
    double bestDistance = radius;
    const QRectF inside = mapping.plot.adjusted(-8, -8, 8, 8);
    for (std::size_t i = 0; i < content.points.size(); ++i) {
        const QPointF at = mapping.toPixel(content.points[i].position);
        const double distance = std::hypot(at.x() - pixel.x(), at.y() - pixel.y()) -
                                (content.points[i].front ? kFrontBonus : 0) +
                                (content.points[i].dimmed ? kDimmedMalus : 0);
        if (distance < bestDistance && inside.contains(at)) {
            bestDistance = distance;
            best = i;
        }
    }
    return best;
}

} // namespace annscope::ui
