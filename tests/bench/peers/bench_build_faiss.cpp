// SPDX-License-Identifier: GPL-3.0-or-later
// Building (training and adding, two threads) against libfaiss in one run, interleaved; the codes' distortion
// beside it. Prints JSON; exits with 1 where ours is more than 1.02 x theirs.
// Faiss reorders PQ codebooks (polysemous) unless a factory string ends in np. Without arguments also on
// 100,000 x 128 clustered vectors, whose dimensions 32 divides. Usage: bench_build_faiss [--data FILE |
// --clusters N,DIM] [--config FACTORY]... [--repeats N]
#include "app/environment.h"
#include "core/parallel.h"
#include "core/timer.h"
#include "data/format.h"
#include "data/synthetic.h"
#include "faiss_peer.h"
#include "simd/kernels.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "test_data.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

using namespace annscope;
using Json = nlohmann::json;

namespace {

constexpr int kThreads = 2;

struct Options {
    std::filesystem::path data = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    std::size_t cluster_rows = 0, cluster_dim = 0;
    std::vector<std::string> factories;
    int repeats = 5;
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Mean squared error of decoding the first 5,000 rows.
Result<double> distortion_of(const Index& index, const VectorSet& base) {
    const std::size_t sample = std::min<std::size_t>(base.size(), 5000), dim = base.dim();
    std::vector<float> row(dim), decoded(dim);
    double sum = 0;
    for (std::size_t i = 0; i < sample; ++i) {
        base.copy_row(i, row.data());
        ANNSCOPE_TRY(index.reconstruct(static_cast<Id>(i), decoded));
        for (std::size_t j = 0; j < dim; ++j)
            sum += (static_cast<double>(row[j]) - decoded[j]) * (static_cast<double>(row[j]) - decoded[j]);
    }
    return sum / static_cast<double>(sample);
}

Result<Json> compare(const std::string& factory, const VectorSet& base, int repeats, bool& right) {
    ANNSCOPE_ASSIGN(const Configuration configuration, parse_configuration(factory));
    const auto view = base.view<float>();
    std::vector<double> ours, theirs, ratios, train_ratios, add_ratios;
    double our_distortion = 0, their_distortion = 0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        use_single_threaded_blas();
        Control control;
        control.threads = kThreads;
        const Timer timer;
        ANNSCOPE_ASSIGN(const std::unique_ptr<Index> index,
                        build_and_fill(configuration, base, Metric::L2, 1234, control));
        ours.push_back(timer.seconds());
        const IndexInfo info = index->info();
        ANNSCOPE_ASSIGN(our_distortion, distortion_of(*index, base));
        const auto peer = bench::faiss_build(print(configuration.spec).c_str(), view.data(), view.rows(),
                                             view.cols(), kThreads);
        theirs.push_back(peer.train_seconds + peer.add_seconds);
        their_distortion = peer.distortion;
        ratios.push_back(ours.back() / theirs.back());
        train_ratios.push_back(info.train_seconds / peer.train_seconds);
        add_ratios.push_back(info.add_seconds / peer.add_seconds);
    }
    right &= our_distortion <= 1.02 * their_distortion;
    return Json{{"factory", factory},
                {"threads", kThreads},
                {"seconds", median(ours)},
                {"faiss_seconds", median(theirs)},
                {"time_ratio", median(ratios)},
                {"train_ratio", median(train_ratios)},
                {"add_ratio", median(add_ratios)},
                {"distortion", our_distortion},
                {"distortion_ratio", our_distortion / their_distortion}};
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
            options.factories.emplace_back(argv[i + 1]);
        else if (key == "--repeats")
            options.repeats = std::atoi(argv[i + 1]);
    }
    return options;
}

Result<VectorSet> clusters(std::size_t rows, std::size_t dim) {
    ClusterOptions clusters;
    clusters.n = rows;
    clusters.dim = dim;
    clusters.queries = 1;
    ANNSCOPE_ASSIGN(const Dataset data, generate_clusters(clusters, {}));
    return data.base;
}

/// Every factory on one set of vectors.
Status compare_all(const std::string& name, const VectorSet& base, const std::vector<std::string>& factories,
                   const Options& options, Json& builds, bool& right) {
    for (const std::string& factory : factories) {
        ANNSCOPE_ASSIGN(Json built, compare(factory, base, options.repeats, right));
        built["data"] = name;
        built["n"] = base.size();
        built["dim"] = base.dim();
        builds.push_back(std::move(built));
    }
    return {};
}

Status run(const Options& options, Json& builds, bool& right) {
    const bool all = options.factories.empty();
    if (options.cluster_rows == 0) {
        ANNSCOPE_ASSIGN(const FileContents file, read_file(options.data, FileRole::Vectors, {}));
        const std::vector<std::string> defaults{"IVF1024,SQ8", "IVF1024,PQ28np"};
        ANNSCOPE_TRY(compare_all(options.data.filename().string(), file.base.to_float(),
                                 all ? defaults : options.factories, options, builds, right));
    }
    if (options.cluster_rows == 0 && !all)
        return {};
    const std::size_t rows = options.cluster_rows ? options.cluster_rows : 100'000;
    ANNSCOPE_ASSIGN(const VectorSet base, clusters(rows, options.cluster_rows ? options.cluster_dim : 128));
    const std::vector<std::string> defaults{"IVF1024,SQ8", "IVF1024,PQ32", "IVF1024,PQ32np"};
    return compare_all("clusters", base, all ? defaults : options.factories, options, builds, right);
}

} // namespace

int main(int argc, char** argv) {
    prepare_environment(argv); // as the programs do; the peer gains from it as well
    const Options options = parse(argc, argv);
    bool right = true;
    Json builds = Json::array();
    if (const Status status = run(options, builds, right); !status) {
        std::cerr << status.error().message << '\n';
        return 1;
    }
    const Json report{{"bench", "build_faiss"},     {"seed", 1234},
                      {"repeats", options.repeats}, {"simd", simd::name(simd::kernels().isa)},
                      {"builds", builds},           {"answers_right", right}};
    std::cout << report.dump(2) << '\n';
    return right ? 0 : 1;
}
