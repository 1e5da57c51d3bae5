// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/support/passes.h"

#include "bench/support/stopwatch.h"

#include <algorithm>
#include <cmath>

namespace annscope::bench {
namespace {

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

ContentHash hash_of_answers(const std::vector<Id>& ids) {
    ContentHash hash;
    hash.add(ids.data(), ids.size() * sizeof(Id));
    return hash;
}

} // namespace

Passes::Passes(const Dataset& data, std::size_t queries, std::size_t k, std::size_t repeats)
    : m_data(data), m_queries(queries), m_k(k), m_repeats(repeats), m_judge(data, queries, k) {}

std::vector<Curve> Passes::run() {
    for (Measured& measured : m_settings)
        judge(measured);
    drop_slow();
    for (std::size_t repeat = 0; repeat < m_repeats; ++repeat)
        for (Measured& measured : m_settings) {
            const Pass result = pass(measured);
            measured.qps.push_back(static_cast<double>(m_queries) / result.seconds);
            measured.cpu_qps.push_back(static_cast<double>(m_queries) / result.cpu_seconds);
            if (hash_of_answers(result.ids) != measured.answers)
                complain(measured.setting, "found something else when it was asked again");
        }
    for (std::size_t repeat = 0; repeat <= m_repeats; ++repeat) // the first warms up
        for (Measured& measured : m_settings)
            if (measured.setting.all)
                batch(measured);
    std::vector<Curve> curves;
    for (Measured& measured : m_settings) {
        measured.point.qps = median(measured.qps);
        measured.point.cpu_qps = median(measured.cpu_qps);
        if (!measured.batch_qps.empty())
            measured.point.batch_qps = median({measured.batch_qps.begin() + 1, measured.batch_qps.end()});
        if (curves.empty() || curves.back().series != measured.setting.series)
            curves.push_back({measured.setting.series, {}});
        curves.back().points.push_back(measured.point);
    }
    return curves;
}

Passes::Pass Passes::pass(const Measured& measured) {
    Pass out;
    out.ids.assign(m_queries * m_k, kNoId);
    out.distances.assign(m_queries * m_k, 0);
    const auto queries = m_data.queries.view<float>();
    std::size_t failed = 0;
    const Stopwatch watch(Stopwatch::Of::Thread);
    for (std::size_t q = 0; q < m_queries; ++q) {
        const auto stats =
            measured.setting.one(queries.row(q), {std::span(out.ids).subspan(q * m_k, m_k),
                                                  std::span(out.distances).subspan(q * m_k, m_k)});
        if (stats)
            out.stats += *stats;
        else
            ++failed;
    }
    out.seconds = watch.seconds();
    out.cpu_seconds = watch.cpu_seconds();
    if (failed > 0)
        complain(measured.setting, "failed for " + std::to_string(failed) + " queries");
    return out;
}

void Passes::judge(Measured& measured) {
    const Pass result = pass(measured);
    const Verdict verdict = m_judge.judge(result.ids, result.distances, measured.setting.of_vectors);
    const auto n = static_cast<double>(m_queries);
    measured.answers = hash_of_answers(result.ids);
    measured.point = {.params = measured.setting.params,
                      .recall = verdict.recall,
                      .qps = n / result.seconds,
                      .hops = static_cast<double>(result.stats.hops) / n,
                      .distances = static_cast<double>(result.stats.distances) / n,
                      .codes = static_cast<double>(result.stats.codes) / n};
    if (!verdict.right())
        complain(measured.setting, "found " + std::to_string(verdict.strangers) +
                                       " ids that are no vector's or stand twice, " +
                                       std::to_string(verdict.wrong_distances) + " wrong distances and " +
                                       std::to_string(verdict.unordered) + " out of order");
}

void Passes::drop_slow() {
    std::vector<Measured> kept;
    for (auto begin = m_settings.begin(); begin != m_settings.end();) {
        const auto end = std::find_if(begin, m_settings.end(), [&](const Measured& measured) {
            return measured.setting.series != begin->setting.series;
        });
        std::vector<CurvePoint> points;
        std::transform(begin, end, std::back_inserter(points), [](const Measured& m) { return m.point; });
        const std::vector<bool> worth = worth_measuring(points);
        for (std::size_t i = 0; begin != end; ++begin, ++i)
            if (worth[i])
                kept.push_back(std::move(*begin));
    }
    m_settings = std::move(kept);
}

void Passes::batch(Measured& measured) {
    std::vector<Id> ids(m_queries * m_k, kNoId);
    std::vector<float> distances(ids.size());
    const Stopwatch watch(Stopwatch::Of::Process);
    const Status done = measured.setting.all({ids, distances});
    measured.batch_qps.push_back(static_cast<double>(m_queries) / watch.seconds());
    if (!done)
        complain(measured.setting, "failed for all queries at once: " + done.error().message);
    else if (std::abs(m_judge.judge(ids, distances, false).recall - measured.point.recall) > 1e-9)
        complain(measured.setting, "found something else for all queries at once");
}

/// Once for each setting: the next passes would say the same.
void Passes::complain(const Setting& setting, const std::string& what) {
    std::string sentence = setting.series + " with " + setting.params + " " + what + ".";
    if (std::ranges::find(m_complaints, sentence) == m_complaints.end())
        m_complaints.push_back(std::move(sentence));
}

} // namespace annscope::bench
