// SPDX-License-Identifier: Apache-2.0
#include "simd/byte_dot.h"

#if defined(__x86_64__)
#include "simd/byte_dot_kernels.h"

namespace annscope::simd {
namespace {

/// Pairs of products are added in 16 bits, which 2 * 255 * 64 does not leave.
struct Maddubs {
    using Sum = __m256i;
    static constexpr std::size_t kStep = 32;
    static void clear(Sum& sum) noexcept { sum = _mm256_setzero_si256(); }
    static __m256i load(const void* p) noexcept { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
    static __m256i load_first(const void* p, std::size_t n) noexcept {
        alignas(32) char bytes[32] = {};
        for (std::size_t i = 0; i < n; ++i)
            bytes[i] = static_cast<const char*>(p)[i];
        return _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes));
    }
    static void step(Sum& sum, __m256i row, __m256i vector) noexcept {
        const __m256i pairs = _mm256_maddubs_epi16(row, vector);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    static void square(Sum& sum, __m256i row) noexcept {
        const __m256i zero = _mm256_setzero_si256(), most = _mm256_set1_epi16(255);
        for (const __m256i wide : {_mm256_unpacklo_epi8(row, zero), _mm256_unpackhi_epi8(row, zero)})
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(wide, _mm256_sub_epi16(wide, most)));
    }
    static __m128i quarter(__m256i sum) noexcept {
        return _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    }
    static __m128i totals(const Sum* sum) noexcept {
        const __m128i low = _mm_hadd_epi32(quarter(sum[0]), quarter(sum[1]));
        return _mm_hadd_epi32(low, _mm_hadd_epi32(quarter(sum[2]), quarter(sum[3])));
    }
};

struct Floats {
    using Vec = __m256;
    static constexpr std::size_t kLanes = 8;
    static Vec set(float v) noexcept { return _mm256_set1_ps(v); }
    static Vec load(const float* p) noexcept { return _mm256_loadu_ps(p); }
    static Vec load_first(const float* p, std::size_t n, float rest) noexcept {
        float lanes[kLanes];
        for (std::size_t l = 0; l < kLanes; ++l)
            lanes[l] = l < n ? p[l] : rest;
        return _mm256_loadu_ps(lanes);
    }
    static void store(float* p, Vec v) noexcept { _mm256_storeu_ps(p, v); }
    static Vec add(Vec a, Vec b) noexcept { return _mm256_add_ps(a, b); }
    static Vec sub(Vec a, Vec b) noexcept { return _mm256_sub_ps(a, b); }
    static Vec mul(Vec a, Vec b) noexcept { return _mm256_mul_ps(a, b); }
    static Vec min(Vec a, Vec b) noexcept { return _mm256_min_ps(a, b); }
    static Vec max(Vec a, Vec b) noexcept { return _mm256_max_ps(a, b); }
    static Vec abs(Vec v) noexcept { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v); }
    static Vec round(Vec v) noexcept {
        return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    }
    static void store_bytes(std::int8_t* p, Vec v, std::size_t n) noexcept {
        const __m256i wide = _mm256_cvtps_epi32(v);
        const __m128i words =
            _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
        alignas(16) std::int8_t bytes[16];
        _mm_store_si128(reinterpret_cast<__m128i*>(bytes), _mm_packs_epi16(words, words));
        for (std::size_t l = 0; l < n; ++l)
            p[l] = bytes[l];
    }
};

} // namespace

const ByteDotKernels& byte_dot_kernels_avx2() noexcept {
    static constexpr ByteDotKernels kTable{
        dots<Maddubs>, gather<Maddubs>, range<Floats>, split<Floats, -64, 64>, -64, 64};
    return kTable;
}

} // namespace annscope::simd
#endif
