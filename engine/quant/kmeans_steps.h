// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/kmeans.h"

#include <span>

// The steps that the variants of k-means share, and the variants; not for others.
namespace annscope::clustering {

/// Rows of one cluster, in row order, for every cluster: a counting sort.
struct Groups {
    std::vector<std::size_t> offsets; ///< k + 1
    std::vector<std::uint32_t> rows;

    Groups(std::span<const std::uint32_t> cells, std::size_t k);
    std::size_t size() const noexcept { return offsets.size() - 1; }
    std::span<const std::uint32_t> of(std::size_t cell) const noexcept {
        return std::span(rows).subspan(offsets[cell], offsets[cell + 1] - offsets[cell]);
    }
};

/// Every centroid to the mean of its rows; one without rows stays. Errors: Cancelled.
Status move_centroids(const VectorSet& points, const Groups& groups, std::span<float> centroids,
                      const Control& control);
/// Makes two centroids of one: the same but for 1/1024 up or down.
void part_centroids(float* from, float* to, std::size_t dim) noexcept;
/// Every empty cluster takes half of another one; returns how many did. Source: faiss/Clustering.cpp
/// describes the rule, see kmeans.
std::size_t split_empty(const Groups& groups, std::size_t dim, std::span<float> centroids,
                        std::uint64_t seed);
void to_unit(std::span<float> centroids, std::size_t dim) noexcept;
inline AssignBy assign_by(const KmeansOptions& options) noexcept {
    return options.spherical ? AssignBy::InnerProduct : AssignBy::L2;
}

/// Which rows are trained on, ascending; none means all.
std::vector<std::uint32_t> training_rows(std::size_t n, const KmeansOptions& options);
/// The given rows (none: all) as they are clustered: float32, of unit length where that is asked for; all
/// rows without need of that are not copied. Errors: OutOfMemory, Cancelled.
Result<VectorSet> gather_points(const VectorSet& points, std::span<const std::uint32_t> rows, bool all,
                                const KmeansOptions& options, const Control& control);

/// Lloyd's algorithm on all points, which are of unit length already where they should be.
Result<KmeansResult> lloyd(const VectorSet& points, const KmeansOptions& options, std::uint64_t seed,
                           const Control& control);
/// See kmeans_balanced.cpp, kmeans_minibatch.cpp and kmeans_two_level.cpp.
Result<KmeansResult> balanced(const VectorSet& points, const KmeansOptions& options, std::uint64_t seed,
                              const Control& control);
/// rows: none means all; they are gathered a batch at a time.
Result<KmeansResult> minibatch(const VectorSet& points, std::span<const std::uint32_t> rows,
                               const KmeansOptions& options, std::uint64_t seed, const Control& control);
Result<KmeansResult> two_level(const VectorSet& points, const KmeansOptions& options, std::uint64_t seed,
                               const Control& control);

} // namespace annscope::clustering
