// SPDX-License-Identifier: Apache-2.0
#include "tune/operating_point.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope {

std::vector<std::size_t> pareto_front(const std::vector<OperatingPoint>& points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return points[a].recall != points[b].recall ? points[a].recall > points[b].recall
                                                    : points[a].qps > points[b].qps;
    });
    std::vector<std::size_t> front;
    double best = -1;
    for (const std::size_t i : order)
        if (points[i].qps > best) {
            best = points[i].qps;
            front.push_back(i);
        }
    std::ranges::reverse(front);
    return front;
}

namespace {

double log_lerp(double low, double high, double share) {
    return low > 0 && high > 0 ? std::exp(std::lerp(std::log(low), std::log(high), share)) : high;
}

} // namespace

PointAtRecall point_at_recall(const std::vector<OperatingPoint>& points, std::span<const std::size_t> front,
                              double recall) {
    PointAtRecall result;
    const auto above =
        std::ranges::lower_bound(front, recall, {}, [&](std::size_t i) { return points[i].recall; });
    if (above == front.end())
        return result;
    const OperatingPoint& high = points[*above];
    result.reached = true;
    result.low = result.high = *above;
    result.qps = high.qps;
    result.latency = high.latency;
    if (above == front.begin() || high.recall == recall) {
        result.at_least = high.recall > recall;
        return result;
    }
    result.low = *std::prev(above);
    const OperatingPoint& low = points[result.low];
    result.interpolated = true;
    result.share = (recall - low.recall) / (high.recall - low.recall);
    result.qps = log_lerp(low.qps, high.qps, result.share);
    result.latency = {log_lerp(low.latency.mean, high.latency.mean, result.share),
                      log_lerp(low.latency.p50, high.latency.p50, result.share),
                      log_lerp(low.latency.p95, high.latency.p95, result.share),
                      log_lerp(low.latency.p99, high.latency.p99, result.share)};
    return result;
}

std::optional<std::pair<std::string, double>> param_between(const SearchParams& low, const SearchParams& high,
                                                            double share) {
    std::optional<std::pair<std::string, double>> between;
    if (low.values().size() != high.values().size())
        return std::nullopt;
    for (const auto& [name, to] : high.values()) {
        if (!low.contains(name))
            return std::nullopt;
        const double from = low.get(name, to);
        if (from == to)
            continue;
        if (between)
            return std::nullopt;
        between.emplace(name, from > 0 && to > 0 ? log_lerp(from, to, share) : std::lerp(from, to, share));
    }
    return between;
}

double qps_at_recall(const std::vector<OperatingPoint>& points, double recall) {
    return point_at_recall(points, pareto_front(points), recall).qps;
}

} // namespace annscope
