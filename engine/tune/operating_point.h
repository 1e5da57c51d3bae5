// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annscope {

/// Microseconds a query, over all queries of the workload.
struct Latency {
    double mean = 0, p50 = 0, p95 = 0, p99 = 0;
};

/// One measured configuration of one index.
struct OperatingPoint {
    SearchParams params;
    std::size_t k = 0;
    double recall = 0, recall_p5 = 0;
    double qps = 0;        ///< median over the repeats
    double qps_spread = 0; ///< half the range over the repeats, as a share of qps
    Latency latency;
    SearchStats stats; ///< means per query are stats / queries
    std::size_t queries = 0;
    int threads = 1, repeats = 0;
    std::vector<float> recall_per_query;
};

/// Indices of the points that no other beats in both recall and QPS, by ascending recall.
std::vector<std::size_t> pareto_front(const std::vector<OperatingPoint>& points);

/// Where a series stands at a recall: a measured point, or what lies between two of them.
struct PointAtRecall {
    bool reached = false;
    bool interpolated = false; ///< else the numbers are those of high
    bool at_least = false;     ///< high is the fastest point and has more recall than asked for
    std::size_t low = 0;       ///< measured point just below; equals high where nothing is interpolated
    std::size_t high = 0;      ///< measured point that reaches the recall with the most QPS
    double share = 1;          ///< of the way from low to high, by recall
    double qps = 0;
    Latency latency;
};

/// front: of points, as pareto_front gives it. QPS and latencies are log-linear in recall between neighbours
/// on the front; the fastest point stands for all recalls below its own. Latencies that one of the two lacks
/// (0) are those of high. low and high index points. Cost: O(log front).
PointAtRecall point_at_recall(const std::vector<OperatingPoint>& points, std::span<const std::size_t> front,
                              double recall);
/// The parameter that alone differs between two settings, at the share of the way between them (geometric
/// where both are positive); none where several differ or one lacks it.
std::optional<std::pair<std::string, double>> param_between(const SearchParams& low, const SearchParams& high,
                                                            double share);
/// QPS at a recall, log-linear between the neighbours on the front; the fastest point's where all are above;
/// 0: not reached.
double qps_at_recall(const std::vector<OperatingPoint>& points, double recall);

} // namespace annscope
