// SPDX-License-Identifier: GPL-3.0-or-later
// Exact neighbours against libfaiss' IndexFlatL2: bench_truth_faiss [--base N] [--dim D] [--queries Q] [-k K]
// [--threads T] [--repeats R] [DATA]. DATA is anything that annscope reads; without it clusters are
// generated.
#include "app/environment.h"
#include "core/timer.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"

#include <faiss/IndexFlat.h>
#include <nlohmann/json.hpp>
#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

extern "C" {
void openblas_set_num_threads(int);
char* openblas_get_corename();
}

using namespace annscope;

namespace {

struct Arguments {
    std::size_t base = 60000, dim = 784, queries = 10000, k = 100;
    int threads = 2, repeats = 5;
    std::string data;
};

Arguments parse(int argc, char** argv) {
    Arguments a;
    for (int i = 1; i < argc; ++i) {
        const auto is = [&](const char* name) { return std::strcmp(argv[i], name) == 0 && i + 1 < argc; };
        if (is("--base"))
            a.base = std::stoul(argv[++i]);
        else if (is("--dim"))
            a.dim = std::stoul(argv[++i]);
        else if (is("--queries"))
            a.queries = std::stoul(argv[++i]);
        else if (is("-k"))
            a.k = std::stoul(argv[++i]);
        else if (is("--threads"))
            a.threads = std::stoi(argv[++i]);
        else if (is("--repeats"))
            a.repeats = std::stoi(argv[++i]);
        else if (is("--data"))
            a.data = argv[++i];
    }
    return a;
}

Result<Dataset> load(const Arguments& a) {
    if (a.data.empty()) {
        ClusterOptions options;
        options.n = a.base;
        options.dim = a.dim;
        options.queries = a.queries;
        return generate_clusters(options, {});
    }
    ANNSCOPE_ASSIGN(FileContents file, read_file(a.data, FileRole::Vectors, {}));
    Dataset dataset;
    dataset.name = a.data;
    dataset.base = file.base.slice(0, std::min(a.base, file.base.size())).to_float();
    dataset.queries = file.queries.slice(0, std::min(a.queries, file.queries.size())).to_float();
    return dataset;
}

/// Of all threads of this process; beside wall clock, because other programs may share the cores.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Share of ids that agree; where they differ, distances must agree to float32's rounding.
bool agree(const GroundTruth& ours, const std::vector<faiss::Index::idx_t>& ids,
           const std::vector<float>& distances, double& same) {
    std::size_t equal = 0;
    bool fine = true;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        equal += ours.ids[i] == ids[i] ? 1 : 0;
        const double scale = std::max(1e-3, static_cast<double>(ours.distances[i]));
        fine &= std::abs(ours.distances[i] - distances[i]) <= 2e-3 * scale;
    }
    same = static_cast<double>(equal) / static_cast<double>(ids.size());
    return fine;
}

} // namespace

int main(int argc, char** argv) {
    prepare_environment(argv); // both sides get the same BLAS kernels and wait policy
    const Arguments a = parse(argc, argv);
    const auto dataset = load(a);
    if (!dataset) {
        std::fprintf(stderr, "%s\n", dataset.error().message.c_str());
        return 1;
    }
    const auto base = dataset->base.view<float>();
    const auto queries = dataset->queries.view<float>();
    faiss::IndexFlatL2 flat(static_cast<faiss::Index::idx_t>(base.cols()));
    flat.add(static_cast<faiss::Index::idx_t>(base.rows()), base.data());

    Control control;
    control.threads = a.threads;
    std::vector<double> our_seconds, faiss_seconds, our_cpu, faiss_cpu;
    std::vector<faiss::Index::idx_t> ids(queries.rows() * a.k);
    std::vector<float> distances(ids.size());
    double same = 0;
    bool fine = true;
    for (int r = 0; r < a.repeats; ++r) {
        Timer timer;
        double cpu = cpu_seconds();
        const auto ours = exact_neighbours(dataset->base, dataset->queries, Metric::L2, a.k, control);
        our_seconds.push_back(timer.seconds());
        our_cpu.push_back(cpu_seconds() - cpu);
        omp_set_num_threads(a.threads);
        openblas_set_num_threads(a.threads);
        timer.restart();
        cpu = cpu_seconds();
        flat.search(static_cast<faiss::Index::idx_t>(queries.rows()), queries.data(),
                    static_cast<faiss::Index::idx_t>(a.k), distances.data(), ids.data());
        faiss_seconds.push_back(timer.seconds());
        faiss_cpu.push_back(cpu_seconds() - cpu);
        fine &= ours.ok() && agree(*ours, ids, distances, same);
    }
    const nlohmann::json result = {{"benchmark", "exact neighbours"},
                                   {"data", dataset->name},
                                   {"base", base.rows()},
                                   {"dim", base.cols()},
                                   {"queries", queries.rows()},
                                   {"k", a.k},
                                   {"threads", a.threads},
                                   {"repeats", a.repeats},
                                   {"annscope_s", our_seconds},
                                   {"faiss_s", faiss_seconds},
                                   {"annscope_median_s", median(our_seconds)},
                                   {"faiss_median_s", median(faiss_seconds)},
                                   {"ratio", median(our_seconds) / median(faiss_seconds)},
                                   {"annscope_median_cpu_s", median(our_cpu)},
                                   {"faiss_median_cpu_s", median(faiss_cpu)},
                                   {"cpu_ratio", median(our_cpu) / median(faiss_cpu)},
                                   {"blas", openblas_get_corename()},
                                   {"same_ids", same},
                                   {"distances_agree", fine}};
    std::printf("%s\n", result.dump(2).c_str());
    return fine ? 0 : 1;
}
