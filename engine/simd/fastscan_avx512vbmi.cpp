// SPDX-License-Identifier: Apache-2.0
#include "simd/fastscan_tables.h"

#if defined(__x86_64__)
#include "simd/fastscan_kernels.h"

namespace annscope::simd {
namespace {

struct Float16 {
    using Float = __m512;
    using Int = __m512i;
    static constexpr std::size_t kLanes = 16;
    static Float zero() noexcept { return _mm512_setzero_ps(); }
    static Float set(float x) noexcept { return _mm512_set1_ps(x); }
    static Float load(const float* p) noexcept { return _mm512_load_ps(p); }
    static void store(float* p, Float x) noexcept { _mm512_store_ps(p, x); }
    static Float add(Float a, Float b) noexcept { return _mm512_add_ps(a, b); }
    static Float sub(Float a, Float b) noexcept { return _mm512_sub_ps(a, b); }
    static Float mul(Float a, Float b) noexcept { return _mm512_mul_ps(a, b); }
    static Float min(Float a, Float b) noexcept { return _mm512_min_ps(a, b); }
    static Float max(Float a, Float b) noexcept { return _mm512_max_ps(a, b); }
    static Float fma(Float a, Float b, Float c) noexcept { return _mm512_fmadd_ps(a, b, c); }
    static Float fnma(Float a, Float b, Float c) noexcept { return _mm512_fnmadd_ps(a, b, c); }
    static float total(Float x) noexcept { return _mm512_reduce_add_ps(x); }
    static float largest(Float x) noexcept { return _mm512_reduce_max_ps(x); }

    static Int query_lanes(std::size_t, int dsub) noexcept {
        const Int order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        return _mm512_mullo_epi32(order, _mm512_set1_epi32(dsub));
    }
    static Float gather(const float* p, Int lanes) noexcept { return _mm512_i32gather_ps(lanes, p, 4); }
    static void load_transposed(const float* p, Float* q) noexcept {
        const Float a = _mm512_loadu_ps(p), b = _mm512_loadu_ps(p + 16), c = _mm512_loadu_ps(p + 32),
                    d = _mm512_loadu_ps(p + 48);
        const __m512d ab_low = _mm512_castps_pd(_mm512_unpacklo_ps(a, b)),
                      ab_high = _mm512_castps_pd(_mm512_unpackhi_ps(a, b)),
                      cd_low = _mm512_castps_pd(_mm512_unpacklo_ps(c, d)),
                      cd_high = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
        q[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab_low, cd_low));
        q[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab_low, cd_low));
        q[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab_high, cd_high));
        q[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab_high, cd_high));
    }

    static Int round(Float x) noexcept { return _mm512_cvtps_epi32(x); }
    static Int bytes(const Int* whole) noexcept {
        const Int low = _mm512_or_si512(whole[0], _mm512_slli_epi32(whole[1], 8));
        const Int high = _mm512_or_si512(whole[2], _mm512_slli_epi32(whole[3], 8));
        return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
    }
    static void store_transposed(const Int* x, std::uint8_t* out) noexcept {
        const Int a = _mm512_unpacklo_epi32(x[0], x[1]), b = _mm512_unpackhi_epi32(x[0], x[1]),
                  c = _mm512_unpacklo_epi32(x[2], x[3]), d = _mm512_unpackhi_epi32(x[2], x[3]);
        _mm512_store_si512(out, _mm512_unpacklo_epi64(a, c));
        _mm512_store_si512(out + 64, _mm512_unpackhi_epi64(a, c));
        _mm512_store_si512(out + 128, _mm512_unpacklo_epi64(b, d));
        _mm512_store_si512(out + 192, _mm512_unpackhi_epi64(b, d));
    }
};

/// Two pairs, thus four sub-quantisers, are one register. Their bytes are brought together by vector, so that
/// one dot product with ones adds up the four entries of each; vpermb looks them up in all four tables at
/// once, its index being the code and two bits of the sub-quantiser.
struct Quad {
    struct Order {
        alignas(64) std::uint8_t bytes[64];
        constexpr Order() : bytes() {
            for (int v = 0; v < 16; ++v)
                for (int s = 0; s < 4; ++s)
                    bytes[4 * v + s] = static_cast<std::uint8_t>(s * 16 + (v < 8 ? 2 * v : 2 * v - 15));
        }
    };
    __m512i order, selector;

    Quad() noexcept {
        static constexpr Order kOrder;
        order = _mm512_load_si512(kOrder.bytes);
        selector = _mm512_set1_epi32(0x30201000);
    }
};

template<std::size_t kQueries, std::size_t kBlocks>
using Sums = __m512i[kQueries][kBlocks][2];

/// Adds the entries of up to four sub-quantisers, 64 bytes of each block or their first 32.
template<std::size_t kQueries, std::size_t kBlocks>
__attribute__((always_inline)) inline void add_quad(const Quad& quad, const __m512i* raw,
                                                    const FastScanProbe* probes, std::size_t at,
                                                    Sums<kQueries, kBlocks>& sums) noexcept {
    const __m512i ones = _mm512_set1_epi8(1), low_half = _mm512_set1_epi8(15);
    __m512i index[kBlocks][2];
#pragma GCC unroll 2
    for (std::size_t b = 0; b < kBlocks; ++b) { // (half of a byte) | selector
        const __m512i codes = _mm512_permutexvar_epi8(quad.order, raw[b]);
        index[b][0] = _mm512_ternarylogic_epi32(codes, low_half, quad.selector, 0xea);
        index[b][1] = _mm512_ternarylogic_epi32(_mm512_srli_epi16(codes, 4), low_half, quad.selector, 0xea);
    }
#pragma GCC unroll 4
    for (std::size_t q = 0; q < kQueries; ++q) {
        const __m512i table = _mm512_loadu_si512(probes[q].tables + at);
#pragma GCC unroll 2
        for (std::size_t b = 0; b < kBlocks; ++b)
#pragma GCC unroll 2
            for (std::size_t half = 0; half < 2; ++half)
                sums[q][b][half] = _mm512_dpbusd_epi32(sums[q][b][half],
                                                       _mm512_permutexvar_epi8(index[b][half], table), ones);
    }
}

inline void store(const FastScanProbe& probe, std::size_t block, __m512i low, __m512i high) noexcept {
    const __m512i sums = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(low)),
                                            _mm512_cvtepi32_epi16(high), 1);
    _mm512_storeu_si512(probe.sums + block * kFastScanBlock, sums);
    if (probe.masks) {
        const __m512i threshold = _mm512_set1_epi32(static_cast<int>(probe.threshold));
        const std::uint32_t bits = _mm512_cmple_epu32_mask(low, threshold);
        probe.masks[block] = bits | std::uint32_t{_mm512_cmple_epu32_mask(high, threshold)} << 16;
    }
}

/// kBlocks blocks against kQueries queries: the more sums at once, the less they wait for each other.
template<std::size_t kQueries, std::size_t kBlocks>
__attribute__((always_inline)) inline void scan_blocks(const Quad& quad, const std::uint8_t* codes,
                                                       std::size_t stride, const FastScanProbe* probes,
                                                       std::size_t block) noexcept {
    Sums<kQueries, kBlocks> sums;
#pragma GCC unroll 4
    for (std::size_t q = 0; q < kQueries; ++q)
#pragma GCC unroll 2
        for (std::size_t b = 0; b < kBlocks; ++b)
            sums[q][b][0] = sums[q][b][1] = _mm512_setzero_si512();
    __m512i raw[kBlocks];
    const std::size_t whole = stride / 64 * 64;
    if (whole < stride) {
#pragma GCC unroll 2
        for (std::size_t b = 0; b < kBlocks; ++b)
            raw[b] = _mm512_maskz_loadu_epi8(~std::uint32_t{0}, codes + b * stride + whole);
        add_quad<kQueries, kBlocks>(quad, raw, probes, whole, sums);
    }
    for (std::size_t at = 0; at < whole; at += 64) {
#pragma GCC unroll 2
        for (std::size_t b = 0; b < kBlocks; ++b)
            raw[b] = _mm512_loadu_si512(codes + b * stride + at);
        add_quad<kQueries, kBlocks>(quad, raw, probes, at, sums);
    }
#pragma GCC unroll 4
    for (std::size_t q = 0; q < kQueries; ++q)
#pragma GCC unroll 2
        for (std::size_t b = 0; b < kBlocks; ++b)
            store(probes[q], block + b, sums[q][b][0], sums[q][b][1]);
}

template<std::size_t kQueries, std::size_t kBlocks>
void scan_all(const FastScanBlocks& blocks, const FastScanProbe* probes) noexcept {
    const Quad quad;
    const std::size_t stride = blocks.pairs * 32;
    std::size_t b = 0;
    for (; b + kBlocks <= blocks.count; b += kBlocks)
        scan_blocks<kQueries, kBlocks>(quad, blocks.codes + b * stride, stride, probes, b);
    for (; b < blocks.count; ++b)
        scan_blocks<kQueries, 1>(quad, blocks.codes + b * stride, stride, probes, b);
}

void scan(const FastScanBlocks& blocks, const FastScanProbe* probes, std::size_t n_probes) noexcept {
    switch (n_probes) {
    case 0:
        break;
    case 1:
        scan_all<1, 2>(blocks, probes);
        break;
    case 2:
        scan_all<2, 2>(blocks, probes);
        break;
    case 3:
        scan_all<3, 2>(blocks, probes);
        break;
    default:
        scan_all<4, 2>(blocks, probes);
    }
}

std::size_t within(const std::uint16_t* sums, std::size_t blocks, std::uint32_t threshold,
                   std::uint32_t* masks) noexcept {
    const __m512i limit = _mm512_set1_epi16(static_cast<short>(threshold < 0xffff ? threshold : 0xffff));
    std::size_t count = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
        const std::uint32_t mask =
            _mm512_cmple_epu16_mask(_mm512_load_si512(sums + b * kFastScanBlock), limit);
        count += static_cast<std::size_t>(_mm_popcnt_u32(mask));
        if (masks)
            masks[b] = mask;
    }
    return count;
}

} // namespace

const FastScanKernels& fastscan_avx512() noexcept {
    using Maker = FastScanTableMaker<Float16>;
    static constexpr FastScanKernels kTable{scan, Maker::make<true>, Maker::make<false>, Maker::round,
                                            within};
    return kTable;
}

} // namespace annscope::simd
#endif
