// SPDX-License-Identifier: Apache-2.0
#include "simd/hadamard.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace annscope::simd {
namespace {

constexpr std::size_t kLanes = 8;

void scale(float* x, const float* factors, std::size_t n) noexcept {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        _mm256_storeu_ps(x + i, _mm256_mul_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(factors + i)));
    for (; i < n; ++i)
        x[i] *= factors[i];
}

void fold(float* x, std::size_t half) noexcept {
    for (std::size_t i = 0; i < half; i += kLanes) {
        const __m256 a = _mm256_loadu_ps(x + i), b = _mm256_loadu_ps(x + i + half);
        _mm256_storeu_ps(x + i, _mm256_add_ps(a, b));
        _mm256_storeu_ps(x + i + half, _mm256_sub_ps(a, b));
    }
}

/// All levels within kRegisters * 8 neighbouring floats. Of a pair, the lane of the second gets first -
/// second.
template<std::size_t kRegisters>
inline void block(float* x) noexcept {
    __m256 r[kRegisters];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRegisters; ++i) {
        r[i] = _mm256_loadu_ps(x + i * kLanes);
        __m256 partner = _mm256_permute_ps(r[i], 0xb1);
        r[i] = _mm256_blend_ps(_mm256_add_ps(r[i], partner), _mm256_sub_ps(partner, r[i]), 0xaa);
        partner = _mm256_permute_ps(r[i], 0x4e);
        r[i] = _mm256_blend_ps(_mm256_add_ps(r[i], partner), _mm256_sub_ps(partner, r[i]), 0xcc);
        partner = _mm256_permute2f128_ps(r[i], r[i], 0x01);
        r[i] = _mm256_blend_ps(_mm256_add_ps(r[i], partner), _mm256_sub_ps(partner, r[i]), 0xf0);
    }
#pragma GCC unroll 8
    for (std::size_t half = 1; half < kRegisters; half *= 2)
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kRegisters; ++i)
            if ((i & half) == 0) {
                const __m256 a = r[i], b = r[i + half];
                r[i] = _mm256_add_ps(a, b);
                r[i + half] = _mm256_sub_ps(a, b);
            }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRegisters; ++i)
        _mm256_storeu_ps(x + i * kLanes, r[i]);
}

/// Two levels at once: pairs half apart, then pairs 2 * half apart.
inline void two_levels(float* x, std::size_t half) noexcept {
    for (std::size_t i = 0; i < half; i += kLanes) {
        const __m256 a = _mm256_loadu_ps(x + i), b = _mm256_loadu_ps(x + i + half),
                     c = _mm256_loadu_ps(x + i + 2 * half), d = _mm256_loadu_ps(x + i + 3 * half);
        const __m256 ab = _mm256_add_ps(a, b), a_b = _mm256_sub_ps(a, b);
        const __m256 cd = _mm256_add_ps(c, d), c_d = _mm256_sub_ps(c, d);
        _mm256_storeu_ps(x + i, _mm256_add_ps(ab, cd));
        _mm256_storeu_ps(x + i + half, _mm256_add_ps(a_b, c_d));
        _mm256_storeu_ps(x + i + 2 * half, _mm256_sub_ps(ab, cd));
        _mm256_storeu_ps(x + i + 3 * half, _mm256_sub_ps(a_b, c_d));
    }
}

void transform(float* x, std::size_t n) noexcept {
    constexpr std::size_t kBlock = 8 * kLanes;
    switch (n / kLanes) {
    case 2:
        return block<2>(x);
    case 4:
        return block<4>(x);
    default:
        break;
    }
    for (std::size_t begin = 0; begin < n; begin += kBlock)
        block<8>(x + begin);
    std::size_t half = kBlock;
    for (; 4 * half <= n; half *= 4)
        for (std::size_t begin = 0; begin < n; begin += 4 * half)
            two_levels(x + begin, half);
    if (half < n)
        fold(x, half);
}

} // namespace

const HadamardKernels& hadamard_avx2() noexcept {
    static constexpr HadamardKernels kTable{Isa::Avx2, scale, transform, fold};
    return kTable;
}

} // namespace annscope::simd
#endif
