// SPDX-License-Identifier: GPL-3.0-or-later
#include "search_bench.h"

#include "app/environment.h"
#include "bench/support/passes.h"
#include "bench/support/shelf.h"
#include "hnswlib_peer.h"
#include "index/kind.h"
#include "simd/kernels.h"
#include "spec/parser.h"
#include "test_data.h"
#include "tune/parameter_space.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>

namespace annscope::bench {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNeighbors = 10;
constexpr int kThreads = 2;
constexpr const char* kPeer = "hnswlib M=16,efConstruction=200";
constexpr double kBehindPeer = 0.01;

/// What hnswlib throws becomes an error.
Status guarded(const std::function<void()>& job) {
    try {
        job();
        return {};
    } catch (const std::exception& e) {
        return Error{ErrorCode::Internal, std::string("hnswlib: ") + e.what()};
    }
}

class Bench {
public:
    Bench(const Dataset& data, const Arguments& arguments, Shelf shelf)
        : m_data(data), m_arguments(arguments), m_shelf(std::move(shelf)),
          m_passes(data, data.queries.size(), kNeighbors, arguments.repeats) {}

    Status add_peer();
    Status add(const SearchSeries& series);
    Json run();

private:
    void add_settings(const std::string& series, const Index& index, const std::vector<SearchParams>& points,
                      bool of_vectors);
    void report_build(const std::string& series, const std::optional<BuildTime>& time, std::uint64_t bytes,
                      Json more);
    Json complaints(const std::vector<Curve>& curves) const;

    const Dataset& m_data;
    const Arguments& m_arguments;
    Shelf m_shelf;
    HnswlibPeer m_peer;
    std::optional<BuildTime> m_peer_time;
    std::vector<std::unique_ptr<Index>> m_indexes;
    Passes m_passes;
    Json m_builds = Json::array();
};

Status Bench::add_peer() {
    const auto base = m_data.base.view<float>();
    const auto load = [&](const std::filesystem::path& path) -> Status {
        ANNSCOPE_TRY(guarded([&] { m_peer.load(path.string(), base.cols()); }));
        if (m_peer.size() == base.rows())
            return {};
        return Error{ErrorCode::CorruptFile, path.string() + " does not hold the graph of these vectors."};
    };
    ANNSCOPE_ASSIGN(m_peer_time,
                    m_shelf.other(
                        kPeer,
                        [&] {
                            return guarded([&] {
                                m_peer.build(base.data(), base.rows(), base.cols(), 16, 200, kThreads);
                            });
                        },
                        [&](const auto& path) { return guarded([&] { m_peer.save(path.string()); }); },
                        load));
    report_build(kPeer, m_peer_time, m_peer.bytes(), {{"storage", "f32"}});
    for (const std::size_t ef : {10, 12, 14, 17, 20, 25, 30, 40, 50, 65, 80, 100, 130, 170, 220, 300, 450}) {
        const auto one = [this, ef](const float* q, SearchOutput out) -> Result<SearchStats> {
            const auto counts = m_peer.search(q, kNeighbors, ef, out.ids.data(), out.distances.data());
            return SearchStats{.distances = counts.links, .hops = counts.hops};
        };
        m_passes.add({kPeer, "ef=" + std::to_string(ef), one, {}, true});
    }
    return {};
}

Status Bench::add(const SearchSeries& series) {
    const std::string name = parts_of(series.configuration).front();
    ANNSCOPE_ASSIGN(const Configuration configuration, parse_configuration(name));
    ANNSCOPE_ASSIGN(Shelf::Built built, m_shelf.index(configuration));
    const Index& index = *m_indexes.emplace_back(std::move(built.index));
    const IndexInfo info = index.info();
    report_build(name, built.time, info.bytes(), {{"storage", annscope::name(info.storage)}});
    if (built.time) {
        m_builds.back()["train_seconds"] = info.train_seconds;
        m_builds.back()["add_seconds"] = info.add_seconds;
    }
    ANNSCOPE_ASSIGN(ParameterSpace space, grids_of(series.configuration));
    if (space.values.empty())
        space = default_space(index, kNeighbors);
    const Kind* kind = find_kind(configuration.spec.root);
    add_settings(name, index, space.points(), kind && kind->distances == Distances::OfVectors);
    return {};
}

void Bench::add_settings(const std::string& series, const Index& index,
                         const std::vector<SearchParams>& points, bool of_vectors) {
    const std::size_t dim = m_data.dim();
    for (const SearchParams& params : points) {
        const auto one = [&index, dim, params](const float* q, SearchOutput out) {
            return index.search({q, 1, dim}, kNeighbors, params, out, {});
        };
        const auto all = [this, &index, params](SearchOutput out) -> Status {
            Control control;
            control.threads = kThreads;
            ANNSCOPE_TRY(index.search(m_data.queries.view<float>(), kNeighbors, params, out, control));
            return {};
        };
        m_passes.add(
            {series, to_string(params), one, m_arguments.batches ? SearchAll(all) : SearchAll(), of_vectors});
    }
}

/// Seconds and their ratio to the peer's are null where something was loaded and not built.
void Bench::report_build(const std::string& series, const std::optional<BuildTime>& time, std::uint64_t bytes,
                         Json more) {
    const std::uint64_t raw = m_data.base.size() * m_data.dim() * sizeof(float);
    more.update({{"series", series},
                 {"threads", kThreads},
                 {"seconds", nullptr},
                 {"cpu_seconds", nullptr},
                 {"ratio", nullptr},
                 {"cpu_ratio", nullptr},
                 {"bytes", bytes},
                 {"of_float32", static_cast<double>(bytes) / static_cast<double>(raw)},
                 {"within_float32", bytes <= raw}});
    if (time) {
        more["seconds"] = time->seconds;
        more["cpu_seconds"] = time->cpu_seconds;
    }
    if (time && m_peer_time) {
        more["ratio"] = time->seconds / m_peer_time->seconds;
        more["cpu_ratio"] = time->cpu_seconds / m_peer_time->cpu_seconds;
    }
    m_builds.push_back(std::move(more));
}

Json Bench::run() {
    const std::vector<Curve> curves = m_passes.run();
    return {{"peer", kPeer},
            {"curves", to_json(curves)},
            {"at_recall", at_equal_recall(curves, kPeer, kThreads)},
            {"builds", m_builds},
            {"complaints", complaints(curves)}};
}

/// What the passes found wrong, and which series do not reach their recall. On data where the peer does not
/// reach it either, coming near the peer is enough.
Json Bench::complaints(const std::vector<Curve>& curves) const {
    Json out = m_passes.complaints();
    const auto best_of = [&](const std::string& series) {
        double best = 0;
        for (const Curve& curve : curves)
            if (curve.series == series)
                for (const CurvePoint& point : curve.points)
                    best = std::max(best, point.recall);
        return best;
    };
    const double peer = best_of(kPeer);
    for (const SearchSeries& series : m_arguments.series) {
        const std::string name = parts_of(series.configuration).front();
        const double best = best_of(name), floor = std::min(series.recall, peer - kBehindPeer);
        if (best < floor)
            out.push_back(name + " reaches a recall of " + std::to_string(best) + ", expected was " +
                          std::to_string(floor) + ".");
    }
    return out;
}

Result<Json> compare(const Dataset& data, const Arguments& arguments) {
    ANNSCOPE_ASSIGN(Shelf shelf, Shelf::open(arguments.keep, data.base, kThreads));
    Bench bench(data, arguments, std::move(shelf));
    ANNSCOPE_TRY(bench.add_peer());
    for (const SearchSeries& series : arguments.series)
        ANNSCOPE_TRY(bench.add(series));
    return bench.run();
}

int fail(const Error& error, int code) {
    std::cerr << error.message << '\n';
    return code;
}

} // namespace

int run_search_bench(int argc, char** argv, const std::string& name, std::vector<SearchSeries> series,
                     bool batches) {
    prepare_environment(argv); // as the programs do
    Arguments defaults;
    defaults.data = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    defaults.series = std::move(series);
    defaults.batches = batches;
    const auto arguments =
        parse_arguments(std::span(argv, static_cast<std::size_t>(argc)).subspan(1), std::move(defaults));
    if (!arguments)
        return fail(arguments.error(), 2);
    const auto data = open_data(*arguments, kNeighbors);
    if (!data)
        return fail(data.error(), 1);
    const auto report = compare(*data, *arguments);
    if (!report)
        return fail(report.error(), 1);
    const bool right = (*report)["complaints"].empty();
    Json out{{"bench", name},
             {"data", data->name},
             {"n", data->base.size()},
             {"dim", data->dim()},
             {"queries", data->queries.size()},
             {"seed", Shelf::kSeed},
             {"repeats", arguments->repeats},
             {"k", kNeighbors},
             {"simd", simd::name(simd::kernels().isa)}};
    out.update(*report);
    out["answers_right"] = right;
    std::cout << out.dump(2) << '\n';
    std::cerr << summary_of(out);
    for (const Json& complaint : out["complaints"])
        std::cerr << "WRONG: " << complaint.get<std::string>() << '\n';
    return right ? 0 : 1;
}

} // namespace annscope::bench
