// SPDX-License-Identifier: Apache-2.0
#include "simd/byte_dot.h"

namespace annscope::simd {
namespace {

void dots(const std::int8_t* const* vectors, std::size_t count, const std::uint8_t* rows, std::size_t stride,
          std::size_t n, std::size_t d, std::int32_t* const* out) noexcept {
    for (std::size_t v = 0; v < count; ++v)
        for (std::size_t i = 0; i < n; ++i) {
            std::int32_t sum = 0;
            for (std::size_t j = 0; j < d; ++j)
                sum += std::int32_t{vectors[v][j]} * std::int32_t{rows[i * stride + j]};
            out[v][i] = sum;
        }
}

} // namespace

const ByteDotKernels& byte_dot_kernels_scalar() noexcept {
    static constexpr ByteDotKernels kTable{dots, -128, 127};
    return kTable;
}

const ByteDotKernels& byte_dot_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return byte_dot_kernels_avx2();
    case Isa::Avx512:
        return byte_dot_kernels_avx512();
#endif
    default:
        return byte_dot_kernels_scalar();
    }
}

const ByteDotKernels& byte_dot_kernels() noexcept {
    return byte_dot_kernels(kernels().isa);
}

} // namespace annscope::simd
