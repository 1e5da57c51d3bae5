// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace annscope::simd {

/// Short vectors (some dims) against up to 2^16 centroids: the work of a product quantiser. Points lie in
/// panels, so that a lane is a point and the search for the minimum needs no work across lanes; centroids lie
/// in groups of 16, so that the same layout serves broadcasts and, for tables, lanes of centroids.
struct SubspaceKernels {
    static constexpr std::size_t kPanel = 64; ///< points of a panel
    static constexpr std::size_t kGroup = 16; ///< centroids of a group

    /// The groups of k centroids take groups(k) * 16 * dim floats: value j of centroid 16 g + i at
    /// (g * dim + j) * 16 + i.
    static constexpr std::size_t groups(std::size_t k) noexcept { return (k + kGroup - 1) / kGroup; }

    Isa isa;
    /// panel: dim x 64, value j of row i less centre[j] at j * 64 + i; zeros for i >= n. n <= 64; rows are
    /// stride elements apart.
    void (*pack)(const float* rows, std::size_t stride, std::size_t n, std::size_t dim, const float* centre,
                 float* panel) noexcept;
    /// For each of the first n points of a panel the centroid with the least half_norms[c] - <x, c>, the
    /// first of equals; score[i] is that value. There is room for 64 of both, of which more than n may be
    /// written. half_norms: 16 a group, infinity where there is no centroid.
    void (*nearest)(const float* panel, std::size_t n, std::size_t dim, const float* centroids,
                    const float* half_norms, std::size_t k, std::uint32_t* index, float* score) noexcept;
    /// For each part m < parts: out[m * k + c] = |(query_m - centre_m) - centroid_c|^2. query and centre:
    /// parts x dim; centroids: the groups of the parts one after another.
    void (*l2_tables)(const float* query, const float* centre, const float* centroids, std::size_t parts,
                      std::size_t dim, std::size_t k, float* out) noexcept;
    /// The same with <query_m, centre_m> + <query_m, centroid_c>.
    void (*ip_tables)(const float* query, const float* centre, const float* centroids, std::size_t parts,
                      std::size_t dim, std::size_t k, float* out) noexcept;
};

/// Of the set that kernels() chose.
const SubspaceKernels& subspace_kernels() noexcept;
const SubspaceKernels& subspace_kernels_for(Isa isa) noexcept; ///< for tests; isa must be supported()

} // namespace annscope::simd
