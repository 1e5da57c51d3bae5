// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <cstdint>
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
/// QPS at a recall, log-linear between the neighbours on the front; the fastest point's where all are above;
/// 0: not reached.
double qps_at_recall(const std::vector<OperatingPoint>& points, double recall);

} // namespace annscope
