// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/kmeans.h"

#include <span>

namespace annscope {

/// The k centroids that k-means starts from: distinct random points, or those of k-means++ among at most 16 k
/// random points, or of k-means|| among at most 32 k. Phase of the latter two: "Seeding centroids".
/// Errors: Cancelled.
Result<AlignedBuffer<float>> seed_centroids(const VectorSet& points, const KmeansOptions& options,
                                            std::uint64_t seed, const Control& control);

/// k-means|| of all the points (float32). Phase: "Seeding centroids". See kmeans_parallel_start.cpp.
Result<AlignedBuffer<float>> parallel_start(VectorView points, std::size_t k, std::uint64_t seed,
                                            const Control& control);

/// k of the candidates by k-means++: each drawn in proportion to its weight (none: all equal) times the
/// squared distance to those drawn before. Advances the progress by one per centroid. Cost: k x candidates x
/// dim. Errors: Cancelled. Source: Arthur and Vassilvitskii, k-means++: the advantages of careful seeding,
/// SODA 2007.
Result<AlignedBuffer<float>> plus_plus(VectorView candidates, std::span<const float> weights, std::size_t k,
                                       std::uint64_t seed, const Control& control);

} // namespace annscope
