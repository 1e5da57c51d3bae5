// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

#include <cstddef>

namespace annscope::simd {

/// The pieces of a fast random rotation. Sums and differences only, in one order: every ISA gives the same
/// bits.
struct HadamardKernels {
    Isa isa;
    /// x[i] *= factors[i]
    void (*scale)(float* x, const float* factors, std::size_t n) noexcept;
    /// Walsh-Hadamard transform in place, not normalised. n: a power of two, at least 16. Cost: n log n.
    void (*transform)(float* x, std::size_t n) noexcept;
    /// (x[i], x[i + half]) -> (their sum, their difference) for i < half; half: a multiple of 8.
    void (*fold)(float* x, std::size_t half) noexcept;
};

const HadamardKernels& hadamard_kernels() noexcept;
const HadamardKernels& hadamard_kernels(Isa isa) noexcept; ///< for tests; isa must be supported()

// Each is defined in the file of its ISA.
const HadamardKernels& hadamard_scalar() noexcept;
const HadamardKernels& hadamard_avx2() noexcept;
const HadamardKernels& hadamard_avx512() noexcept;

} // namespace annscope::simd
