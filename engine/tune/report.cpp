// SPDX-License-Identifier: Apache-2.0
#include "tune/report.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace annscope {
namespace {

/// The shortest text that reads back as the same number.
std::string number(double value) {
    char text[40];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return {text, end};
}

std::string fixed(double value, int decimals) {
    char text[64];
    const auto [end, error] =
        std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals);
    return {text, end};
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

double per_query(std::uint64_t count, const OperatingPoint& point) {
    return point.queries ? static_cast<double>(count) / static_cast<double>(point.queries) : 0.0;
}

} // namespace

std::string csv_header() {
    return "config,k,recall,recall_p5,qps,mean_us,p50_us,p95_us,p99_us,distances,hops,lists,codes,train_s,"
           "add_s,"
           "index_bytes,threads,n,dim,metric";
}

std::string csv_row(const ReportRow& row) {
    const OperatingPoint& p = row.point;
    std::string line = quoted(row.configuration);
    const auto add = [&line](const std::string& field) { line += ',' + field; };
    add(std::to_string(p.k));
    add(fixed(p.recall, 6));
    add(fixed(p.recall_p5, 6));
    add(fixed(p.qps, 2));
    for (const double micros : {p.latency.mean, p.latency.p50, p.latency.p95, p.latency.p99})
        add(fixed(micros, 3));
    for (const std::uint64_t count : {p.stats.distances, p.stats.hops, p.stats.lists, p.stats.codes})
        add(number(per_query(count, p)));
    add(fixed(row.index.train_seconds, 4));
    add(fixed(row.index.add_seconds, 4));
    add(std::to_string(row.index.bytes()));
    add(std::to_string(p.threads));
    add(std::to_string(row.index.size));
    add(std::to_string(row.index.dim));
    add(std::string(name(row.index.metric)));
    return line;
}

std::string json_row(const ReportRow& row) {
    const OperatingPoint& p = row.point;
    nlohmann::ordered_json j;
    j["config"] = row.configuration;
    auto& params = j["params"] = nlohmann::ordered_json::object();
    for (const auto& [key, value] : p.params.values())
        params[key] = value;
    j["k"] = p.k;
    j["recall"] = p.recall;
    j["recall_p5"] = p.recall_p5;
    j["qps"] = p.qps;
    j["qps_spread"] = p.qps_spread;
    j["mean_us"] = p.latency.mean;
    j["p50_us"] = p.latency.p50;
    j["p95_us"] = p.latency.p95;
    j["p99_us"] = p.latency.p99;
    j["distances"] = per_query(p.stats.distances, p);
    j["hops"] = per_query(p.stats.hops, p);
    j["lists"] = per_query(p.stats.lists, p);
    j["codes"] = per_query(p.stats.codes, p);
    j["train_s"] = row.index.train_seconds;
    j["add_s"] = row.index.add_seconds;
    j["index_bytes"] = row.index.bytes();
    auto& memory = j["memory"] = nlohmann::ordered_json::array();
    for (const MemoryPart& part : row.index.memory)
        memory.push_back({{"part", part.name}, {"bytes", part.bytes}, {"formula", part.formula}});
    j["threads"] = p.threads;
    j["queries"] = p.queries;
    j["repeats"] = p.repeats;
    j["n"] = row.index.size;
    j["dim"] = row.index.dim;
    j["metric"] = name(row.index.metric);
    return j.dump();
}

} // namespace annscope
