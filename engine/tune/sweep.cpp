// SPDX-License-Identifier: Apache-2.0
#include "tune/sweep.h"

#include "core/parallel.h"
#include "core/timer.h"
#include "data/recall.h"
#include "tune/judge.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>

namespace annscope {
namespace {

constexpr std::size_t kWarmUpQueries = 1000;

/// One pass over all queries.
struct Pass {
    double seconds = 0; ///< of the searches; with several threads: wall clock
    std::vector<double> micros;
    SearchStats stats;
};

class Measurement {
public:
    Measurement(const Index& index, VectorView queries, const SearchParams& params,
                const SweepOptions& options, const Control& control)
        : m_index(index), m_queries(queries), m_params(params), m_options(options), m_control(control),
          m_ids(queries.rows() * options.k), m_distances(queries.rows() * options.k) {}

    Result<Pass> pass(std::size_t queries) {
        Pass result;
        result.micros.resize(queries);
        if (m_options.threads <= 1) {
            for (std::size_t i = 0; i < queries; ++i) {
                if (m_control.cancel_requested())
                    return cancelled();
                ANNSCOPE_ASSIGN(const SearchStats stats, one(i, result.micros[i]));
                result.stats += stats;
            }
            result.seconds = std::accumulate(result.micros.begin(), result.micros.end(), 0.0) * 1e-6;
            return result;
        }
        return threaded_pass(queries, std::move(result));
    }

    std::vector<Id>& ids() { return m_ids; }

private:
    Result<SearchStats> one(std::size_t i, double& micros) {
        const std::size_t k = m_options.k;
        const Timer timer;
        auto stats = m_index.search(
            m_queries.rows(i, 1), k, m_params,
            {std::span(m_ids).subspan(i * k, k), std::span(m_distances).subspan(i * k, k)}, m_control);
        micros = timer.seconds() * 1e6;
        m_control.advance();
        return stats;
    }

    Result<Pass> threaded_pass(std::size_t queries, Pass result) {
        std::mutex mutex;
        std::optional<Error> failure;
        Control control = m_control;
        control.threads = m_options.threads;
        const Timer timer;
        const Status status = parallel_for(queries, 8, control, [&](std::size_t begin, std::size_t end, int) {
            SearchStats sum;
            std::optional<Error> first;
            for (std::size_t i = begin; i < end && !first; ++i) {
                if (const auto stats = one(i, result.micros[i]))
                    sum += *stats;
                else
                    first = stats.error();
            }
            const std::lock_guard lock(mutex);
            result.stats += sum;
            if (first && !failure)
                failure = std::move(first);
        });
        result.seconds = timer.seconds();
        if (failure)
            return *failure;
        ANNSCOPE_TRY(status);
        return result;
    }

    const Index& m_index;
    const VectorView m_queries;
    const SearchParams& m_params;
    const SweepOptions& m_options;
    const Control& m_control;
    std::vector<Id> m_ids;
    std::vector<float> m_distances;
};

Latency summarize(std::vector<double> micros) {
    std::ranges::sort(micros);
    const auto percentile = [&](double share) { // nearest rank
        const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(micros.size())));
        return micros[rank == 0 ? 0 : rank - 1];
    };
    const double sum = std::accumulate(micros.begin(), micros.end(), 0.0);
    return {sum / static_cast<double>(micros.size()), percentile(0.5), percentile(0.95), percentile(0.99)};
}

Status check_workload(const Index& index, const Workload& workload, const SweepOptions& options) {
    if (workload.queries.empty())
        return Error{ErrorCode::InvalidArgument, "There are no queries to measure with."};
    if (workload.queries.dim() != index.dim())
        return Error{ErrorCode::DimensionMismatch,
                     "The queries have " + std::to_string(workload.queries.dim()) +
                         " dimensions, the index has " + std::to_string(index.dim()) + "."};
    if (options.k == 0 || options.k > workload.base.size())
        return Error{ErrorCode::InvalidArgument, "k must be from 1 to the number of vectors, " +
                                                     std::to_string(workload.base.size()) + ", not " +
                                                     std::to_string(options.k) + "."};
    if (workload.truth.queries < workload.queries.size() || workload.truth.k < options.k)
        return Error{ErrorCode::InvalidArgument,
                     "The true neighbours cover " + std::to_string(workload.truth.queries) +
                         " queries with " + std::to_string(workload.truth.k) + " each; " +
                         std::to_string(workload.queries.size()) + " queries with " +
                         std::to_string(options.k) + " each are needed."};
    return {};
}

/// queries: already float32.
Result<OperatingPoint> measure_point(const Index& index, const Workload& workload, VectorView queries,
                                     const SearchParams& params, const SweepOptions& options,
                                     const Control& control, std::vector<Id>* ids) {
    Measurement measurement(index, queries, params, options, control);
    if (options.warm_up) {
        const Control silent{control.stop, nullptr, control.threads};
        Measurement warm(index, queries, params, options, silent);
        ANNSCOPE_TRY(warm.pass(std::min(queries.rows(), kWarmUpQueries)));
    }
    std::vector<Pass> passes;
    double spent = 0;
    for (int r = 0; r < std::max(options.repeats, 1); ++r) {
        if (r > 0 && spent + spent / r > options.max_seconds_per_point) {
            control.advance(queries.rows() * static_cast<std::size_t>(options.repeats - r));
            break;
        }
        ANNSCOPE_ASSIGN(Pass pass, measurement.pass(queries.rows()));
        spent += pass.seconds;
        passes.push_back(std::move(pass));
    }
    std::ranges::sort(passes, {}, &Pass::seconds);
    const Pass& median = passes[passes.size() / 2];

    ANNSCOPE_ASSIGN(std::vector<float> recalls, judge(workload.base, queries, workload.truth, workload.metric,
                                                      measurement.ids(), options.k, control));
    OperatingPoint point;
    point.params = params;
    point.k = options.k;
    RecallSummary recall = summarize_recall(std::move(recalls));
    point.recall = recall.mean;
    point.recall_p5 = recall.p5;
    point.recall_per_query = std::move(recall.per_query);
    point.qps = static_cast<double>(queries.rows()) / median.seconds;
    point.qps_spread = (passes.back().seconds - passes.front().seconds) / 2 / median.seconds;
    point.latency = summarize(median.micros);
    point.stats = median.stats;
    point.queries = queries.rows();
    point.threads = std::max(options.threads, 1);
    point.repeats = static_cast<int>(passes.size());
    if (ids)
        *ids = std::move(measurement.ids());
    return point;
}

} // namespace

Workload workload_of(const Dataset& dataset, std::size_t max_queries) {
    const std::size_t queries =
        max_queries ? std::min(max_queries, dataset.queries.size()) : dataset.queries.size();
    return {dataset.base, dataset.queries.slice(0, queries).to_float(), dataset.truth, dataset.metric};
}

Result<OperatingPoint> measure(const Index& index, const Workload& workload, const SearchParams& params,
                               const SweepOptions& options, const Control& control, std::vector<Id>* ids) {
    ANNSCOPE_TRY(check_workload(index, workload, options));
    const VectorSet queries = workload.queries.to_float();
    return measure_point(index, workload, queries.view<float>(), params, options, control, ids);
}

Result<std::vector<OperatingPoint>> sweep(const Index& index, const Workload& workload,
                                          const ParameterSpace& space, const SweepOptions& options,
                                          const Control& control, const OnPoint& on_point,
                                          std::vector<Id>* last_ids) {
    ANNSCOPE_TRY(check_workload(index, workload, options));
    const VectorSet queries = workload.queries.to_float();
    const std::vector<SearchParams> all = space.points();
    control.begin("Measuring",
                  all.size() * queries.size() * static_cast<std::size_t>(std::max(options.repeats, 1)));
    std::vector<OperatingPoint> points;
    int full = 0;
    for (const SearchParams& params : all) {
        ANNSCOPE_ASSIGN(OperatingPoint point, measure_point(index, workload, queries.view<float>(), params,
                                                            options, control, last_ids));
        if (on_point)
            on_point(point);
        full = point.recall >= 0.99995 ? full + 1 : 0;
        points.push_back(std::move(point));
        if (options.stop_at_full_recall && full >= 2)
            break;
    }
    return points;
}

} // namespace annscope
