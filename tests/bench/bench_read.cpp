// SPDX-License-Identifier: GPL-3.0-or-later
// Reading an HDF5 file against h5py, and opening and searching a memory-mapped fvecs file.
// Usage: bench_read [--data FILE.hdf5]
#include "core/parallel.h"
#include "core/timer.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

using namespace annscope;

namespace {

constexpr int kRepeats = 7;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Private memory of this process in bytes: what is not backed by a mapped file.
std::uint64_t private_bytes() {
    std::ifstream status("/proc/self/status");
    std::string key;
    std::uint64_t kib = 0;
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            kib = std::stoull(line.substr(8));
    return kib * 1024;
}

/// Seconds that h5py needs for the same two data sets, in a process of its own, without its start; and their
/// sum as a check.
std::pair<double, double> h5py(const std::string& path) {
    const std::string command =
        "/usr/bin/python3 -c \"\nimport h5py, time\nt = time.perf_counter()\nf = h5py.File('" + path +
        "', 'r')\na = f['train'][:]\nb = f['test'][:]\nt = time.perf_counter() - t\n"
        "print(t, float(a.sum(dtype='f8') + b.sum(dtype='f8')))\n\" 2>/dev/null";
    std::pair<double, double> answer{0, 0};
    if (FILE* pipe = popen(command.c_str(), "r")) {
        if (std::fscanf(pipe, "%lf %lf", &answer.first, &answer.second) != 2)
            answer = {0, 0};
        pclose(pipe);
    }
    return answer;
}

double sum(const VectorSet& set) {
    double total = 0;
    std::vector<float> row(set.dim());
    for (std::size_t i = 0; i < set.size(); ++i) {
        set.copy_row(i, row.data());
        for (const float v : row)
            total += v;
    }
    return total;
}

nlohmann::ordered_json read_hdf5(const std::string& path, bool& right) {
    std::vector<double> ours, theirs;
    for (int r = 0; r < kRepeats; ++r) {
        const Timer timer;
        const auto contents = read_file(path, FileRole::Vectors, {});
        ours.push_back(timer.seconds());
        if (!contents) {
            std::fprintf(stderr, "%s\n", contents.error().message.c_str());
            right = false;
            return {};
        }
        const auto [seconds, check] = h5py(path);
        if (seconds == 0)
            continue; // h5py is not installed
        theirs.push_back(seconds);
        right =
            right && std::abs(check - sum(contents->base) - sum(contents->queries)) <= 1e-6 * std::abs(check);
    }
    nlohmann::ordered_json j{{"file", std::filesystem::path(path).filename().string()},
                             {"seconds", median(ours)}};
    if (!theirs.empty()) {
        j["h5py_seconds"] = median(theirs);
        j["ratio"] = median(ours) / median(theirs);
    }
    return j;
}

nlohmann::ordered_json open_fvecs(bool& right) {
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("bench_read_" + std::to_string(getpid()) + ".fvecs");
    constexpr std::size_t kRows = 1000000, kDim = 128;
    {
        const auto made = generate_uniform({kRows, kDim, 1, 3}, {});
        if (!made || !write_fvecs(path, made->base, {})) {
            right = false;
            return {};
        }
    }
    std::vector<double> seconds;
    for (int r = 0; r < kRepeats; ++r) {
        const Timer timer;
        const auto contents = read_file(path, FileRole::Vectors, {});
        seconds.push_back(timer.seconds());
        right = right && contents && contents->base.size() == kRows;
    }
    const auto contents = read_file(path, FileRole::Vectors, {});
    const std::uint64_t before = private_bytes();
    std::vector<float> query(kDim, 0.5f);
    const auto found = exact_neighbours_of(contents->base, query, Metric::L2, 10, {});
    const std::uint64_t grown = private_bytes() - std::min(private_bytes(), before);
    right = right && found && found->ids.size() == 10 && contents->base.mapped();
    std::filesystem::remove(path);
    return {{"rows", kRows},
            {"dim", kDim},
            {"open_ms", median(seconds) * 1e3},
            {"first_query_private_bytes", grown},
            {"vectors_bytes", kRows * kDim * 4}};
}

} // namespace

int main(int argc, char** argv) {
    use_single_threaded_blas();
    bool right = true;
    nlohmann::ordered_json j{{"benchmark", "read"}, {"repeats", kRepeats}};
    if (argc > 2 && std::string_view(argv[1]) == "--data")
        j["hdf5"] = read_hdf5(argv[2], right);
    j["fvecs"] = open_fvecs(right);
    j["right"] = right;
    std::printf("%s\n", j.dump(2).c_str());
    return right ? 0 : 1;
}
