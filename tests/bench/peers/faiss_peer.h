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

} // namespace annscope::bench
