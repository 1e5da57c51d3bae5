// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace annscope::bench {

/// One setting of one series: medians over the passes, counts per query.
struct CurvePoint {
    std::string params;
    double recall = 0;
    double qps = 0, cpu_qps = 0; ///< by the wall clock, and by processor time
    double batch_qps = 0;        ///< all queries at once; 0: not measured
    double hops = 0, distances = 0, codes = 0;
};

struct Curve {
    std::string series;
    std::vector<CurvePoint> points;
};

/// Which points of a series are worth more passes, after one: not those that another beats clearly in recall
/// and speed, nor those slower than one whose recall is beyond question already.
std::vector<bool> worth_measuring(const std::vector<CurvePoint>& points);

/// {series: [{params, recall, qps, ...}, ...]}, by ascending recall.
nlohmann::json to_json(const std::vector<Curve>& curves);

/// {series: {"0.95": {qps, ratio, cpu_ratio, at_least, peer_at_least}}}: queries a second at equal recall,
/// interpolated, and as a multiple of the peer's, which is one of the curves; 0 where either does not get
/// there. at_least: the fastest setting exceeds the recall already, so its speed stands for it.
/// batch_threads: of the batches, whose speed per thread is told as a multiple of one query at a time.
nlohmann::json at_equal_recall(const std::vector<Curve>& curves, const std::string& peer, int batch_threads);

/// What a person wants to know of the whole report, as a table.
std::string summary_of(const nlohmann::json& report);

} // namespace annscope::bench
