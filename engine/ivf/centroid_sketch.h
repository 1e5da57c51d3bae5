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
/// because what rounding moved is known. So the answer stays exact.
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
    /// Fills candidates with a superset of the nprobe centroids nearest to the query in L2, ascending. False,
    /// without candidates, where so many are left that a scan of all floats is cheaper. Cost: nlist x dim
    /// byte operations.
    bool candidates(const float* query, std::size_t nprobe, std::vector<std::uint32_t>& out) const;

private:
    float to_grid(const float* v, std::uint8_t* codes) const noexcept;

    std::size_t m_nlist = 0, m_dim = 0;
    float m_low = 0, m_step = 1;
    float m_error = 0; ///< the farthest that rounding moved a centroid
    bool m_unit = false;
    AlignedBuffer<std::uint8_t> m_codes;
};

} // namespace annscope
