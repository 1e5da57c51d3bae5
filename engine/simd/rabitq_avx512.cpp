// SPDX-License-Identifier: Apache-2.0
#include "simd/rabitq.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace annscope::simd {
namespace {

void score(const float* a, std::size_t d, float t, float top, float* dot, float* squares) noexcept {
    const __m512 factor = _mm512_set1_ps(t), most = _mm512_set1_ps(top), half = _mm512_set1_ps(0.5f);
    __m512 products = _mm512_setzero_ps(), norm = _mm512_setzero_ps();
    for (std::size_t i = 0; i < d; i += 16) {
        const __m512 x = _mm512_loadu_ps(a + i);
        const __m512 whole =
            _mm512_roundscale_ps(_mm512_mul_ps(x, factor), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
        const __m512 m = _mm512_add_ps(_mm512_min_ps(whole, most), half);
        products = _mm512_fmadd_ps(m, x, products);
        norm = _mm512_fmadd_ps(m, m, norm);
    }
    *dot = _mm512_reduce_add_ps(products);
    *squares = _mm512_reduce_add_ps(norm);
}

template<std::size_t kPlanes>
float dot_of(const std::uint8_t* bytes, const float* x, std::size_t d) noexcept {
    __m512 sums[kPlanes];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kPlanes; ++p)
        sums[p] = _mm512_setzero_ps();
    for (std::size_t i = 0; i < d; i += 16, bytes += 2 * kPlanes) {
        const __m512 values = _mm512_loadu_ps(x + i);
#pragma GCC unroll 8
        for (std::size_t p = 0; p < kPlanes; ++p) {
            std::uint16_t word;
            __builtin_memcpy(&word, bytes + 2 * p, sizeof word);
            sums[p] = _mm512_mask_add_ps(sums[p], static_cast<__mmask16>(word), sums[p], values);
        }
    }
    __m512 sum = sums[kPlanes - 1];
#pragma GCC unroll 8
    for (std::size_t p = kPlanes - 1; p > 0; --p)
        sum = _mm512_add_ps(_mm512_add_ps(sum, sum), sums[p - 1]);
    return _mm512_reduce_add_ps(sum);
}

float dot_planes(const std::uint8_t* words, std::size_t planes, const float* x, std::size_t d) noexcept {
    switch (planes) {
    case 1:
        return dot_of<1>(words, x, d);
    case 2:
        return dot_of<2>(words, x, d);
    case 3:
        return dot_of<3>(words, x, d);
    case 4:
        return dot_of<4>(words, x, d);
    case 5:
        return dot_of<5>(words, x, d);
    case 6:
        return dot_of<6>(words, x, d);
    case 7:
        return dot_of<7>(words, x, d);
    default:
        return dot_of<8>(words, x, d);
    }
}

void sign_tables(const float* x, std::size_t d, float top, std::uint8_t* tables, float* step,
                 float* lowest) noexcept {
    __m512 largest = _mm512_setzero_ps(), total = _mm512_setzero_ps();
    for (std::size_t i = 0; i < d; i += 16) {
        const __m512 size = _mm512_abs_ps(_mm512_loadu_ps(x + i));
        total = _mm512_add_ps(total, size);
        const __m512 pair = _mm512_add_ps(size, _mm512_permute_ps(size, 0xb1));
        largest = _mm512_max_ps(largest, _mm512_add_ps(pair, _mm512_permute_ps(pair, 0x4e)));
    }
    const float most = _mm512_reduce_max_ps(largest);
    *step = 2 * most / top;
    *lowest = -_mm512_reduce_add_ps(total);
    const __m512 factor = _mm512_set1_ps(most > 0 ? 2 / *step : 0), zero = _mm512_setzero_ps();
    for (std::size_t i = 0; i < d; i += 16) {
        const __m512 all = _mm512_mul_ps(_mm512_loadu_ps(x + i), factor);
        alignas(64) float plus[16], minus[16]; // what a set and what a clear bit add to the lowest sum
        _mm512_store_ps(plus, _mm512_max_ps(all, zero));
        _mm512_store_ps(minus, _mm512_max_ps(_mm512_sub_ps(zero, all), zero));
        for (std::size_t j = 0; j < 16; j += 4, tables += 16) {
            const __m512 sum = _mm512_add_ps(
                _mm512_add_ps(
                    _mm512_mask_blend_ps(0xaaaa, _mm512_set1_ps(minus[j]), _mm512_set1_ps(plus[j])),
                    _mm512_mask_blend_ps(0xcccc, _mm512_set1_ps(minus[j + 1]), _mm512_set1_ps(plus[j + 1]))),
                _mm512_add_ps(
                    _mm512_mask_blend_ps(0xf0f0, _mm512_set1_ps(minus[j + 2]), _mm512_set1_ps(plus[j + 2])),
                    _mm512_mask_blend_ps(0xff00, _mm512_set1_ps(minus[j + 3]), _mm512_set1_ps(plus[j + 3]))));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(tables),
                             _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(sum)));
        }
    }
}

std::uint32_t estimate(const RabitqBlock& block, float limit, float* estimates) noexcept {
    const __m512 step = _mm512_set1_ps(block.step), lowest = _mm512_set1_ps(block.lowest),
                 offset = _mm512_set1_ps(block.offset), reach = _mm512_set1_ps(block.reach),
                 rounding = _mm512_set1_ps(block.table_error), most = _mm512_set1_ps(limit);
    std::uint32_t mask = 0;
#pragma GCC unroll 2
    for (unsigned i = 0; i < 32; i += 16) {
        const float* factors = block.factors + i;
        const __m512 sum = _mm512_cvtepi32_ps(
            _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.sums + i))));
        const __m512 scale = _mm512_load_ps(factors + 32);
        const __m512 product = _mm512_fmadd_ps(sum, step, lowest);
        const __m512 estimate =
            _mm512_fmadd_ps(scale, product, _mm512_add_ps(offset, _mm512_load_ps(factors)));
        _mm512_storeu_ps(estimates + i, estimate);
        const __m512 lower =
            _mm512_fmadd_ps(rounding, scale, _mm512_fnmadd_ps(reach, _mm512_load_ps(factors + 64), estimate));
        mask |= static_cast<std::uint32_t>(_mm512_cmp_ps_mask(lower, most, _CMP_LE_OQ)) << i;
    }
    return mask;
}

std::size_t nearer(const RabitqNeighbors& block, float limit, float* estimates, std::uint32_t* ids) noexcept {
    const __m512 step = _mm512_set1_ps(block.step), lowest = _mm512_set1_ps(block.lowest),
                 offset = _mm512_set1_ps(block.offset), most = _mm512_set1_ps(limit);
    std::size_t count = 0;
#pragma GCC unroll 2
    for (unsigned i = 0; i < 32; i += 16) {
        const __m512 sum = _mm512_cvtepi32_ps(
            _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.sums + i))));
        const __m512 product = _mm512_fmadd_ps(sum, step, lowest);
        const __m512 estimate = _mm512_fmadd_ps(_mm512_load_ps(block.factors + 32 + i), product,
                                                _mm512_add_ps(offset, _mm512_load_ps(block.factors + i)));
        const __mmask16 near = _mm512_cmp_ps_mask(estimate, most, _CMP_LT_OQ);
        // Whole registers: a compressing store of only what counts takes long on some processors.
        _mm512_storeu_ps(estimates + count, _mm512_maskz_compress_ps(near, estimate));
        _mm512_storeu_si512(ids + count, _mm512_maskz_compress_epi32(near, _mm512_load_si512(block.ids + i)));
        count += static_cast<std::size_t>(_mm_popcnt_u32(near));
    }
    return count;
}

RabitqSums sign_code(const float* row, const float* centroid, std::size_t d, std::uint8_t* signs) noexcept {
    const __m512 zero = _mm512_setzero_ps();
    __m512 squares = zero, sizes = zero, cross = zero, product = zero;
    for (std::size_t i = 0; i < d; i += 16) {
        const __m512 c = _mm512_loadu_ps(centroid + i), r = _mm512_sub_ps(_mm512_loadu_ps(row + i), c);
        const __mmask16 plus = _mm512_cmp_ps_mask(r, zero, _CMP_GE_OQ);
        squares = _mm512_fmadd_ps(r, r, squares);
        sizes = _mm512_add_ps(sizes, _mm512_abs_ps(r));
        cross = _mm512_add_ps(cross, _mm512_mask_sub_ps(c, _knot_mask16(plus), zero, c));
        product = _mm512_fmadd_ps(r, c, product);
        const auto word = static_cast<std::uint16_t>(plus);
        __builtin_memcpy(signs + i / 8, &word, sizeof word);
    }
    return {_mm512_reduce_add_ps(squares), _mm512_reduce_add_ps(sizes), _mm512_reduce_add_ps(cross),
            _mm512_reduce_add_ps(product)};
}

} // namespace

const RabitqKernels& rabitq_avx512() noexcept {
    static constexpr RabitqKernels kTable{Isa::Avx512, score,  dot_planes, sign_tables,
                                          estimate,    nearer, sign_code};
    return kTable;
}

} // namespace annscope::simd
#endif
