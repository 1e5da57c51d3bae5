// SPDX-License-Identifier: GPL-3.0-or-later
// Vamana against hnswlib (M=16, efConstruction=200) in one run: building with two threads, then searching on
// one, the passes interleaved. Prints JSON; exits with 1 where an answer is wrong. Other programs may share
// the cores, so every figure stands beside the processor time it took, and what counts is the ratio.
// Usage: bench_vamana_hnswlib [--data FILE.hdf5 | --clusters N,DIM] [--config CONFIG]... [--repeats N]
//                             [--queries N]
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

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iostream>

using namespace annscope;
using Json = nlohmann::json;

namespace {

constexpr std::size_t kNeighbors = 10;
constexpr int kThreads = 2;
constexpr const char* kPeer = "hnswlib M=16,efConstruction=200";

struct Options {
    std::filesystem::path data = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    std::size_t cluster_rows = 0, cluster_dim = 0;
    std::vector<std::string> configurations;
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
    std::string series;
    std::size_t width;
    Search search;
    std::vector<double> qps, cpu_qps;
    double recall = 0, distances = 0;
};

class Bench {
public:
    Bench(const Dataset& data, const Options& options)
        : m_data(data), m_queries(std::min(options.queries, data.queries.size())),
          m_repeats(options.repeats) {}

    void add(const std::string& series, const std::function<Search(std::size_t width)>& make) {
        m_series.push_back(series);
        for (const std::size_t width : {10, 12, 14, 17, 20, 25, 30, 40, 50, 65, 80, 100, 130, 170, 220, 300})
            m_settings.push_back({series, width, make(width), {}, {}});
    }

    /// The first pass warms up and judges the answers.
    Json run() {
        for (int repeat = 0; repeat <= m_repeats; ++repeat)
            for (Setting& setting : m_settings)
                pass(setting, repeat == 0);
        Json points = Json::array();
        for (const Setting& setting : m_settings)
            points.push_back({{"series", setting.series},
                              {"width", setting.width},
                              {"recall", setting.recall},
                              {"qps", median(setting.qps)},
                              {"cpu_qps", median(setting.cpu_qps)},
                              {"distances", setting.distances}});
        Json table;
        for (const std::string& series : m_series)
            for (const auto& [label, recall] :
                 {std::pair{"0.90", 0.90}, std::pair{"0.95", 0.95}, std::pair{"0.99", 0.99}})
                table[series][label] = {{"qps", at(series, recall, &Setting::qps)},
                                        {"ratio", ratio(series, recall, &Setting::qps)},
                                        {"cpu_ratio", ratio(series, recall, &Setting::cpu_qps)}};
        return {{"points", points}, {"at_recall", table}};
    }

    double best_recall(const std::string& series) const {
        double best = 0;
        for (const Setting& setting : m_settings)
            best = setting.series == series ? std::max(best, setting.recall) : best;
        return best;
    }

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
        } else {
            setting.qps.push_back(n / timer.seconds());
            setting.cpu_qps.push_back(n / (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start));
        }
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
            if (setting.series == series) {
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

Result<std::unique_ptr<Index>> build(const std::string& line, const Dataset& data, Json& builds) {
    ANNSCOPE_ASSIGN(const Configuration configuration, parse_configuration(line));
    Control control;
    control.threads = kThreads;
    Result<std::unique_ptr<Index>> index = std::unique_ptr<Index>();
    Json report =
        timed(line, [&] { index = build_and_fill(configuration, data.base, Metric::L2, 1234, control); });
    if (!index)
        return index;
    const GraphView& graph = *(*index)->graph();
    double edges = 0;
    for (std::size_t i = 0; i < graph.size(); ++i)
        edges += static_cast<double>(graph.neighbors(i).size());
    report["storage"] = name((*index)->info().storage);
    report["bytes"] = (*index)->info().bytes();
    report["mean_degree"] = edges / static_cast<double>(graph.size());
    builds.push_back(std::move(report));
    return index;
}

Search search_of(const Index& index, std::size_t dim, std::size_t width) {
    return [&index, dim, params = SearchParams{{"Lsearch", static_cast<double>(width)}}](const float* q,
                                                                                         Id* ids) {
        float distances[kNeighbors];
        const auto stats = index.search({q, 1, dim}, kNeighbors, params, {{ids, kNeighbors}, distances}, {});
        return stats ? stats->distances : 0;
    };
}

Result<Json> compare(const Dataset& data, const Options& options, bool& right) {
    Bench bench(data, options);
    const auto base = data.base.view<float>();
    bench::HnswlibPeer peer;
    Json builds = Json::array();
    builds.push_back(
        timed(kPeer, [&] { peer.build(base.data(), base.rows(), base.cols(), 16, 200, kThreads); }));
    bench.add(kPeer, [&peer](std::size_t width) -> Search {
        return [&peer, width](const float* q, Id* ids) {
            peer.search(q, kNeighbors, width, ids);
            return std::uint64_t{0};
        };
    });
    std::vector<std::unique_ptr<Index>> indexes;
    for (const std::string& line : options.configurations) {
        ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, build(line, data, builds));
        bench.add(line, [&](std::size_t width) { return search_of(*index, data.dim(), width); });
        indexes.push_back(std::move(index));
    }
    Json report = bench.run();
    report["builds"] = std::move(builds);
    for (const std::string& line : options.configurations)
        right &= bench.best_recall(line) >= 0.99;
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

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i];
        if (key == "--data")
            options.data = argv[i + 1];
        else if (key == "--clusters")
            std::sscanf(argv[i + 1], "%zu,%zu", &options.cluster_rows, &options.cluster_dim);
        else if (key == "--config")
            options.configurations.emplace_back(argv[i + 1]);
        else if (key == "--repeats")
            options.repeats = std::atoi(argv[i + 1]);
        else if (key == "--queries")
            options.queries = static_cast<std::size_t>(std::atoll(argv[i + 1]));
    }
    if (options.configurations.empty())
        options.configurations = {"Vamana64|Lbuild=125,alpha=1.2", "Vamana64|Lbuild=125,alpha=1.2,narrow=0"};
    return options;
}

} // namespace

int main(int argc, char** argv) {
    prepare_environment(argv); // as the programs do
    const Options options = parse(argc, argv);
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
    Json out{{"bench", "vamana_hnswlib"},
             {"data", data->name},
             {"n", data->base.size()},
             {"dim", data->dim()},
             {"seed", 1234},
             {"repeats", options.repeats},
             {"k", kNeighbors},
             {"simd", simd::name(simd::kernels().isa)}};
    out.update(*report);
    out["answers_right"] = right;
    std::cout << out.dump(2) << '\n';
    return right ? 0 : 1;
}
