// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/matrix_view.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// Centroids rounded to bytes on one common grid. A scan of them reads a quarter of what the floats take and
/// names the few centroids that can be among the nearest; the rest is ruled out by the triangle inequality,
/// because what rounding moved is known. So the answer stays exact. A query of whole numbers in a byte's
/// range is one vector of signed bytes; any other is the sum of two, the second for what the first leaves.
class CentroidSketch {
public:
    CentroidSketch() = default;
    explicit CentroidSketch(VectorView centroids);

    /// Worth its while where the floats do not fit the first levels of cache. dim: at most 65,536, up to
    /// which the byte kernels are exact.
    static bool useful(std::size_t nlist, std::size_t dim) noexcept;
    /// Bytes it occupies; 0 where it is not useful.
    static std::size_t bytes(std::size_t nlist, std::size_t dim) noexcept;

    bool empty() const noexcept { return m_codes.size() == 0; }
    /// All centroids have unit length up to rounding: the largest inner product is the smallest distance.
    bool unit() const noexcept { return m_unit; }
    /// Fills out[i] with a superset of the nprobe centroids nearest in L2 to queries[i], ascending; leaves it
    /// empty where so many are left that a scan of all floats is cheaper. Queries share the pass over the
    /// centroids by pairs. Cost: nlist x dim byte operations a query.
    void candidates(std::span<const float* const> queries, std::size_t nprobe,
                    std::span<std::vector<std::uint32_t>> out) const;

private:
    struct Query;
    void prepare(const float* query, Query& out) const;
    void select(const Query& query, std::size_t nprobe, std::vector<std::uint32_t>& out) const;

    std::size_t m_nlist = 0, m_dim = 0, m_stride = 0;
    float m_low = 0, m_step = 1;
    float m_middle = 0;   ///< of the grid; products are taken around it
    float m_error = 0;    ///< the farthest that rounding moved a centroid
    float m_max_norm = 0; ///< the largest of m_norms
    bool m_unit = false;
    AlignedBuffer<std::uint8_t> m_codes;
    AlignedBuffer<float> m_norms; ///< squared lengths of the rounded centroids around the middle
    AlignedBuffer<float> m_sums;  ///< of their values around the middle
};

} // namespace annscope
