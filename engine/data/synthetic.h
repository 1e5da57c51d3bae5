// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"

namespace annscope {

struct UniformOptions {
    std::size_t n = 20000, dim = 64, queries = 1000;
    std::uint64_t seed = 1;
};

/// A Gaussian mixture in one random subspace of intrinsic_dim dimensions, which all components share:
/// component k has weight proportional to (k + 1)^-weight_power, its centre is normal in the subspace with
/// deviation spread, its points are normal around the centre in the subspace with unit deviation, and
/// isotropic noise of the given deviation is added in all dim dimensions. Queries are further draws from the
/// same mixture.
struct ClusterOptions {
    std::size_t n = 20000, dim = 64, queries = 1000;
    std::uint64_t seed = 1;
    std::size_t components = 0; ///< 0: max(1, n / 500)
    double weight_power = 0.5;
    double spread = 1.25;
    std::size_t intrinsic_dim = 24; ///< at most dim
    double noise = 0.05;
};

/// Values in [0, 1). The same options give the same vectors on every machine and with any number of threads.
/// Truth is left empty. Phase: "Generating". Errors: InvalidArgument, OutOfMemory, Cancelled.
Result<Dataset> generate_uniform(const UniformOptions& options, const Control& control);
/// As above. Cost: n x dim x intrinsic_dim, and dim x intrinsic_dim^2 once.
Result<Dataset> generate_clusters(const ClusterOptions& options, const Control& control);
/// The built-in samples: 200 points in the plane in a few clusters, and 20,000 x 64 clustered vectors.
Result<Dataset> sample_points(const Control& control);
Result<Dataset> sample_vectors(const Control& control);

} // namespace annscope
