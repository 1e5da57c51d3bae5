// SPDX-License-Identifier: Apache-2.0
#include "simd/rabitq.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace annscope::simd {
namespace {

inline float total(__m256 sum) noexcept {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

inline float largest_of(__m256 x) noexcept {
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

void score(const float* a, std::size_t d, float t, float top, float* dot, float* squares) noexcept {
    const __m256 factor = _mm256_set1_ps(t), most = _mm256_set1_ps(top), half = _mm256_set1_ps(0.5f);
    __m256 products = _mm256_setzero_ps(), norm = _mm256_setzero_ps();
    for (std::size_t i = 0; i < d; i += 8) {
        const __m256 x = _mm256_loadu_ps(a + i);
        const __m256 m = _mm256_add_ps(_mm256_min_ps(_mm256_floor_ps(_mm256_mul_ps(x, factor)), most), half);
        products = _mm256_fmadd_ps(m, x, products);
        norm = _mm256_fmadd_ps(m, m, norm);
    }
    *dot = total(products);
    *squares = total(norm);
}

/// x where the lane's bit of word is set, else 0; bits tells which bit is whose.
inline __m256 selected(__m256 x, __m256i word, __m256i bits) noexcept {
    return _mm256_and_ps(x, _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(word, bits), bits)));
}

template<std::size_t kPlanes>
float dot_of(const std::uint8_t* bytes, const float* x, std::size_t d) noexcept {
    const __m256i low = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128), high = _mm256_slli_epi32(low, 8);
    __m256 sums[kPlanes];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kPlanes; ++p)
        sums[p] = _mm256_setzero_ps();
    for (std::size_t i = 0; i < d; i += 16, bytes += 2 * kPlanes) {
        const __m256 first = _mm256_loadu_ps(x + i), second = _mm256_loadu_ps(x + i + 8);
#pragma GCC unroll 8
        for (std::size_t p = 0; p < kPlanes; ++p) {
            std::uint16_t half;
            __builtin_memcpy(&half, bytes + 2 * p, sizeof half);
            const __m256i word = _mm256_set1_epi32(half);
            sums[p] = _mm256_add_ps(sums[p],
                                    _mm256_add_ps(selected(first, word, low), selected(second, word, high)));
        }
    }
    __m256 sum = sums[kPlanes - 1];
#pragma GCC unroll 8
    for (std::size_t p = kPlanes - 1; p > 0; --p)
        sum = _mm256_add_ps(_mm256_add_ps(sum, sum), sums[p - 1]);
    return total(sum);
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

/// Entries 0 to 7 of four dimensions' table without the fourth: what set and clear bits add to the lowest
/// sum.
inline __m256 three_bits(const float* plus, const float* minus) noexcept {
    const __m256 first = _mm256_blend_ps(_mm256_set1_ps(minus[0]), _mm256_set1_ps(plus[0]), 0xaa);
    const __m256 second = _mm256_blend_ps(_mm256_set1_ps(minus[1]), _mm256_set1_ps(plus[1]), 0xcc);
    const __m256 third = _mm256_blend_ps(_mm256_set1_ps(minus[2]), _mm256_set1_ps(plus[2]), 0xf0);
    return _mm256_add_ps(_mm256_add_ps(first, second), third);
}

void sign_tables(const float* x, std::size_t d, float top, std::uint8_t* tables, float* step,
                 float* lowest) noexcept {
    const __m256 sign = _mm256_set1_ps(-0.f), zero = _mm256_setzero_ps();
    __m256 largest = zero, sum = zero;
    for (std::size_t i = 0; i < d; i += 8) {
        const __m256 size = _mm256_andnot_ps(sign, _mm256_loadu_ps(x + i));
        sum = _mm256_add_ps(sum, size);
        const __m256 pair = _mm256_add_ps(size, _mm256_permute_ps(size, 0xb1));
        largest = _mm256_max_ps(largest, _mm256_add_ps(pair, _mm256_permute_ps(pair, 0x4e)));
    }
    const float most = largest_of(largest);
    *step = 2 * most / top;
    *lowest = -total(sum);
    const __m256 factor = _mm256_set1_ps(most > 0 ? 2 / *step : 0);
    for (std::size_t i = 0; i < d; i += 8) {
        const __m256 all = _mm256_mul_ps(_mm256_loadu_ps(x + i), factor);
        alignas(32) float plus[8], minus[8];
        _mm256_store_ps(plus, _mm256_max_ps(all, zero));
        _mm256_store_ps(minus, _mm256_max_ps(_mm256_sub_ps(zero, all), zero));
        for (std::size_t j = 0; j < 8; j += 4, tables += 16) {
            const __m256 three = three_bits(plus + j, minus + j);
            const __m256i low = _mm256_cvtps_epi32(_mm256_add_ps(three, _mm256_set1_ps(minus[j + 3])));
            const __m256i high = _mm256_cvtps_epi32(_mm256_add_ps(three, _mm256_set1_ps(plus[j + 3])));
            const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xd8);
            _mm_storeu_si128(
                reinterpret_cast<__m128i*>(tables),
                _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
        }
    }
}

std::uint32_t estimate(const RabitqBlock& block, float limit, float* estimates) noexcept {
    const __m256 step = _mm256_set1_ps(block.step), lowest = _mm256_set1_ps(block.lowest),
                 offset = _mm256_set1_ps(block.offset), reach = _mm256_set1_ps(block.reach),
                 rounding = _mm256_set1_ps(block.table_error), most = _mm256_set1_ps(limit);
    std::uint32_t mask = 0;
#pragma GCC unroll 4
    for (unsigned i = 0; i < 32; i += 8) {
        const float* factors = block.factors + i;
        const __m256 sum = _mm256_cvtepi32_ps(
            _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block.sums + i))));
        const __m256 scale = _mm256_load_ps(factors + 32);
        const __m256 product = _mm256_fmadd_ps(sum, step, lowest);
        const __m256 estimate =
            _mm256_fmadd_ps(scale, product, _mm256_add_ps(offset, _mm256_load_ps(factors)));
        _mm256_storeu_ps(estimates + i, estimate);
        const __m256 lower =
            _mm256_fmadd_ps(rounding, scale, _mm256_fnmadd_ps(reach, _mm256_load_ps(factors + 64), estimate));
        mask |= static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(lower, most, _CMP_LE_OQ))) << i;
    }
    return mask;
}

std::size_t nearer(const RabitqNeighbors& block, float limit, float* estimates, std::uint32_t* ids) noexcept {
    const __m256 step = _mm256_set1_ps(block.step), lowest = _mm256_set1_ps(block.lowest),
                 offset = _mm256_set1_ps(block.offset), most = _mm256_set1_ps(limit);
    alignas(32) float all[32];
    std::uint32_t mask = 0;
#pragma GCC unroll 4
    for (unsigned i = 0; i < 32; i += 8) {
        const __m256 sum = _mm256_cvtepi32_ps(
            _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block.sums + i))));
        const __m256 product = _mm256_fmadd_ps(sum, step, lowest);
        const __m256 estimate = _mm256_fmadd_ps(_mm256_load_ps(block.factors + 32 + i), product,
                                                _mm256_add_ps(offset, _mm256_load_ps(block.factors + i)));
        _mm256_store_ps(all + i, estimate);
        const __m256 near = _mm256_cmp_ps(estimate, most, _CMP_LT_OQ);
        mask |= static_cast<std::uint32_t>(_mm256_movemask_ps(near)) << i;
    }
    std::size_t count = 0;
    for (; mask != 0; mask &= mask - 1, ++count) {
        const auto lane = static_cast<unsigned>(__builtin_ctz(mask));
        estimates[count] = all[lane];
        ids[count] = block.ids[lane];
    }
    return count;
}

RabitqSums sign_code(const float* row, const float* centroid, std::size_t d, std::uint8_t* signs) noexcept {
    const __m256 zero = _mm256_setzero_ps(), minus = _mm256_set1_ps(-0.f);
    __m256 squares = zero, sizes = zero, cross = zero, product = zero;
    for (std::size_t i = 0; i < d; i += 8) {
        const __m256 c = _mm256_loadu_ps(centroid + i), r = _mm256_sub_ps(_mm256_loadu_ps(row + i), c);
        const __m256 plus = _mm256_cmp_ps(r, zero, _CMP_GE_OQ);
        squares = _mm256_fmadd_ps(r, r, squares);
        sizes = _mm256_add_ps(sizes, _mm256_andnot_ps(minus, r));
        cross = _mm256_add_ps(cross, _mm256_xor_ps(c, _mm256_andnot_ps(plus, minus)));
        product = _mm256_fmadd_ps(r, c, product);
        signs[i / 8] = static_cast<std::uint8_t>(_mm256_movemask_ps(plus));
    }
    return {total(squares), total(sizes), total(cross), total(product)};
}

} // namespace

const RabitqKernels& rabitq_avx2() noexcept {
    static constexpr RabitqKernels kTable{Isa::Avx2, score,  dot_planes, sign_tables,
                                          estimate,  nearer, sign_code};
    return kTable;
}

} // namespace annscope::simd
#endif
