// SPDX-License-Identifier: GPL-3.0-or-later
// k-means against faiss, and IVF1024,Flat against hnswlib, in one run, interleaved. Prints JSON; exits with 1
// where an answer is wrong. Usage: bench_ivf_peers [--data FILE] [--repeats N] [--queries N] [--only
// kmeans|search]
#include "app/environment.h"
#include "core/parallel.h"
#include "core/timer.h"
#include "data/format.h"
#include "faiss_peer.h"
#include "hnswlib_peer.h"
#include "quant/kmeans.h"
#include "simd/kernels.h"
#include "spec/builder.h"
#include "test_data.h"
#include "tune/operating_point.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>

using namespace annscope;
using Json = nlohmann::json;

namespace {

constexpr std::size_t kNeighbors = 10, kCells = 1024;
constexpr int kThreads = 2;

struct Options {
    std::filesystem::path data = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    int repeats = 5;
    std::size_t queries = 2000;
    std::string only;
    bool cpu_clock = false;
};

/// Of all threads of this process; beside wall clock, because other programs may share the cores.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// One search of one query; writes kNeighbors ids.
using Search = std::function<void(const float* query, std::int64_t* ids)>;

struct Setting {
    std::string series, params;
    Search search;
    std::vector<double> qps;
    double recall = 0;
};

class SearchBench {
public:
    SearchBench(const FileContents& file, const Options& options)
        : m_file(file), m_queries(std::min(options.queries, file.queries.size())), m_repeats(options.repeats),
          m_cpu_clock(options.cpu_clock) {}

    void add(std::string series, std::string params, Search search) {
        m_settings.push_back({std::move(series), std::move(params), std::move(search), {}, 0});
    }

    Json run() {
        for (int repeat = 0; repeat <= m_repeats; ++repeat)
            for (Setting& setting : m_settings)
                pass(setting, repeat == 0);
        std::map<std::string, std::vector<OperatingPoint>> series;
        Json points = Json::array();
        for (const Setting& setting : m_settings) {
            OperatingPoint point;
            point.recall = setting.recall;
            point.qps = median(setting.qps);
            series[setting.series].push_back(point);
            points.push_back({{"series", setting.series},
                              {"params", setting.params},
                              {"recall", point.recall},
                              {"qps", point.qps}});
        }
        Json table;
        for (const auto& [name, measured] : series)
            for (const auto& [label, recall] :
                 {std::pair{"0.90", 0.90}, std::pair{"0.95", 0.95}, std::pair{"0.99", 0.99}}) {
                const double peer = qps_at_recall(series["hnswlib M=16 efC=200"], recall);
                const double own = qps_at_recall(measured, recall);
                table[name][label] = {{"qps", own}, {"ratio", peer > 0 ? own / peer : 0.0}};
            }
        return {{"queries", m_queries}, {"points", points}, {"at_recall", table}};
    }

private:
    /// The first pass warms up and judges the answers.
    void pass(Setting& setting, bool warm_up) {
        std::vector<std::int64_t> ids(m_queries * kNeighbors);
        const auto queries = m_file.queries.view<float>();
        const double cpu_start = cpu_seconds();
        const Timer timer;
        for (std::size_t q = 0; q < m_queries; ++q)
            setting.search(queries.row(q), ids.data() + q * kNeighbors);
        if (!warm_up) {
            const double seconds = m_cpu_clock ? cpu_seconds() - cpu_start : timer.seconds();
            setting.qps.push_back(static_cast<double>(m_queries) / seconds);
            return;
        }
        std::size_t found = 0;
        for (std::size_t q = 0; q < m_queries; ++q)
            for (const Id id : m_file.truth.ids_of(q).first(kNeighbors))
                found += static_cast<std::size_t>(
                    std::count(&ids[q * kNeighbors], &ids[(q + 1) * kNeighbors], id));
        setting.recall = static_cast<double>(found) / static_cast<double>(m_queries * kNeighbors);
    }

    const FileContents& m_file;
    const std::size_t m_queries;
    const int m_repeats;
    const bool m_cpu_clock;
    std::vector<Setting> m_settings;
};

Json bench_kmeans(const FileContents& file, int repeats, bool& right) {
    const auto base = file.base.view<float>();
    KmeansOptions options;
    options.k = kCells;
    options.niter = 10;
    Control control;
    control.threads = kThreads;
    std::vector<double> ours, theirs, ratios, cpu_ratios;
    double our_objective = 0, their_objective = 0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        use_single_threaded_blas();
        const double cpu_start = cpu_seconds();
        const Timer timer;
        const auto result = kmeans(file.base, options, control);
        ours.push_back(timer.seconds());
        const double cpu_middle = cpu_seconds();
        const auto peer = bench::faiss_kmeans(base.data(), base.rows(), base.cols(), kCells, 10, kThreads);
        theirs.push_back(peer.seconds);
        ratios.push_back(ours.back() / theirs.back());
        cpu_ratios.push_back((cpu_middle - cpu_start) / (cpu_seconds() - cpu_middle));
        right &= result.ok() && result->objective.back() < 1.02 * peer.objective.back();
        our_objective = result ? result->objective.back() : 0;
        their_objective = peer.objective.back();
    }
    return {{"k", kCells},
            {"iterations", 10},
            {"threads", kThreads},
            {"seconds", median(ours)},
            {"faiss_seconds", median(theirs)},
            {"time_ratio", median(ratios)},
            {"cpu_time_ratio", median(cpu_ratios)},
            {"objective", our_objective},
            {"faiss_objective", their_objective}};
}

std::unique_ptr<Index> build_ivf(const FileContents& file, double narrow) {
    Configuration configuration;
    configuration.spec.root.name = "IVF";
    configuration.spec.root.numbers = {kCells};
    configuration.spec.root.children.resize(1);
    configuration.spec.root.children[0].name = "Flat";
    configuration.build.set("narrow", narrow);
    Control control;
    control.threads = kThreads;
    auto built = build_and_fill(configuration, file.base, Metric::L2, 1234, control);
    return built ? std::move(*built) : nullptr;
}

Json bench_search(const FileContents& file, const Options& options, bool& right) {
    SearchBench bench(file, options);
    const auto base = file.base.view<float>();
    bench::HnswlibPeer peer;
    peer.build(base.data(), base.rows(), base.cols(), 16, 200, kThreads);
    for (const std::size_t ef : {10, 14, 20, 30, 40, 60, 80, 120, 160, 240})
        bench.add("hnswlib M=16 efC=200", "ef=" + std::to_string(ef),
                  [&peer, ef](const float* q, std::int64_t* ids) { peer.search(q, kNeighbors, ef, ids); });
    std::vector<std::unique_ptr<Index>> indexes;
    Json builds = Json::array();
    for (const double narrow : {1.0, 0.0}) {
        const std::string series = narrow != 0 ? "IVF1024,Flat" : "IVF1024,Flat|narrow=0";
        indexes.push_back(build_ivf(file, narrow));
        right &= indexes.back() != nullptr;
        if (!right)
            return {};
        const Index& index = *indexes.back();
        const IndexInfo info = index.info();
        builds.push_back({{"series", series},
                          {"storage", name(info.storage)},
                          {"train_seconds", info.train_seconds},
                          {"add_seconds", info.add_seconds},
                          {"bytes", info.bytes()}});
        for (const double nprobe : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64})
            bench.add(series, "nprobe=" + std::to_string(static_cast<int>(nprobe)),
                      [&index, params = SearchParams{{"nprobe", nprobe}}](const float* q, std::int64_t* ids) {
                          float distances[kNeighbors];
                          const auto stats = index.search({q, 1, index.info().dim}, kNeighbors, params,
                                                          {{ids, kNeighbors}, distances}, {});
                          if (!stats)
                              std::fill_n(ids, kNeighbors, kNoId);
                      });
    }
    Json result = bench.run();
    result["builds"] = std::move(builds);
    for (const char* series : {"IVF1024,Flat", "IVF1024,Flat|narrow=0"})
        right &= result["at_recall"][series]["0.99"]["qps"] > 0;
    return result;
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i];
        if (key == "--data")
            options.data = argv[i + 1];
        else if (key == "--repeats")
            options.repeats = std::atoi(argv[i + 1]);
        else if (key == "--queries")
            options.queries = static_cast<std::size_t>(std::atoll(argv[i + 1]));
        else if (key == "--clock")
            options.cpu_clock = std::string_view(argv[i + 1]) == "cpu";
        else if (key == "--only")
            options.only = argv[i + 1];
    }
    return options;
}

} // namespace

int main(int argc, char** argv) {
    prepare_environment(argv); // as the programs do; the peers gain from it as well
    const Options options = parse(argc, argv);
    const auto file = read_file(options.data, FileRole::Vectors, {});
    if (!file || file->queries.empty() || file->truth.empty()) {
        std::cerr << (file ? "The file has no queries or no truth." : file.error().message) << '\n';
        return 1;
    }
    bool right = true;
    Json report{{"bench", "ivf_peers"},
                {"data", options.data.filename().string()},
                {"seed", 1234},
                {"repeats", options.repeats},
                {"clock", options.cpu_clock ? "cpu" : "wall"},
                {"simd", simd::name(simd::kernels().isa)}};
    if (options.only != "search")
        report["kmeans"] = bench_kmeans(*file, options.repeats, right);
    if (options.only != "kmeans")
        report["search"] = bench_search(*file, options, right);
    report["answers_right"] = right;
    std::cout << report.dump(2) << '\n';
    return right ? 0 : 1;
}
