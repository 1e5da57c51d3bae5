// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "quant/assign.h"

#include <cstdint>
#include <string>
#include <vector>

namespace annscope {

/// Where the centroids start.
enum class KmeansStart : std::uint8_t {
    Random,   ///< distinct random points
    PlusPlus, ///< k-means++ (Arthur and Vassilvitskii, SODA 2007): one by one, each far from those before
    Parallel, ///< k-means|| (Bahmani et al., VLDB 2012): many at a time in a few rounds, then thinned out
};

enum class TwoLevel : std::uint8_t {
    Auto, ///< beyond kTwoLevelFrom centroids
    Never,
    Always,
};
inline constexpr std::size_t kTwoLevelFrom = 16384;

/// The defaults are those of Faiss (faiss/Clustering.h); an inverted file there uses 10 iterations.
///
/// How many points are trained on: sample_share of them, but not fewer than k x min_points_per_centroid, and
/// never more than k x max_points_per_centroid, which comes last.
struct KmeansOptions {
    std::size_t k = 0;
    int niter = 25; ///< for mini-batches: passes over the points, at most
    int nredo = 1;  ///< runs with other starts, of which the best objective is kept
    std::uint64_t seed = 1234;
    double sample_share = 1;                   ///< above 0, at most 1; 1/40 is usual in practice
    std::size_t max_points_per_centroid = 256; ///< more points are sampled down to this
    std::size_t min_points_per_centroid = 39;  ///< fewer are a warning
    KmeansStart start = KmeansStart::Random;
    bool minibatch = false;     ///< centroids move after each batch of points, not after all
    std::size_t batch_size = 0; ///< 0: 4,096, or k where that is more
    TwoLevel two_level = TwoLevel::Auto;
    double balance = 0;       ///< 1 or more: the largest cell aimed at, in means of all cells; 0: as it comes
    bool spherical = false;   ///< centroids of unit length, nearest by inner product
    bool unit_points = false; ///< the points are scaled to unit length first (cosine)
};

struct KmeansResult {
    AlignedBuffer<float> centroids; ///< k x dim, dense
    /// Per iteration: the sum of squared distances to the nearest centroid (it falls), or of inner products.
    /// With mini-batches, of each pass while the centroids moved; with two levels, of the rounds over all.
    std::vector<double> objective;
    std::size_t splits = 0; ///< empty clusters that got half of a large one, over all iterations
    std::vector<std::string> warnings;
};

/// k-means. The same result for any number of threads. Lloyd's algorithm, unless the options say otherwise:
/// an empty cluster takes half of another one, chosen in proportion to size; the two centroids are moved
/// apart by 1/1024, as in Faiss. Its phases: "Seeding centroids" (k-means++ and ||), "Training centroids",
/// and with two levels "Grouping vectors", "Training centroids of groups", "Refining centroids". Cost: niter
/// x points x k x dim multiply-adds; with two levels about niter x points x 2 sqrt(k) x dim. Errors:
/// InvalidArgument (fewer points than centroids, options that exclude each other), OutOfMemory, Cancelled.
Result<KmeansResult> kmeans(const VectorSet& points, const KmeansOptions& options, const Control& control);

/// How many of n points kmeans trains on.
std::size_t training_size(std::size_t n, const KmeansOptions& options) noexcept;

} // namespace annscope
