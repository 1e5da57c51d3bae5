// SPDX-License-Identifier: GPL-3.0-or-later
// The ways to train centroids against plain Lloyd: seconds, and over all vectors the mean squared distance to
// the nearest centroid and how even the cells are (imbalance: k * sum of squared sizes / n^2, 1 where all are
// equal). Usage: bench_kmeans [--data FILE.hdf5] [--k N] [--niter N] [--large]; --large: 200,000 x 64 with k
// = 20,000.
#include "core/timer.h"
#include "data/dataset.h"
#include "data/synthetic.h"
#include "quant/kmeans.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

using namespace annscope;

namespace {

struct Case {
    std::string name;
    std::function<void(KmeansOptions&)> change;
};

const std::vector<Case> kCases{
    {"lloyd", [](KmeansOptions&) {}},
    {"lloyd, share 1/40", [](KmeansOptions& o) { o.sample_share = 1.0 / 40; }},
    {"lloyd, k-means++", [](KmeansOptions& o) { o.start = KmeansStart::PlusPlus; }},
    {"lloyd, k-means||", [](KmeansOptions& o) { o.start = KmeansStart::Parallel; }},
    {"mini-batch", [](KmeansOptions& o) { o.minibatch = true; }},
    {"mini-batch, k-means||",
     [](KmeansOptions& o) {
         o.minibatch = true;
         o.start = KmeansStart::Parallel;
     }},
    {"balance 2", [](KmeansOptions& o) { o.balance = 2; }},
    {"balance 1.2", [](KmeansOptions& o) { o.balance = 1.2; }},
    {"two-level", [](KmeansOptions& o) { o.two_level = TwoLevel::Always; }},
    {"two-level, k-means||",
     [](KmeansOptions& o) {
         o.two_level = TwoLevel::Always;
         o.start = KmeansStart::Parallel;
     }},
};

/// Of all threads; other processes disturb it less than wall-clock time.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

bool measure(const VectorSet& points, const Case& what, KmeansOptions options, nlohmann::ordered_json& rows) {
    options.two_level = TwoLevel::Never;
    what.change(options);
    const double before = cpu_seconds();
    const Timer timer;
    const auto result = kmeans(points, options, {});
    const double seconds = timer.seconds(), cpu = cpu_seconds() - before;
    if (!result) {
        std::fprintf(stderr, "%s: %s\n", what.name.c_str(), result.error().message.c_str());
        return false;
    }
    std::vector<std::uint32_t> cells(points.size());
    const auto sum =
        assign_nearest(points, {result->centroids.data(), options.k, points.dim()}, AssignBy::L2, cells, {});
    std::vector<double> sizes(options.k);
    for (const std::uint32_t cell : cells)
        ++sizes[cell];
    const double n = static_cast<double>(points.size()), k = static_cast<double>(options.k);
    double squares = 0;
    for (const double size : sizes)
        squares += size * size;
    rows.push_back(
        {{"how", what.name},
         {"seconds", seconds},
                    {"cpu_seconds", cpu},
         {"mean_squared_distance", *sum / n},
         {"to_first", *sum / n / (rows.empty() ? *sum / n : rows[0]["mean_squared_distance"].get<double>())},
         {"objective", result->objective},
         {"imbalance", k * squares / n / n},
         {"largest_cell_in_means", *std::ranges::max_element(sizes) * k / n},
         {"empty_cells", std::ranges::count(sizes, 0.0)}});
    std::fprintf(stderr, "%s\n", rows.back().dump().c_str());
    return sum.ok();
}

} // namespace

int main(int argc, char** argv) {
    OpenOptions open;
    KmeansOptions options;
    options.k = 1024;
    options.niter = 10;
    bool large = false;
    std::string only;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool more = i + 1 < argc;
        if (argument == "--large")
            large = true;
        else if (argument == "--data" && more)
            open.base = argv[++i];
        else if (argument == "--k" && more)
            options.k = std::strtoul(argv[++i], nullptr, 10);
        else if (argument == "--niter" && more)
            options.niter = std::atoi(argv[++i]);
        else if (argument == "--only" && more)
            only = argv[++i];
    }
    if (large)
        options.k = 20000;
    open.hold_out = 0;
    const auto data = large               ? generate_clusters({.n = 200000, .dim = 64, .queries = 1}, {})
                      : open.base.empty() ? sample_vectors({})
                                          : open_dataset(open, {});
    if (!data) {
        std::fprintf(stderr, "%s\n", data.error().message.c_str());
        return 1;
    }
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    bool right = true;
    for (const Case& what : kCases)
        if (only.empty() || what.name.starts_with(only))
            right = measure(data->base, what, options, rows) && right;
    std::printf("%s\n", nlohmann::ordered_json{{"data", data->source},
                                               {"n", data->base.size()},
                                               {"dim", data->base.dim()},
                                               {"k", options.k},
                                               {"niter", options.niter},
                                               {"rows", rows}}
                            .dump(2)
                            .c_str());
    return right ? 0 : 1;
}
