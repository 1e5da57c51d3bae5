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

constexpr std::size_t kPlusPlusPoints = 16, kParallelPoints = 32; // per centroid
constexpr std::size_t kBlockRows = 256;

/// Draws a row with probability proportional to its weight. Falls back to any row where all weights are zero
/// (fewer distinct points than centroids).
std::size_t draw(std::span<const float> weights, Random& random) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (!(total > 0))
        return random.below(weights.size());
    double left = random.uniform() * total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        left -= static_cast<double>(weights[i]);
        if (left < 0 && weights[i] > 0)
            return i;
    }
    return static_cast<std::size_t>(std::ranges::max_element(weights) - weights.begin());
}

} // namespace

Result<AlignedBuffer<float>> plus_plus(VectorView candidates, std::span<const float> weights, std::size_t k,
                                       std::uint64_t seed, const Control& control) {
    const std::size_t n = candidates.rows(), dim = candidates.cols();
    assert(weights.empty() || weights.size() == n);
    std::vector<float> nearest(n, std::numeric_limits<float>::infinity());
    std::vector<float> chances(weights.begin(), weights.end());
    AlignedBuffer<float> centroids(k * dim);
    Random random(seed ^ 0x6b6d2b2b); // "km++": other numbers than the sample's
    for (std::size_t j = 0; j < k; ++j) {
        const std::size_t chosen = j == 0 && weights.empty() ? random.below(n) : draw(chances, random);
        chances.resize(n);
        float* centroid = centroids.data() + j * dim;
        std::copy_n(candidates.row(chosen), dim, centroid);
        nearest[chosen] = 0; // whatever rounding says
        ANNSCOPE_TRY(parallel_for(n, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
            float distances[kBlockRows];
            simd::kernels().f32.l2_rows(centroid, candidates.row(begin), candidates.stride(), end - begin,
                                        dim, distances);
            for (std::size_t i = begin; i < end; ++i) {
                nearest[i] = std::min(nearest[i], distances[i - begin]);
                chances[i] = weights.empty() ? nearest[i] : nearest[i] * weights[i];
            }
        }));
        control.advance();
    }
    return centroids;
}

Result<AlignedBuffer<float>> seed_centroids(const VectorSet& points, const KmeansOptions& options,
                                            std::uint64_t seed, const Control& control) {
    const std::size_t k = options.k;
    if (options.start == KmeansStart::Random)
        return points.gather(random_sample(points.size(), k, seed));
    const std::size_t each = options.start == KmeansStart::PlusPlus ? kPlusPlusPoints : kParallelPoints;
    const auto rows = random_sample(points.size(), std::min(points.size(), k * each), seed);
    ANNSCOPE_TRY(
        check_memory(rows.size() * points.dim() * sizeof(float), "The sample to seed centroids from"));
    const AlignedBuffer<float> sample = points.gather(rows);
    const VectorView candidates(sample.data(), rows.size(), points.dim());
    if (options.start == KmeansStart::Parallel)
        return parallel_start(candidates, k, seed, control);
    control.begin("Seeding centroids", k);
    return plus_plus(candidates, {}, k, seed, control);
}

} // namespace annscope
