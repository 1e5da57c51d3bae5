// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

namespace annscope::simd {

/// What split made of a vector: sums over the values that the codes stand for, around zero, and the squared
/// length of what they leave.
struct ByteSplit {
    float sum = 0, square = 0, left_square = 0;
};

/// Products of small whole numbers: rows of unsigned bytes with vectors of signed bytes.
struct ByteDotKernels {
    /// out[v][i] = sum over j < d of vectors[v][j] * rows[i * stride + j], exact for
    /// lowest <= vectors[v][j] <= highest and d <= 65,536. count: 1 to 4 vectors, which share one pass over
    /// the rows. No alignment is needed. Cost: n * d * count / 64 multiply-adds of 64 bytes.
    void (*dots)(const std::int8_t* const* vectors, std::size_t count, const std::uint8_t* rows,
                 std::size_t stride, std::size_t n, std::size_t d, std::int32_t* const* out) noexcept;
    /// The same of two vectors for the rows c numbered ids[i], and, where squares is not null, the sums of
    /// c[j] (c[j] - 255), from which the length of c around its middle follows.
    void (*gather)(const std::int8_t* const* vectors, const std::uint8_t* rows, std::size_t stride,
                   const std::uint32_t* ids, std::size_t n, std::size_t d, std::int32_t* const* out,
                   std::int32_t* squares) noexcept;
    /// The smallest and largest of d values; true where all are whole numbers below 2^22.
    bool (*range)(const float* v, std::size_t d, float* low, float* high) noexcept;
    /// coarse = (v - zero) / coarse_step, rounded and clipped to lowest..highest; fine (null: none) =
    /// what that leaves / fine_step, likewise. Steps are positive.
    ByteSplit (*split)(const float* v, std::size_t d, float zero, float coarse_step, float fine_step,
                       std::int8_t* coarse, std::int8_t* fine) noexcept;
    int lowest, highest; ///< so that no sum in 16 bits saturates
};

const ByteDotKernels& byte_dot_kernels(Isa isa) noexcept; ///< isa must be supported()
const ByteDotKernels& byte_dot_kernels() noexcept;        ///< of kernels().isa

// Each is defined in the file of its ISA.
const ByteDotKernels& byte_dot_kernels_scalar() noexcept;
const ByteDotKernels& byte_dot_kernels_avx2() noexcept;
const ByteDotKernels& byte_dot_kernels_avx512() noexcept;

} // namespace annscope::simd
