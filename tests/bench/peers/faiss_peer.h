// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace annscope::bench {

/// The libfaiss that the system ships. Its BLAS and OpenMP are set to the threads of each call.
struct FaissKmeans {
    double seconds = 0;
    std::vector<float> centroids;
    std::vector<double> objective; ///< per iteration
};
FaissKmeans faiss_kmeans(const float* data, std::size_t n, std::size_t dim, std::size_t k, int niter,
                         int threads);

/// Trains and adds by index_factory; the index is thrown away after its distances to codes were measured.
struct FaissBuild {
    double train_seconds = 0, add_seconds = 0;
    double distortion = 0; ///< mean squared error of decoding the first rows
};
FaissBuild faiss_build(const char* factory, const float* data, std::size_t n, std::size_t dim, int threads);

} // namespace annscope::bench
