// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/support/curves.h"

#include "tune/operating_point.h"

#include <algorithm>
#include <cstdio>

namespace annscope::bench {
namespace {

using Json = nlohmann::json;

constexpr std::pair<const char*, double> kRecalls[] = {{"0.90", 0.90}, {"0.95", 0.95}, {"0.99", 0.99}};
constexpr double kClearly = 1.25, kBeyondQuestion = 0.9985;

double qps_at(const Curve& curve, double recall, double CurvePoint::*qps) {
    std::vector<OperatingPoint> points;
    for (const CurvePoint& point : curve.points)
        if (point.*qps > 0) {
            OperatingPoint& added = points.emplace_back();
            added.recall = point.recall;
            added.qps = point.*qps;
        }
    return qps_at_recall(points, recall);
}

/// Whether the fastest setting that counts has that recall already.
bool starts_above(const Curve& curve, double recall) {
    return !curve.points.empty() &&
           std::ranges::all_of(curve.points, [&](const CurvePoint& point) { return point.recall > recall; });
}

Json row_of(const Curve& curve, const Curve& peer, double recall, int batch_threads) {
    const auto ratio = [&](double CurvePoint::*qps) {
        const double other = qps_at(peer, recall, qps);
        return other > 0 ? qps_at(curve, recall, qps) / other : 0.0;
    };
    const double qps = qps_at(curve, recall, &CurvePoint::qps);
    Json row{{"qps", qps},
             {"ratio", ratio(&CurvePoint::qps)},
             {"cpu_ratio", ratio(&CurvePoint::cpu_qps)},
             {"at_least", starts_above(curve, recall)},
             {"peer_at_least", starts_above(peer, recall)}};
    if (const double batch = qps_at(curve, recall, &CurvePoint::batch_qps); batch > 0) {
        row["batch_qps"] = batch;
        row["batch_per_thread"] = batch / batch_threads / qps;
    }
    return row;
}

std::string cell(const char* format, double value) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string ratio_cell(const Json& row) {
    if (row["ratio"].get<double>() == 0)
        return "-";
    return (row["at_least"].get<bool>() ? ">=" : "") + cell("%.2f", row["ratio"]) + " (" +
           cell("%.2f", row["cpu_ratio"]) + ")";
}

} // namespace

std::vector<bool> worth_measuring(const std::vector<CurvePoint>& points) {
    const auto better = [](const CurvePoint& b, const CurvePoint& a) {
        return (b.recall >= a.recall && b.qps > kClearly * a.qps) ||
               (b.recall >= kBeyondQuestion && b.recall < a.recall && b.qps >= a.qps);
    };
    std::vector<bool> worth;
    for (const CurvePoint& a : points)
        worth.push_back(std::ranges::none_of(points, [&](const CurvePoint& b) { return better(b, a); }));
    return worth;
}

Json to_json(const std::vector<Curve>& curves) {
    Json out = Json::object();
    for (const Curve& curve : curves) {
        std::vector<CurvePoint> points = curve.points;
        std::ranges::stable_sort(points, {}, &CurvePoint::recall);
        Json& list = out[curve.series] = Json::array();
        for (const CurvePoint& point : points) {
            Json& added = list.emplace_back(Json{{"params", point.params},
                                                 {"recall", point.recall},
                                                 {"qps", point.qps},
                                                 {"cpu_qps", point.cpu_qps},
                                                 {"hops", point.hops},
                                                 {"distances", point.distances},
                                                 {"codes", point.codes}});
            if (point.batch_qps > 0)
                added["batch_qps"] = point.batch_qps;
        }
    }
    return out;
}

Json at_equal_recall(const std::vector<Curve>& curves, const std::string& peer, int batch_threads) {
    const auto other = std::ranges::find(curves, peer, &Curve::series);
    const Curve none;
    Json table = Json::object();
    for (const Curve& curve : curves)
        for (const auto& [label, recall] : kRecalls)
            table[curve.series][label] =
                row_of(curve, other == curves.end() ? none : *other, recall, batch_threads);
    return table;
}

std::string summary_of(const Json& report) {
    std::string out = "times the queries a second of " + report["peer"].get<std::string>() +
                      " at equal recall, one query at a time on one thread (by processor time); bytes with\n"
                      "vectors, of those of the float32 vectors; seconds of its build, by wall clock\n";
    char line[256];
    std::snprintf(line, sizeof line, "%-46s %-16s %-16s %-16s %-10s %-7s %s\n", "", "0.90", "0.95", "0.99",
                  "MB", "of raw", "build");
    out += line;
    for (const Json& build : report["builds"]) {
        const std::string series = build["series"];
        const Json& rows = report["at_recall"][series];
        std::snprintf(line, sizeof line, "%-46s %-16s %-16s %-16s %-10s %-7s %s\n", series.c_str(),
                      ratio_cell(rows["0.90"]).c_str(), ratio_cell(rows["0.95"]).c_str(),
                      ratio_cell(rows["0.99"]).c_str(),
                      cell("%.0f", build["bytes"].get<double>() / 1e6).c_str(),
                      cell("%.2f", build["of_float32"]).c_str(),
                      build["ratio"].is_null() ? "not measured" : cell("%.2f", build["ratio"]).c_str());
        out += line;
    }
    return out;
}

} // namespace annscope::bench
