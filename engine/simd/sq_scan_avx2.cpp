// SPDX-License-Identifier: Apache-2.0
#include "simd/sq_scan.h"

#if defined(__x86_64__)
#include "simd/sq_scan_kernels.h"

namespace annscope::simd {
namespace {

/// A lane is all ones where its number is below n.
inline __m256i first(std::size_t n) noexcept {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// n <= 16 bytes, then zeros; reads nothing beyond them.
inline __m128i first_bytes(const std::uint8_t* p, std::size_t n) noexcept {
    alignas(16) std::uint8_t bytes[16] = {};
    for (std::size_t i = 0; i < n; ++i)
        bytes[i] = p[i];
    return _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
}

struct Vec {
    using Float = __m256;
    static constexpr std::size_t kWidth = 8;
    static Float zero() noexcept { return _mm256_setzero_ps(); }
    static Float all(float v) noexcept { return _mm256_set1_ps(v); }
    static Float load(const float* p) noexcept { return _mm256_loadu_ps(p); }
    static Float load_first(const float* p, std::size_t n) noexcept {
        return _mm256_maskload_ps(p, first(n));
    }
    static void store(float* p, Float v) noexcept { _mm256_storeu_ps(p, v); }
    static void store_first(float* p, std::size_t n, Float v) noexcept {
        _mm256_maskstore_ps(p, first(n), v);
    }
    static void store_bytes(std::int8_t* p, std::size_t n, Float v) noexcept {
        const __m256i wide = _mm256_cvtps_epi32(v);
        const __m128i words =
            _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
        alignas(16) std::int8_t bytes[16];
        _mm_store_si128(reinterpret_cast<__m128i*>(bytes), _mm_packs_epi16(words, words));
        for (std::size_t i = 0; i < n; ++i)
            p[i] = bytes[i];
    }
    static Float plus(Float a, Float b) noexcept { return _mm256_add_ps(a, b); }
    static Float minus(Float a, Float b) noexcept { return _mm256_sub_ps(a, b); }
    static Float times(Float a, Float b) noexcept { return _mm256_mul_ps(a, b); }
    static Float plus_product(Float a, Float b, Float c) noexcept { return _mm256_fmadd_ps(a, b, c); }
    static Float minus_product(Float a, Float b, Float c) noexcept { return _mm256_fnmadd_ps(a, b, c); }
    static Float max(Float a, Float b) noexcept { return _mm256_max_ps(a, b); }
    static Float absolute(Float a) noexcept { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
    static Float nearest(Float a) noexcept {
        return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    }
    static float sum(Float v) noexcept {
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    static float largest(Float v) noexcept {
        const __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
    }
};

inline __m128i low_half(const std::uint8_t* p) noexcept {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
}

struct Eight {
    static constexpr bool kScaled = true;
    static __m256 widen(__m128i bytes) noexcept { return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)); }
    static __m256 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(low_half(code + j));
    }
    static __m256 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(first_bytes(code + j, n));
    }
};

/// Each byte becomes eight, whose lower half holds the even dimension and the upper half the odd one.
struct Four {
    static constexpr bool kScaled = true;
    static __m256 widen(__m128i bytes) noexcept {
        const __m256i pairs = _mm256_cvtepu8_epi64(bytes);
        return _mm256_cvtepi32_ps(
            _mm256_and_si256(_mm256_or_si256(pairs, _mm256_slli_epi64(pairs, 28)), _mm256_set1_epi32(15)));
    }
    static __m256 values(const std::uint8_t* code, std::size_t j) noexcept {
        int bytes;
        __builtin_memcpy(&bytes, code + j / 2, sizeof bytes);
        return widen(_mm_cvtsi32_si128(bytes));
    }
    static __m256 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(first_bytes(code + j / 2, (n + 1) / 2));
    }
};

/// Six bytes in each half; a shuffle brings the two bytes that hold a dimension to its lane.
struct Six {
    static constexpr bool kScaled = true;
    static __m256 widen(__m128i bytes) noexcept {
        const __m256i order =
            _mm256_set_epi32(0x0504, 0x0504, 0x0403, 0x0403, 0x0201, 0x0201, 0x0100, 0x0100);
        const __m256i shifts = _mm256_set_epi32(10, 4, 6, 0, 10, 4, 6, 0);
        const __m256i words = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), order);
        return _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srlv_epi32(words, shifts), _mm256_set1_epi32(63)));
    }
    static __m256 values(const std::uint8_t* code, std::size_t j) noexcept {
        const std::uint8_t* p = code + j / 4 * 3;
        int four;
        std::uint16_t two;
        __builtin_memcpy(&four, p, sizeof four);
        __builtin_memcpy(&two, p + 4, sizeof two);
        return widen(_mm_insert_epi16(_mm_cvtsi32_si128(four), two, 2));
    }
    static __m256 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(first_bytes(code + j / 4 * 3, (n * 6 + 7) / 8));
    }
};

inline __m128i words(const std::uint8_t* p) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

struct HalfFloat {
    static constexpr bool kScaled = false;
    static __m256 values(const std::uint8_t* code, std::size_t j) noexcept {
        return _mm256_cvtph_ps(words(code + 2 * j));
    }
    static __m256 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return _mm256_cvtph_ps(first_bytes(code + 2 * j, 2 * n));
    }
};

struct BFloat {
    static constexpr bool kScaled = false;
    static __m256 widen(__m128i words) noexcept {
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(words), 16));
    }
    static __m256 values(const std::uint8_t* code, std::size_t j) noexcept {
        return widen(words(code + 2 * j));
    }
    static __m256 first_values(const std::uint8_t* code, std::size_t j, std::size_t n) noexcept {
        return widen(first_bytes(code + 2 * j, 2 * n));
    }
};

} // namespace

const SqKernels& sq_kernels_avx2() noexcept {
    static constexpr SqKernels kTable{Isa::Avx2,
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
