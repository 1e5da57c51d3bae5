// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bench/support/answers.h"
#include "bench/support/curves.h"
#include "data/content_hash.h"
#include "index/index.h"

#include <functional>
#include <string>
#include <vector>

namespace annscope::bench {

/// Finds the neighbours of one query: k ids and distances.
using SearchOne = std::function<Result<SearchStats>(const float* query, SearchOutput out)>;
/// Of all queries at once.
using SearchAll = std::function<Status(SearchOutput out)>;

/// One setting of one series, to be measured.
struct Setting {
    std::string series, params;
    SearchOne one;
    SearchAll all;           ///< empty: batches are not measured
    bool of_vectors = false; ///< whether the distances it reports are those to the vectors
};

/// Measures settings by passes over all queries that are interleaved, so that a machine which is slower for a
/// while is slower for all of them. The first pass warms up and judges the answers; every later one must
/// give the same.
class Passes {
public:
    /// data must outlive this and have the truth for k neighbours.
    Passes(const Dataset& data, std::size_t queries, std::size_t k, std::size_t repeats);

    std::size_t queries() const noexcept { return m_queries; }
    std::size_t k() const noexcept { return m_k; }
    void add(Setting setting) { m_settings.push_back({.setting = std::move(setting)}); }
    /// Series in the order of their first setting.
    std::vector<Curve> run();

    /// What is wrong with the answers, in sentences; empty where all are right.
    const std::vector<std::string>& complaints() const noexcept { return m_complaints; }

private:
    struct Measured {
        Setting setting;
        CurvePoint point{};
        ContentHash answers{};
        std::vector<double> qps{}, cpu_qps{}, batch_qps{};
    };
    /// What the queries found, and what it took.
    struct Pass {
        std::vector<Id> ids;
        std::vector<float> distances;
        SearchStats stats;
        double seconds = 0, cpu_seconds = 0;
    };
    Pass pass(const Measured& measured);
    void judge(Measured& measured);
    void drop_slow();
    void batch(Measured& measured);
    void complain(const Setting& setting, const std::string& what);

    const Dataset& m_data;
    const std::size_t m_queries, m_k, m_repeats;
    const Judge m_judge;
    std::vector<Measured> m_settings;
    std::vector<std::string> m_complaints;
};

} // namespace annscope::bench
