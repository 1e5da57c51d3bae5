// SPDX-License-Identifier: GPL-3.0-or-later
#include "search_bench.h"

#include "app/environment.h"
#include "core/timer.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/recall.h"
#include "data/synthetic.h"
#include "hnswlib_peer.h"
#include "simd/kernels.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "test_data.h"
#include "tune/operating_point.h"
#include "tune/parameter_space.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iostream>

namespace annscope::bench {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNeighbors = 10;
constexpr int kThreads = 2;
constexpr const char* kPeer = "hnswlib M=16,efConstruction=200";
constexpr std::pair<const char*, double> kRecalls[] = {{"0.90", 0.90}, {"0.95", 0.95}, {"0.99", 0.99}};

struct Options {
    std::filesystem::path data = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    std::size_t cluster_rows = 0, cluster_dim = 0;
    std::vector<SearchSeries> series;
    int repeats = 5;
    std::size_t queries = 2000;
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

/// Of all threads of this process, or of this thread.
double cpu_seconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Finds kNeighbors ids of one query; returns the number of distances, 0 where it is not known.
using Search = std::function<std::uint64_t(const float* query, Id* ids)>;

struct Setting {
    std::string series, params;
    Search search;
    std::function<bool(Id* ids)> batch; ///< all queries at once; empty: not measured
    std::vector<double> qps, cpu_qps, batch_qps;
    double recall = 0, distances = 0;
};

class Bench {
public:
    Bench(const Dataset& data, const Options& options)
        : m_data(data), m_queries(std::min(options.queries, data.queries.size())),
          m_repeats(options.repeats) {}

    void add_peer(HnswlibPeer& peer) {
        m_series.push_back(kPeer);
        for (const std::size_t ef : {10, 12, 14, 17, 20, 25, 30, 40, 50, 65, 80, 100, 130, 170, 220, 300})
            m_settings.push_back({kPeer,
                                  "ef=" + std::to_string(ef),
                                  [&peer, ef](const float* q, Id* ids) {
                                      peer.search(q, kNeighbors, ef, ids);
                                      return std::uint64_t{0};
                                  },
                                  {},
                                  {},
                                  {},
                                  {}});
    }
    void add(const std::string& series, const Index& index, const SearchParams& params) {
        if (std::ranges::find(m_series, series) == m_series.end())
            m_series.push_back(series);
        const std::size_t dim = m_data.dim();
        const auto one = [&index, dim, params](const float* q, Id* ids) {
            float distances[kNeighbors];
            const auto stats =
                index.search({q, 1, dim}, kNeighbors, params, {{ids, kNeighbors}, distances}, {});
            return stats ? stats->distances : 0;
        };
        const auto batch = [this, &index, dim, params](Id* ids) {
            std::vector<float> distances(m_queries * kNeighbors);
            Control control;
            control.threads = kThreads;
            return index
                .search({m_data.queries.view<float>().row(0), m_queries, dim}, kNeighbors, params,
                        {{ids, distances.size()}, distances}, control)
                .ok();
        };
        m_settings.push_back({series, to_string(params), one, batch, {}, {}, {}});
    }

    /// The first pass warms up and judges the answers; then what cannot matter is dropped.
    Json run() {
        for (Setting& setting : m_settings)
            pass(setting, true);
        drop_slow();
        for (int repeat = 0; repeat < m_repeats; ++repeat)
            for (Setting& setting : m_settings)
                pass(setting, false);
        for (int repeat = 0; repeat <= m_repeats; ++repeat)
            for (Setting& setting : m_settings)
                if (setting.batch)
                    batch_pass(setting, repeat == 0);
        Json points = Json::array();
        for (const Setting& setting : m_settings)
            points.push_back({{"series", setting.series},
                              {"params", setting.params},
                              {"recall", setting.recall},
                              {"qps", median(setting.qps)},
                              {"cpu_qps", median(setting.cpu_qps)},
                              {"batch_qps", median(setting.batch_qps)},
                              {"distances", setting.distances}});
        Json table;
        for (const std::string& series : m_series)
            for (const auto& [label, recall] : kRecalls) {
                Json& row = table[series][label];
                row = {{"qps", at(series, recall, &Setting::qps)},
                       {"ratio", ratio(series, recall, &Setting::qps)},
                       {"cpu_ratio", ratio(series, recall, &Setting::cpu_qps)}};
                if (const double batch = at(series, recall, &Setting::batch_qps); batch > 0) {
                    row["batch_qps"] = batch;
                    row["batch_per_thread"] = batch / kThreads / at(series, recall, &Setting::qps);
                }
            }
        return {{"points", points}, {"at_recall", table}};
    }

    double best_recall(const std::string& series) const {
        double best = 0;
        for (const Setting& setting : m_settings)
            best = setting.series == series ? std::max(best, setting.recall) : best;
        return best;
    }
    bool batches_right() const noexcept { return m_batches_right; }

private:
    void pass(Setting& setting, bool judge) {
        std::vector<Id> ids(m_queries * kNeighbors);
        const auto queries = m_data.queries.view<float>();
        std::uint64_t distances = 0;
        const double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        const Timer timer;
        for (std::size_t q = 0; q < m_queries; ++q)
            distances += setting.search(queries.row(q), ids.data() + q * kNeighbors);
        const auto n = static_cast<double>(m_queries);
        if (judge) {
            setting.recall = recall(ids);
            setting.distances = static_cast<double>(distances) / n;
            setting.qps.push_back(n / timer.seconds());
        } else {
            setting.qps.push_back(n / timer.seconds());
            setting.cpu_qps.push_back(n / (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start));
        }
    }

    void batch_pass(Setting& setting, bool judge) {
        std::vector<Id> ids(m_queries * kNeighbors, kNoId);
        const Timer timer;
        const bool done = setting.batch(ids.data());
        if (!judge)
            setting.batch_qps.push_back(static_cast<double>(m_queries) / timer.seconds());
        else
            m_batches_right &= done && std::abs(recall(ids) - setting.recall) < 1e-9;
    }

    /// Settings that another of their series beats clearly in both recall and speed; grids have many.
    void drop_slow() {
        const auto beaten = [this](const Setting& a) {
            return std::ranges::any_of(m_settings, [&](const Setting& b) {
                return a.series == b.series && b.recall >= a.recall && b.qps[0] > 1.25 * a.qps[0];
            });
        };
        std::vector<Setting> kept;
        for (const Setting& setting : m_settings)
            if (!beaten(setting))
                kept.push_back(setting);
        m_settings = std::move(kept);
        for (Setting& setting : m_settings)
            setting.qps.clear();
    }

    /// By distance, so that equally near neighbours count; repeats and strangers do not.
    double recall(const std::vector<Id>& ids) const {
        double sum = 0;
        for (std::size_t q = 0; q < m_queries; ++q) {
            std::vector<float> exact;
            for (std::size_t i = q * kNeighbors; i < (q + 1) * kNeighbors; ++i) {
                const bool valid = ids[i] >= 0 && ids[i] < static_cast<Id>(m_data.base.size()) &&
                                   std::find(&ids[q * kNeighbors], &ids[i], ids[i]) == &ids[i];
                exact.push_back(valid ? squared_distance(q, static_cast<std::size_t>(ids[i])) : INFINITY);
            }
            std::vector<float> truth;
            for (const Id id : m_data.truth.ids_of(q).first(kNeighbors))
                truth.push_back(squared_distance(q, static_cast<std::size_t>(id)));
            sum += recall_at_k(exact, truth, kNeighbors);
        }
        return sum / static_cast<double>(m_queries);
    }

    float squared_distance(std::size_t query, std::size_t row) const {
        const auto q = m_data.queries.view<float>()[query], x = m_data.base.view<float>()[row];
        double sum = 0;
        for (std::size_t j = 0; j < q.size(); ++j)
            sum += (static_cast<double>(q[j]) - x[j]) * (static_cast<double>(q[j]) - x[j]);
        return static_cast<float>(sum);
    }

    double at(const std::string& series, double recall, std::vector<double> Setting::*qps) const {
        std::vector<OperatingPoint> points;
        for (const Setting& setting : m_settings)
            if (setting.series == series && !(setting.*qps).empty()) {
                OperatingPoint point;
                point.recall = setting.recall;
                point.qps = median(setting.*qps);
                points.push_back(point);
            }
        return qps_at_recall(points, recall);
    }
    double ratio(const std::string& series, double recall, std::vector<double> Setting::*qps) const {
        const double peer = at(kPeer, recall, qps);
        return peer > 0 ? at(series, recall, qps) / peer : 0.0;
    }

    const Dataset& m_data;
    const std::size_t m_queries;
    const int m_repeats;
    std::vector<std::string> m_series;
    std::vector<Setting> m_settings;
    bool m_batches_right = true;
};

/// Runs something and reports what it took.
Json timed(const std::string& series, const std::function<void()>& job) {
    const double start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const Timer timer;
    job();
    return {{"series", series},
            {"threads", kThreads},
            {"seconds", timer.seconds()},
            {"cpu_seconds", cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - start}};
}

/// The parts of a series between '#', without spaces around.
std::vector<std::string> parts_of(const std::string& series) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= series.size();) {
        const std::size_t end = std::min(series.find('#', begin), series.size());
        const std::size_t first = series.find_first_not_of(' ', begin);
        const std::size_t last = series.find_last_not_of(" #", end == series.size() ? end : end - 1);
        if (first < end && last >= first)
            parts.push_back(series.substr(first, last + 1 - first));
        begin = end + 1;
    }
    return parts;
}

Result<std::unique_ptr<Index>> add_series(const std::string& series, const Dataset& data, Bench& bench,
                                          Json& builds) {
    const std::vector<std::string> parts = parts_of(series);
    if (parts.empty())
        return Error{ErrorCode::InvalidArgument, "A series is empty."};
    ANNSCOPE_ASSIGN(const Configuration configuration, parse_configuration(parts[0]));
    Control control;
    control.threads = kThreads;
    Result<std::unique_ptr<Index>> index = std::unique_ptr<Index>();
    Json report =
        timed(parts[0], [&] { index = build_and_fill(configuration, data.base, Metric::L2, 1234, control); });
    if (!index)
        return index;
    const IndexInfo info = (*index)->info();
    report["storage"] = name(info.storage);
    report["bytes"] = info.bytes();
    report["train_seconds"] = info.train_seconds;
    report["add_seconds"] = info.add_seconds;
    builds.push_back(std::move(report));
    ParameterSpace space;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        ANNSCOPE_ASSIGN(auto grid, parse_grid(parts[i]));
        space.values.push_back(std::move(grid));
    }
    if (space.values.empty())
        space = default_space(**index, kNeighbors);
    for (const SearchParams& params : space.points())
        bench.add(series, **index, params);
    return index;
}

Result<Json> compare(const Dataset& data, const Options& options, bool& right) {
    Bench bench(data, options);
    const auto base = data.base.view<float>();
    HnswlibPeer peer;
    Json builds = Json::array();
    builds.push_back(
        timed(kPeer, [&] { peer.build(base.data(), base.rows(), base.cols(), 16, 200, kThreads); }));
    bench.add_peer(peer);
    std::vector<std::unique_ptr<Index>> indexes;
    for (const SearchSeries& series : options.series) {
        ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, add_series(series.configuration, data, bench, builds));
        indexes.push_back(std::move(index));
    }
    Json report = bench.run();
    report["builds"] = std::move(builds);
    right = bench.batches_right();
    for (const SearchSeries& series : options.series)
        right &= bench.best_recall(series.configuration) >= series.recall;
    return report;
}

Result<Dataset> open(const Options& options) {
    Dataset data;
    if (options.cluster_rows > 0) {
        ClusterOptions clusters;
        clusters.n = options.cluster_rows;
        clusters.dim = options.cluster_dim;
        clusters.queries = options.queries;
        ANNSCOPE_ASSIGN(data, generate_clusters(clusters, {}));
        data.name = "clusters " + std::to_string(clusters.n) + " x " + std::to_string(clusters.dim);
    } else {
        ANNSCOPE_ASSIGN(FileContents file, read_file(options.data, FileRole::Vectors, {}));
        data.base = file.base.to_float();
        data.queries = file.queries.to_float();
        data.truth = std::move(file.truth);
        data.name = options.data.stem().string();
    }
    if (data.queries.empty())
        return Error{ErrorCode::InvalidArgument, data.name + " has no queries."};
    if (data.truth.k < kNeighbors) {
        ANNSCOPE_ASSIGN(data.truth, exact_neighbours(data.base, data.queries, Metric::L2, kNeighbors, {}));
    }
    return data;
}

Options parse(int argc, char** argv, std::vector<SearchSeries> series) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i];
        if (key == "--data")
            options.data = argv[i + 1];
        else if (key == "--clusters")
            std::sscanf(argv[i + 1], "%zu,%zu", &options.cluster_rows, &options.cluster_dim);
        else if (key == "--config")
            options.series.push_back({argv[i + 1], 0});
        else if (key == "--repeats")
            options.repeats = std::atoi(argv[i + 1]);
        else if (key == "--queries")
            options.queries = static_cast<std::size_t>(std::atoll(argv[i + 1]));
    }
    if (options.series.empty())
        options.series = std::move(series);
    return options;
}

} // namespace

int run_search_bench(int argc, char** argv, const std::string& name, std::vector<SearchSeries> series) {
    prepare_environment(argv); // as the programs do
    const Options options = parse(argc, argv, std::move(series));
    const auto data = open(options);
    if (!data) {
        std::cerr << data.error().message << '\n';
        return 1;
    }
    bool right = true;
    const auto report = compare(*data, options, right);
    if (!report) {
        std::cerr << report.error().message << '\n';
        return 1;
    }
    Json out{{"bench", name},          {"data", data->name},
             {"n", data->base.size()}, {"dim", data->dim()},
             {"seed", 1234},           {"repeats", options.repeats},
             {"k", kNeighbors},        {"simd", simd::name(simd::kernels().isa)}};
    out.update(*report);
    out["answers_right"] = right;
    std::cout << out.dump(2) << '\n';
    return right ? 0 : 1;
}

} // namespace annscope::bench
