// SPDX-License-Identifier: Apache-2.0
#include "simd/hadamard.h"

namespace annscope::simd {
namespace {

void scale(float* x, const float* factors, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i)
        x[i] *= factors[i];
}

void fold(float* x, std::size_t half) noexcept {
    for (std::size_t i = 0; i < half; ++i) {
        const float a = x[i], b = x[i + half];
        x[i] = a + b;
        x[i + half] = a - b;
    }
}

void transform(float* x, std::size_t n) noexcept {
    for (std::size_t half = 1; half < n; half *= 2)
        for (std::size_t begin = 0; begin < n; begin += 2 * half)
            fold(x + begin, half);
}

} // namespace

const HadamardKernels& hadamard_scalar() noexcept {
    static constexpr HadamardKernels kTable{Isa::Scalar, scale, transform, fold};
    return kTable;
}

const HadamardKernels& hadamard_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return hadamard_avx2();
    case Isa::Avx512:
        return hadamard_avx512();
#endif
    default:
        return hadamard_scalar();
    }
}

const HadamardKernels& hadamard_kernels() noexcept {
    static const HadamardKernels& chosen = hadamard_kernels(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
