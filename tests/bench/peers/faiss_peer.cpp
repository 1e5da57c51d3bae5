// SPDX-License-Identifier: GPL-3.0-or-later
#include "faiss_peer.h"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>
#include <faiss/index_factory.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include <omp.h>

extern "C" void openblas_set_num_threads(int);

namespace annscope::bench {

FaissKmeans faiss_kmeans(const float* data, std::size_t n, std::size_t dim, std::size_t k, int niter,
                         int threads) {
    omp_set_num_threads(threads);
    openblas_set_num_threads(threads);
    const auto start = std::chrono::steady_clock::now();
    faiss::ClusteringParameters parameters;
    parameters.niter = niter;
    faiss::Clustering clustering(static_cast<int>(dim), static_cast<int>(k), parameters);
    faiss::IndexFlatL2 quantizer(static_cast<faiss::Index::idx_t>(dim));
    clustering.train(static_cast<faiss::Index::idx_t>(n), data, quantizer);
    FaissKmeans result;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.centroids = clustering.centroids;
    for (const faiss::ClusteringIterationStats& iteration : clustering.iteration_stats)
        result.objective.push_back(static_cast<double>(iteration.obj));
    return result;
}

FaissBuild faiss_build(const char* factory, const float* data, std::size_t n, std::size_t dim, int threads) {
    omp_set_num_threads(threads);
    openblas_set_num_threads(threads);
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](Clock::time_point begin) {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    const auto rows = static_cast<faiss::Index::idx_t>(n);
    const std::unique_ptr<faiss::Index> index(faiss::index_factory(static_cast<int>(dim), factory));
    if (auto* ivf = dynamic_cast<faiss::IndexIVF*>(index.get()))
        ivf->cp.niter = 10;
    FaissBuild result;
    auto begin = Clock::now();
    index->train(rows, data);
    result.train_seconds = seconds(begin);
    begin = Clock::now();
    index->add(rows, data);
    result.add_seconds = seconds(begin);
    if (auto* ivf = dynamic_cast<faiss::IndexIVF*>(index.get()))
        ivf->make_direct_map();
    const std::size_t sample = std::min<std::size_t>(n, 5000);
    std::vector<float> decoded(sample * dim);
    index->reconstruct_n(0, static_cast<faiss::Index::idx_t>(sample), decoded.data());
    for (std::size_t i = 0; i < decoded.size(); ++i) {
        const double difference = static_cast<double>(decoded[i]) - static_cast<double>(data[i]);
        result.distortion += difference * difference / static_cast<double>(sample);
    }
    return result;
}

} // namespace annscope::bench
