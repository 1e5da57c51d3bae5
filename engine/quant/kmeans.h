// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "quant/assign.h"

#include <cstdint>
#include <string>
#include <vector>

namespace annscope {

/// The defaults are those of Faiss (faiss/Clustering.h); an inverted file there uses 10 iterations.
struct KmeansOptions {
    std::size_t k = 0;
    int niter = 25;
    int nredo = 1; ///< runs with other starts, of which the best objective is kept
    std::uint64_t seed = 1234;
    std::size_t max_points_per_centroid = 256; ///< more points are sampled down to this
    std::size_t min_points_per_centroid = 39;  ///< fewer are a warning
    bool plus_plus = false;   ///< k-means++ (Arthur and Vassilvitskii 2007) instead of random points
    bool spherical = false;   ///< centroids of unit length, nearest by inner product
    bool unit_points = false; ///< the points are scaled to unit length first (cosine)
};

struct KmeansResult {
    AlignedBuffer<float> centroids; ///< k x dim, dense
    /// Per iteration: the sum of squared distances to the nearest centroid (it falls), or of inner products.
    std::vector<double> objective;
    std::size_t splits = 0; ///< empty clusters that got half of a large one, over all iterations
    std::vector<std::string> warnings;
};

/// Lloyd's algorithm. The same result for any number of threads. An empty cluster takes half of another one,
/// chosen in proportion to size; the two centroids are moved apart by 1/1024, as in Faiss.
/// Phases: "Seeding centroids" (k-means++ only), "Training centroids". Cost: niter x points x k x dim
/// multiply-adds. Errors: InvalidArgument (fewer points than centroids), OutOfMemory, Cancelled.
Result<KmeansResult> kmeans(const VectorSet& points, const KmeansOptions& options, const Control& control);

} // namespace annscope
