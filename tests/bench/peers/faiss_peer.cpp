// SPDX-License-Identifier: GPL-3.0-or-later
#include "faiss_peer.h"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

#include <chrono>

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

} // namespace annscope::bench
