// SPDX-License-Identifier: Apache-2.0
#include "simd/sq_scan.h"

#if defined(__x86_64__)
#include "simd/sq_scan_kernels.h"

namespace annscope::simd {
namespace {

inline __mmask16 first(std::size_t n) noexcept {
    return static_cast<__mmask16>((1u << n) - 1u);
}

struct Vec {
    using Float = __m512;
    static constexpr std::size_t kWidth = 16;
    static Float zero() noexcept { return _mm512_setzero_ps(); }
    static Float all(float v) noexcept { return _mm512_set1_ps(v); }
    static Float load(const float* p) noexcept { return _mm512_loadu_ps(p); }
    static Float load_first(const float* p, std::size_t n) noexcept {
        return _mm512_maskz_loadu_ps(first(n), p);
    }
    static void store(float* p, Float v) noexcept { _mm512_storeu_ps(p, v); }
    static void store_first(float* p, std::size_t n, Float v) noexcept {
        _mm512_mask_storeu_ps(p, first(n), v);
    }
    static void store_bytes(std::int8_t* p, std::size_t n, Float v) noexcept {
        const auto mask = static_cast<__mmask16>((std::uint32_t{1} << n) - 1u);
        _mm_mask_storeu_epi8(p, mask, _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(v)));
    }
    static Float plus(Float a, Float b) noexcept { return _mm512_add_ps(a, b); }
    static Float minus(Float a, Float b) noexcept { return _mm512_sub_ps(a, b); }
    static Float times(Float a, Float b) noexcept { return _mm512_mul_ps(a, b); }
    static Float plus_product(Float a, Float b, Float c) noexcept { return _mm512_fmadd_ps(a, b, c); }
    static Float minus_product(Float a, Float b, Float c) noexcept { return _mm512_fnmadd_ps(a, b, c); }
    static Float max(Float a, Float b) noexcept { return _mm512_max_ps(a, b); }
    static Float absolute(Float a) noexcept { return _mm512_abs_ps(a); }
    static Float nearest(Float a) noexcept { return _mm512_roundscale_ps(a, 0); }
    static float sum(Float v) noexcept { return _mm512_reduce_add_ps(v); }
    static float largest(Float v) noexcept { return _mm512_reduce_max_ps(v); }
};

struct Eight {
    static constexpr bool kScaled = true;
    static __m512 widen(__m128i bytes) noexcept { return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes)); }
    static __m512 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(code + j)));
    }
    static __m512 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(_mm_maskz_loadu_epi8(first(n), code + j));
    }
};

/// Each byte becomes eight, whose lower half holds the even dimension and the upper half the odd one.
struct Four {
    static constexpr bool kScaled = true;
    static __m512 widen(__m128i bytes) noexcept {
        const __m512i pairs = _mm512_cvtepu8_epi64(bytes), nibble = _mm512_set1_epi32(15);
        // (pairs | pairs << 28) & nibble
        return _mm512_cvtepi32_ps(
            _mm512_ternarylogic_epi64(pairs, _mm512_slli_epi64(pairs, 28), nibble, 0xa8));
    }
    static __m512 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(code + j / 2)));
    }
    static __m512 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(_mm_maskz_loadu_epi8(first((n + 1) / 2), code + j / 2));
    }
};

/// Twelve bytes in each quarter; a shuffle brings the two bytes that hold a dimension to its lane.
struct Six {
    static constexpr bool kScaled = true;
    static __m512 widen(__m128i bytes) noexcept {
        const __m512i order =
            _mm512_set_epi32(0x0b0a, 0x0b0a, 0x0a09, 0x0a09, 0x0807, 0x0807, 0x0706, 0x0706, 0x0504, 0x0504,
                             0x0403, 0x0403, 0x0201, 0x0201, 0x0100, 0x0100);
        const __m512i shifts = _mm512_set_epi32(10, 4, 6, 0, 10, 4, 6, 0, 10, 4, 6, 0, 10, 4, 6, 0);
        const __m512i words = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(bytes), order);
        return _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srlv_epi32(words, shifts), _mm512_set1_epi32(63)));
    }
    static __m512 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(_mm_maskz_loadu_epi8(0xfff, code + j / 4 * 3));
    }
    static __m512 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(_mm_maskz_loadu_epi8(first((n * 6 + 7) / 8), code + j / 4 * 3));
    }
};

struct HalfFloat {
    static constexpr bool kScaled = false;
    static __m512 widen(__m256i words) noexcept { return _mm512_cvtph_ps(words); }
    static __m512 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(code + 2 * j)));
    }
    static __m512 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(_mm256_maskz_loadu_epi16(first(n), code + 2 * j));
    }
};

struct BFloat {
    static constexpr bool kScaled = false;
    static __m512 widen(__m256i words) noexcept {
        return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(words), 16));
    }
    static __m512 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(code + 2 * j)));
    }
    static __m512 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(_mm256_maskz_loadu_epi16(first(n), code + 2 * j));
    }
};

} // namespace

const SqKernels& sq_kernels_avx512() noexcept {
    static constexpr SqKernels kTable{Isa::Avx512,
                                      SqBlock<Vec, Eight>::table(),
                                      SqBlock<Vec, Six>::table(),
                                      SqBlock<Vec, Four>::table(),
                                      SqBlock<Vec, HalfFloat>::table(),
                                      SqBlock<Vec, BFloat>::table(),
                                      weigh<Vec>,
                                      round_weights<Vec>};
    return kTable;
}

} // namespace annscope::simd
#endif
