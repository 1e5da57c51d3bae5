// SPDX-License-Identifier: Apache-2.0
#include "simd/pair_tiles.h"

#if defined(__x86_64__)
#include "simd/pair_tiles_kernels.h"

namespace annscope::simd {
namespace {

struct Differences {
    using Sum = __m256;
    using Left = __m256;
    using Right = __m256;
    static constexpr std::size_t kStep = 8, kRows = 2;
    static void clear(Sum& sum) noexcept { sum = _mm256_setzero_ps(); }
    static Left load_left(const float* p) noexcept { return _mm256_loadu_ps(p); }
    static Right load_right(const float* p) noexcept { return _mm256_loadu_ps(p); }
    static void step(Sum& sum, Left a, Right b) noexcept {
        const __m256 difference = _mm256_sub_ps(a, b);
        sum = _mm256_fmadd_ps(difference, difference, sum);
    }
    static __m128 totals(const Sum* sum) noexcept {
        const __m256 low = _mm256_hadd_ps(sum[0], sum[1]);
        const __m256 all = _mm256_hadd_ps(low, _mm256_hadd_ps(sum[2], sum[3]));
        return _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
    }
};

/// Sum of squared differences of bytes: |a - b| fits a byte; its even and odd bytes are squared as 16-bit
/// numbers.
struct ByteDifferences {
    using Sum = __m256i;
    using Left = __m256i;
    using Right = __m256i;
    static constexpr std::size_t kStep = 32, kRows = 2;
    static void clear(Sum& sum) noexcept { sum = _mm256_setzero_si256(); }
    static Left load_left(const std::uint8_t* p) noexcept {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }
    static Right load_right(const std::uint8_t* p) noexcept { return load_left(p); }
    static void step(Sum& sum, Left a, Right b) noexcept {
        const __m256i difference = _mm256_sub_epi8(_mm256_max_epu8(a, b), _mm256_min_epu8(a, b));
        const __m256i even = _mm256_and_si256(difference, _mm256_set1_epi16(0xff));
        const __m256i odd = _mm256_srli_epi16(difference, 8);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(even, even));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(odd, odd));
    }
    static __m128i totals(const Sum* sum) noexcept {
        const __m256i low = _mm256_hadd_epi32(sum[0], sum[1]);
        const __m256i all = _mm256_hadd_epi32(low, _mm256_hadd_epi32(sum[2], sum[3]));
        return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    }
    /// Through float64, which has a conversion for sums beyond 2^31 (moved down by 2^31) that rounds once.
    static __m128 distances(__m128i, __m128i sums) noexcept {
        const __m128i low = _mm_xor_si128(sums, _mm_set1_epi32(static_cast<int>(0x80000000u)));
        return _mm256_cvtpd_ps(_mm256_add_pd(_mm256_cvtepi32_pd(low), _mm256_set1_pd(2147483648.0)));
    }
};

void terms(const std::uint8_t*, std::size_t, std::uint32_t* a_term, std::uint32_t* b_term) noexcept {
    *a_term = *b_term = 0;
}

} // namespace

const PairTileKernels& pair_tile_kernels_avx2() noexcept {
    static constexpr PairTileKernels kTable{l2_f32<Differences>, l2_u8<ByteDifferences>, terms};
    return kTable;
}

} // namespace annscope::simd
#endif
