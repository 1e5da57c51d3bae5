// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/live_measure.h"

#include "tune/sweep.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/run.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope::ui {
namespace {

constexpr double kFirstSeconds = 0.05;
constexpr std::size_t kProbe = 2, kFirstMost = 100, kGrowth = 4;
constexpr double kQuickPass = 0.4; ///< seconds; all queries are repeated below that

/// A stride near the golden section of count, coprime with it: multiples visit every query once and every
/// beginning of the walk is spread evenly.
std::size_t goldenStride(std::size_t count) {
    auto stride = std::max<std::size_t>(1, std::size_t(std::llround(double(count) * 0.6180339887498949)));
    while (std::gcd(stride, count) != 1)
        ++stride;
    return stride;
}

Workload sampleOf(const Dataset& dataset, std::size_t queries, std::size_t k) {
    const std::size_t all = dataset.queries.size(), dim = dataset.queries.dim();
    if (queries >= all)
        return workload_of(dataset);
    Workload sample{dataset.base, {}, {}, dataset.metric};
    AlignedBuffer<float> values(queries * dim);
    sample.truth.queries = queries;
    sample.truth.k = k;
    sample.truth.of_originals = dataset.truth.of_originals;
    const std::size_t stride = goldenStride(all);
    for (std::size_t i = 0; i < queries; ++i) {
        const std::size_t query = i * stride % all;
        dataset.queries.copy_row(query, values.data() + i * dim);
        const auto ids = dataset.truth.ids_of(query).first(k);
        const auto distances = dataset.truth.distances_of(query).first(k);
        sample.truth.ids.insert(sample.truth.ids.end(), ids.begin(), ids.end());
        sample.truth.distances.insert(sample.truth.distances.end(), distances.begin(), distances.end());
    }
    sample.queries = VectorSet::adopt(std::move(values), queries, dim);
    return sample;
}

} // namespace

Result<LiveEstimate> measureSample(const BuiltIndexPtr& index, const SearchParams& params, std::size_t k,
                                   std::size_t queries, const Control& control) {
    const Dataset& dataset = index->measured();
    const std::size_t total = dataset.queries.size();
    if (dataset.truth.queries < total || dataset.truth.k < k || total == 0)
        return Error{ErrorCode::InvalidArgument, "Recall needs the true " + std::to_string(k) +
                                                     " neighbours of every query; there are " +
                                                     std::to_string(dataset.truth.k) + " of " +
                                                     std::to_string(dataset.truth.queries) + " queries."};
    SweepOptions options;
    options.k = k;
    options.repeats = 1;
    options.warm_up = false;
    const auto measured = [&](std::size_t count) {
        return measure(*index->index, sampleOf(dataset, count, k), params, options, control);
    };
    if (queries == 0) {
        // The probe warms caches up, too, so it does not count.
        ANNSCOPE_ASSIGN(const OperatingPoint probe, measured(std::min(kProbe, total)));
        const double affordable = kFirstSeconds * probe.qps;
        queries = std::size_t(std::clamp(affordable, double(kProbe), double(kFirstMost)));
    }
    queries = std::min(queries, total);
    if (queries == total) {
        options.repeats = 3;
        options.max_seconds_per_point = kQuickPass;
    }
    LiveEstimate estimate;
    ANNSCOPE_ASSIGN(estimate.point, measured(queries));
    estimate.index = index;
    estimate.recallMargin = recallMargin(estimate.point);
    estimate.total = total;
    return estimate;
}

LiveMeasure::LiveMeasure(JobRunner* jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void LiveMeasure::request(BuiltIndexPtr index, const SearchParams& params, std::size_t k) {
    if (!index || !index->index || !index->dataset)
        return;
    m_next = Request{std::move(index), params, k};
    if (m_job == 0)
        begin();
    else if (!m_first)
        m_jobs->cancel(m_job);
}

void LiveMeasure::stop() {
    m_next.reset();
    m_current.reset();
    if (m_job != 0)
        m_jobs->cancel(m_job);
}

void LiveMeasure::begin() {
    m_current = std::move(m_next);
    m_next.reset();
    m_first = true;
    measureOn(0);
}

void LiveMeasure::measureOn(std::size_t queries) {
    const Request request = *m_current;
    m_job = m_jobs->submit<LiveEstimate>(
        Lane::Interactive, tr("Measure %1").arg(request.index->title),
        [request, queries](const Control& control) {
            return measureSample(request.index, request.params, request.k, queries, control);
        },
        this, [this](Result<LiveEstimate> result) { arrived(std::move(result)); });
}

void LiveMeasure::arrived(Result<LiveEstimate> result) {
    m_job = 0;
    const bool wanted = m_current.has_value();
    if (wanted && result)
        emit estimated(*result);
    if (m_next)
        return begin();
    if (!wanted || !m_current)
        return;
    if (!result) {
        m_current.reset();
        if (result.error().code != ErrorCode::Cancelled)
            emit failed(QString::fromStdString(result.error().message));
        return;
    }
    if (result->complete()) {
        m_current.reset();
        emit finished();
        return;
    }
    m_first = false;
    measureOn(result->point.queries * kGrowth);
}

} // namespace annscope::ui
