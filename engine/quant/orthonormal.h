// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/matrix_view.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace annscope {

/// d_out x d_in, row-major, from the QR decomposition of a Gaussian matrix: orthonormal rows where d_out <=
/// d_in, else orthonormal columns (a tight frame). The same for the same seed. Uniform over the rotations, as
/// the signs of R's diagonal are fixed (Mezzadri 2007). Cost: max(d_in, d_out)^3.
AlignedBuffer<float> random_rotation(std::size_t d_in, std::size_t d_out, std::uint64_t seed);

/// The orthogonal factor of a square matrix (its polar decomposition): the rotation R that makes trace(R' C)
/// largest (Schoenemann 1966). c: d x d, row-major; so is the result. Cost: 20 * d^3.
AlignedBuffer<double> nearest_rotation(std::span<const double> c, std::size_t d);

/// Within 4e-5, as Faiss takes it. Cost: rows * cols * min(rows, cols).
bool has_orthonormal_rows(VectorView matrix);
bool has_orthonormal_columns(VectorView matrix);

} // namespace annscope
