// SPDX-License-Identifier: Apache-2.0
#include "simd/fastscan_tables.h"

#if defined(__x86_64__)
#include "simd/fastscan_kernels.h"

namespace annscope::simd {
namespace {

struct Float8 {
    using Float = __m256;
    using Int = __m256i;
    static constexpr std::size_t kLanes = 8;
    static Float zero() noexcept { return _mm256_setzero_ps(); }
    static Float set(float x) noexcept { return _mm256_set1_ps(x); }
    static Float load(const float* p) noexcept { return _mm256_load_ps(p); }
    static void store(float* p, Float x) noexcept { _mm256_store_ps(p, x); }
    static Float add(Float a, Float b) noexcept { return _mm256_add_ps(a, b); }
    static Float sub(Float a, Float b) noexcept { return _mm256_sub_ps(a, b); }
    static Float mul(Float a, Float b) noexcept { return _mm256_mul_ps(a, b); }
    static Float min(Float a, Float b) noexcept { return _mm256_min_ps(a, b); }
    static Float max(Float a, Float b) noexcept { return _mm256_max_ps(a, b); }
    static Float fma(Float a, Float b, Float c) noexcept { return _mm256_fmadd_ps(a, b, c); }
    static Float fnma(Float a, Float b, Float c) noexcept { return _mm256_fnmadd_ps(a, b, c); }
    static float total(Float x) noexcept {
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    static float largest(Float x) noexcept {
        const __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
        const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
    }

    static Int query_lanes(std::size_t part, int dsub) noexcept {
        const Int order = _mm256_add_epi32(_mm256_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13),
                                           _mm256_set1_epi32(static_cast<int>(part / 4)));
        return _mm256_mullo_epi32(order, _mm256_set1_epi32(dsub));
    }
    static Float gather(const float* p, Int lanes) noexcept { return _mm256_i32gather_ps(p, lanes, 4); }
    static void load_transposed(const float* p, Float* q) noexcept {
        const Float a = _mm256_loadu_ps(p), b = _mm256_loadu_ps(p + 16), c = _mm256_loadu_ps(p + 32),
                    d = _mm256_loadu_ps(p + 48);
        const __m256d ab_low = _mm256_castps_pd(_mm256_unpacklo_ps(a, b)),
                      ab_high = _mm256_castps_pd(_mm256_unpackhi_ps(a, b)),
                      cd_low = _mm256_castps_pd(_mm256_unpacklo_ps(c, d)),
                      cd_high = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
        q[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(ab_low, cd_low));
        q[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(ab_low, cd_low));
        q[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(ab_high, cd_high));
        q[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(ab_high, cd_high));
    }

    static Int round(Float x) noexcept { return _mm256_cvtps_epi32(x); }
    static Int bytes(const Int* whole) noexcept {
        const Int low = _mm256_or_si256(whole[0], _mm256_slli_epi32(whole[1], 8));
        const Int high = _mm256_or_si256(whole[2], _mm256_slli_epi32(whole[3], 8));
        return _mm256_or_si256(low, _mm256_slli_epi32(high, 16));
    }
    static void store(std::uint8_t* p, Int x) noexcept {
        _mm256_store_si256(reinterpret_cast<__m256i*>(p), x);
    }
    static void store_transposed(const Int* x, std::uint8_t* out) noexcept {
        const Int a = _mm256_unpacklo_epi32(x[0], x[1]), b = _mm256_unpackhi_epi32(x[0], x[1]),
                  c = _mm256_unpacklo_epi32(x[2], x[3]), d = _mm256_unpackhi_epi32(x[2], x[3]);
        store(out, _mm256_unpacklo_epi64(a, c));
        store(out + 64, _mm256_unpackhi_epi64(a, c));
        store(out + 128, _mm256_unpacklo_epi64(b, d));
        store(out + 192, _mm256_unpackhi_epi64(b, d));
    }
};

/// 16-bit sums of bytes: all of them into `both`, which adds 256 times the odd ones to the even ones, and the
/// odd ones alone into `odd`, so that no byte needs widening before the end.
struct ByteSums {
    __m256i both = _mm256_setzero_si256(), odd = _mm256_setzero_si256();

    void add(__m256i bytes) noexcept {
        both = _mm256_add_epi16(both, bytes);
        odd = _mm256_add_epi16(odd, _mm256_srli_epi16(bytes, 8));
    }
    /// The pair's two sub-quantisers added; 16 vectors in their order.
    __m256i total() const noexcept {
        const __m256i even = _mm256_sub_epi16(both, _mm256_slli_epi16(odd, 8));
        return _mm256_add_epi16(_mm256_permute2x128_si256(even, odd, 0x20),
                                _mm256_permute2x128_si256(even, odd, 0x31));
    }
};

/// Bit i: the i-th of 16 sums <= threshold.
std::uint32_t within(__m256i sums, __m256i threshold) noexcept {
    const __m256i below = _mm256_cmpeq_epi16(_mm256_min_epu16(sums, threshold), sums);
    const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(below), _mm256_extracti128_si256(below, 1));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

template<std::size_t kQueries>
__attribute__((always_inline)) inline void scan_block(const std::uint8_t* codes, std::size_t pairs,
                                                      const FastScanProbe* probes,
                                                      std::size_t block) noexcept {
    const __m256i low_half = _mm256_set1_epi8(15);
    ByteSums low[kQueries], high[kQueries];
    for (std::size_t at = 0; at < pairs * 32; at += 32) {
        const __m256i raw = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + at));
        const __m256i first = _mm256_and_si256(raw, low_half);
        const __m256i second = _mm256_and_si256(_mm256_srli_epi16(raw, 4), low_half);
#pragma GCC unroll 4
        for (std::size_t q = 0; q < kQueries; ++q) {
            const __m256i table = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(probes[q].tables + at));
            low[q].add(_mm256_shuffle_epi8(table, first));
            high[q].add(_mm256_shuffle_epi8(table, second));
        }
    }
    for (std::size_t q = 0; q < kQueries; ++q) {
        const __m256i sums[2] = {low[q].total(), high[q].total()};
        std::uint16_t* out = probes[q].sums + block * kFastScanBlock;
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), sums[0]);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 16), sums[1]);
        if (probes[q].masks) {
            const std::uint32_t limit = probes[q].threshold < 0xffff ? probes[q].threshold : 0xffff;
            const __m256i threshold = _mm256_set1_epi16(static_cast<short>(limit));
            probes[q].masks[block] = within(sums[0], threshold) | within(sums[1], threshold) << 16;
        }
    }
}

template<std::size_t kQueries>
void scan_all(const FastScanBlocks& blocks, const FastScanProbe* probes) noexcept {
    for (std::size_t b = 0; b < blocks.count; ++b)
        scan_block<kQueries>(blocks.codes + b * blocks.pairs * 32, blocks.pairs, probes, b);
}

void scan(const FastScanBlocks& blocks, const FastScanProbe* probes, std::size_t n_probes) noexcept {
    std::size_t p = 0;
    for (; p + 2 <= n_probes; p += 2)
        scan_all<2>(blocks, probes + p);
    if (p < n_probes)
        scan_all<1>(blocks, probes + p);
}

std::size_t count_within(const std::uint16_t* sums, std::size_t blocks, std::uint32_t threshold,
                         std::uint32_t* masks) noexcept {
    const __m256i limit = _mm256_set1_epi16(static_cast<short>(threshold < 0xffff ? threshold : 0xffff));
    std::size_t count = 0;
    for (std::size_t b = 0; b < blocks; ++b, sums += kFastScanBlock) {
        const auto* half = reinterpret_cast<const __m256i*>(sums);
        const std::uint32_t mask =
            within(_mm256_load_si256(half), limit) | within(_mm256_load_si256(half + 1), limit) << 16;
        count += static_cast<std::size_t>(_mm_popcnt_u32(mask));
        if (masks)
            masks[b] = mask;
    }
    return count;
}

} // namespace

const FastScanKernels& fastscan_avx2() noexcept {
    using Maker = FastScanTableMaker<Float8>;
    static constexpr FastScanKernels kTable{scan, Maker::make<true>, Maker::make<false>, Maker::round,
                                            count_within};
    return kTable;
}

} // namespace annscope::simd
#endif
