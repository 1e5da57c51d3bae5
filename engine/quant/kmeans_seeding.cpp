// SPDX-License-Identifier: Apache-2.0
#include "quant/kmeans_seeding.h"

#include "core/parallel.h"
#include "core/random.h"
#include "simd/kernels.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kCandidates = 16; // per centroid
constexpr std::size_t kBlockRows = 256;

/// Draws a row with probability proportional to its weight. Falls back to any row where all weights are zero
/// (fewer distinct points than centroids).
std::size_t draw(const std::vector<float>& weights, Random& random) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (!(total > 0))
        return random.below(weights.size());
    double left = random.uniform() * total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        left -= weights[i];
        if (left < 0 && weights[i] > 0)
            return i;
    }
    return static_cast<std::size_t>(std::ranges::max_element(weights) - weights.begin());
}

/// Source: Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, SODA 2007.
Result<AlignedBuffer<float>> plus_plus(const VectorSet& points, std::size_t k, std::uint64_t seed,
                                       const Control& control) {
    const std::size_t dim = points.dim();
    const std::vector<std::uint32_t> rows =
        random_sample(points.size(), std::min(points.size(), k * kCandidates), seed);
    const AlignedBuffer<float> candidates = points.gather(rows);
    const std::size_t n = rows.size();
    std::vector<float> nearest(n, std::numeric_limits<float>::infinity());
    AlignedBuffer<float> centroids(k * dim);
    Random random(seed ^ 0x6b6d2b2b); // "km++": other numbers than the sample's
    control.begin("Seeding centroids", k);
    for (std::size_t j = 0; j < k; ++j) {
        const std::size_t chosen = j == 0 ? random.below(n) : draw(nearest, random);
        float* centroid = centroids.data() + j * dim;
        std::copy_n(candidates.data() + chosen * dim, dim, centroid);
        ANNSCOPE_TRY(parallel_for(n, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
            float distances[kBlockRows];
            simd::kernels().f32.l2_rows(centroid, candidates.data() + begin * dim, dim, end - begin, dim,
                                        distances);
            for (std::size_t i = begin; i < end; ++i)
                nearest[i] = std::min(nearest[i], distances[i - begin]);
        }));
        nearest[chosen] = 0; // whatever rounding says
        control.advance();
    }
    return centroids;
}

} // namespace

Result<AlignedBuffer<float>> seed_centroids(const VectorSet& points, const KmeansOptions& options,
                                            std::uint64_t seed, const Control& control) {
    if (options.plus_plus)
        return plus_plus(points, options.k, seed, control);
    return points.gather(random_sample(points.size(), options.k, seed));
}

} // namespace annscope
