// SPDX-License-Identifier: Apache-2.0
#include "simd/hadamard.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace annscope::simd {
namespace {

constexpr std::size_t kLanes = 16;

void scale(float* x, const float* factors, std::size_t n) noexcept {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        _mm512_storeu_ps(x + i, _mm512_mul_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(factors + i)));
    if (i < n) {
        const auto mask = static_cast<__mmask16>((1u << (n - i)) - 1u);
        _mm512_mask_storeu_ps(
            x + i, mask,
            _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), _mm512_maskz_loadu_ps(mask, factors + i)));
    }
}

void fold(float* x, std::size_t half) noexcept {
    std::size_t i = 0;
    for (; i + kLanes <= half; i += kLanes) {
        const __m512 a = _mm512_loadu_ps(x + i), b = _mm512_loadu_ps(x + i + half);
        _mm512_storeu_ps(x + i, _mm512_add_ps(a, b));
        _mm512_storeu_ps(x + i + half, _mm512_sub_ps(a, b));
    }
    if (i < half) {
        const __m256 a = _mm256_loadu_ps(x + i), b = _mm256_loadu_ps(x + i + half);
        _mm256_storeu_ps(x + i, _mm256_add_ps(a, b));
        _mm256_storeu_ps(x + i + half, _mm256_sub_ps(a, b));
    }
}

/// Lanes that hold the second of a pair get first - second, the others first + second.
inline __m512 butterfly(__m512 x, __m512 partner, unsigned seconds) noexcept {
    return _mm512_mask_sub_ps(_mm512_add_ps(x, partner), static_cast<__mmask16>(seconds), partner, x);
}

/// All levels within kRegisters * 16 neighbouring floats.
template<std::size_t kRegisters>
inline void block(float* x) noexcept {
    __m512 r[kRegisters];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRegisters; ++i) {
        r[i] = _mm512_loadu_ps(x + i * kLanes);
        r[i] = butterfly(r[i], _mm512_permute_ps(r[i], 0xb1), 0xaaaa);
        r[i] = butterfly(r[i], _mm512_permute_ps(r[i], 0x4e), 0xcccc);
        r[i] = butterfly(r[i], _mm512_shuffle_f32x4(r[i], r[i], 0xb1), 0xf0f0);
        r[i] = butterfly(r[i], _mm512_shuffle_f32x4(r[i], r[i], 0x4e), 0xff00);
    }
#pragma GCC unroll 8
    for (std::size_t half = 1; half < kRegisters; half *= 2)
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kRegisters; ++i)
            if ((i & half) == 0) {
                const __m512 a = r[i], b = r[i + half];
                r[i] = _mm512_add_ps(a, b);
                r[i + half] = _mm512_sub_ps(a, b);
            }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kRegisters; ++i)
        _mm512_storeu_ps(x + i * kLanes, r[i]);
}

/// Two levels at once: pairs half apart, then pairs 2 * half apart.
inline void two_levels(float* x, std::size_t half) noexcept {
    for (std::size_t i = 0; i < half; i += kLanes) {
        const __m512 a = _mm512_loadu_ps(x + i), b = _mm512_loadu_ps(x + i + half),
                     c = _mm512_loadu_ps(x + i + 2 * half), d = _mm512_loadu_ps(x + i + 3 * half);
        const __m512 ab = _mm512_add_ps(a, b), a_b = _mm512_sub_ps(a, b);
        const __m512 cd = _mm512_add_ps(c, d), c_d = _mm512_sub_ps(c, d);
        _mm512_storeu_ps(x + i, _mm512_add_ps(ab, cd));
        _mm512_storeu_ps(x + i + half, _mm512_add_ps(a_b, c_d));
        _mm512_storeu_ps(x + i + 2 * half, _mm512_sub_ps(ab, cd));
        _mm512_storeu_ps(x + i + 3 * half, _mm512_sub_ps(a_b, c_d));
    }
}

void transform(float* x, std::size_t n) noexcept {
    constexpr std::size_t kBlock = 8 * kLanes;
    switch (n / kLanes) {
    case 1:
        return block<1>(x);
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

const HadamardKernels& hadamard_avx512() noexcept {
    static constexpr HadamardKernels kTable{Isa::Avx512, scale, transform, fold};
    return kTable;
}

} // namespace annscope::simd
#endif
