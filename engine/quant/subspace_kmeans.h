// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/control.h"
#include "core/error.h"
#include "core/matrix_view.h"

#include <cstdint>
#include <span>

namespace annscope {

/// The centroids of `parts` sub-spaces in the layout of simd::SubspaceKernels, about the mean of each part:
/// values far from zero would else lose their low digits.
class SubspaceCodebook {
public:
    SubspaceCodebook() = default;
    SubspaceCodebook(std::size_t parts, std::size_t k, std::size_t dim);

    /// centroids of part m: k x dim, row major; centre: dim values, subtracted.
    void set(std::size_t m, const float* centroids, const float* centre) noexcept;

    /// The nearest centroid of part m for the first n <= 64 points of a panel, which is about the centre; the
    /// first of equals. There is room for 64 in index.
    void nearest(std::size_t m, const float* panel, std::size_t n, std::uint32_t* index) const noexcept;

    const float* centre(std::size_t m) const noexcept { return m_centres.data() + m * m_dim; }
    const float* centroids(std::size_t m) const noexcept { return m_centroids.data() + m * m_part; }
    const float* half_norms(std::size_t m) const noexcept { return m_half_norms.data() + m * m_padded; }
    static std::uint64_t bytes(std::size_t parts, std::size_t k, std::size_t dim) noexcept;

private:
    std::size_t m_k = 0, m_dim = 0, m_padded = 0, m_part = 0;
    AlignedBuffer<float> m_centres, m_centroids, m_half_norms;
};

struct SubspaceKmeans {
    std::size_t parts = 1, k = 256;
    int niter = 25;
    std::uint64_t seed = 1234;
    /// centroids holds where to begin; else points are drawn as by k-means++.
    bool warm = false;
    bool random_start = false; ///< where it is not warm: from random points, sooner and worse
};

/// Lloyd's algorithm in each of `parts` sub-spaces of the rows at once (columns parts x dim). sample: the
/// rows to use, empty for all; at least k of them. centroids: parts x k x dim, written. A cluster that is
/// left empty moves to a point drawn in proportion to its squared error (as k-means++ draws), so equal points
/// waste no centroid. Ends early where nothing moves. The same for any number of threads. Advances the
/// progress by subspace_kmeans_steps(). Errors: Cancelled, OutOfMemory.
Status subspace_kmeans(VectorView rows, std::span<const std::uint32_t> sample, const SubspaceKmeans& options,
                       float* centroids, const Control& control);
/// points: rows that are used.
std::uint64_t subspace_kmeans_steps(std::size_t points, const SubspaceKmeans& options) noexcept;

} // namespace annscope
