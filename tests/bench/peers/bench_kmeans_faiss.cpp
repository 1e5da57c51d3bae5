// SPDX-License-Identifier: GPL-3.0-or-later
// k-means against faiss in one run, interleaved. Prints JSON; exits with 1 where the objective is worse.
// Usage: bench_kmeans_faiss [--data FILE] [--repeats N]
#include "app/environment.h"
#include "core/parallel.h"
#include "core/timer.h"
#include "data/format.h"
#include "faiss_peer.h"
#include "quant/kmeans.h"
#include "simd/kernels.h"
#include "test_data.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <iostream>

using namespace annscope;
using Json = nlohmann::json;

namespace {

constexpr std::size_t kCells = 1024;
constexpr int kThreads = 2;

struct Options {
    std::filesystem::path data = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    int repeats = 5;
};

/// Of all threads of this process; beside wall clock, because other programs may share the cores.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

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

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i];
        if (key == "--data")
            options.data = argv[i + 1];
        else if (key == "--repeats")
            options.repeats = std::atoi(argv[i + 1]);
    }
    return options;
}

} // namespace

int main(int argc, char** argv) {
    prepare_environment(argv); // as the programs do; the peers gain from it as well
    const Options options = parse(argc, argv);
    const auto file = read_file(options.data, FileRole::Vectors, {});
    if (!file) {
        std::cerr << file.error().message << '\n';
        return 1;
    }
    bool right = true;
    Json report{{"bench", "kmeans_faiss"},
                {"data", options.data.filename().string()},
                {"seed", 1234},
                {"repeats", options.repeats},
                {"simd", simd::name(simd::kernels().isa)}};
    report["kmeans"] = bench_kmeans(*file, options.repeats, right);
    report["answers_right"] = right;
    std::cout << report.dump(2) << '\n';
    return right ? 0 : 1;
}
