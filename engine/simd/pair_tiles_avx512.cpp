// SPDX-License-Identifier: Apache-2.0
#include "simd/pair_tiles.h"

#if defined(__x86_64__)
#include "simd/pair_tiles_kernels.h"

namespace annscope::simd {
namespace {

struct Differences {
    using Sum = __m512;
    using Left = __m512;
    using Right = __m512;
    static constexpr std::size_t kStep = 16, kRows = 4;
    static void clear(Sum& sum) noexcept { sum = _mm512_setzero_ps(); }
    static Left load_left(const float* p) noexcept { return _mm512_loadu_ps(p); }
    static Right load_right(const float* p) noexcept { return _mm512_loadu_ps(p); }
    static void step(Sum& sum, Left a, Right b) noexcept {
        const __m512 difference = _mm512_sub_ps(a, b);
        sum = _mm512_fmadd_ps(difference, difference, sum);
    }
    static __m256 half(__m512 sum) noexcept {
        return _mm256_add_ps(_mm512_castps512_ps256(sum), _mm512_extractf32x8_ps(sum, 1));
    }
    static __m128 totals(const Sum* sum) noexcept {
        const __m256 low = _mm256_hadd_ps(half(sum[0]), half(sum[1]));
        const __m256 all = _mm256_hadd_ps(low, _mm256_hadd_ps(half(sum[2]), half(sum[3])));
        return _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
    }
};

/// |a|^2 + |b|^2 - 2 a b. VNNI multiplies unsigned by signed bytes, so that b is shifted by 128, which a's
/// term takes back: a b = a (b - 128) + 128 sum(a).
struct Products {
    using Sum = __m512i;
    using Left = __m512i;
    using Right = __m512i;
    static constexpr std::size_t kStep = 64, kRows = 4;
    static void clear(Sum& sum) noexcept { sum = _mm512_setzero_si512(); }
    static Left load_left(const std::uint8_t* p) noexcept { return _mm512_loadu_si512(p); }
    static Right load_right(const std::uint8_t* p) noexcept {
        return _mm512_xor_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(static_cast<char>(0x80)));
    }
    static void step(Sum& sum, Left a, Right b) noexcept { sum = _mm512_dpbusd_epi32(sum, a, b); }
    static __m256i half(__m512i sum) noexcept {
        return _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    }
    static __m128i totals(const Sum* sum) noexcept {
        const __m256i low = _mm256_hadd_epi32(half(sum[0]), half(sum[1]));
        const __m256i all = _mm256_hadd_epi32(low, _mm256_hadd_epi32(half(sum[2]), half(sum[3])));
        return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    }
    static __m128 distances(__m128i terms, __m128i products) noexcept {
        return _mm_cvtepu32_ps(_mm_sub_epi32(terms, _mm_slli_epi32(products, 1)));
    }
};

void terms(const std::uint8_t* row, std::size_t stride, std::uint32_t* a_term,
           std::uint32_t* b_term) noexcept {
    std::uint32_t sum = 0, square = 0;
    for (std::size_t i = 0; i < stride; ++i) {
        sum += row[i];
        square += std::uint32_t{row[i]} * row[i];
    }
    *a_term = square - 256 * sum;
    *b_term = square;
}

} // namespace

const PairTileKernels& pair_tile_kernels_avx512() noexcept {
    static constexpr PairTileKernels kTable{l2_f32<Differences>, l2_u8<Products>, terms};
    return kTable;
}

} // namespace annscope::simd
#endif
