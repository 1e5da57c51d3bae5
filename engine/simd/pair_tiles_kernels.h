// SPDX-License-Identifier: Apache-2.0
// The loop that the vector ISAs share; see blocked_kernels.h for why everything is in an anonymous namespace.
#pragma once

#include "simd/pair_tiles.h"

#include <immintrin.h>

namespace annscope::simd {
namespace {

inline constexpr std::size_t kTile = PairTileKernels::kTile;

/// kTile rows of b against Op::kRows rows of a at a time. Op: one register of Op::kStep elements.
/// finish(i, j, sums): kTile sums of row i with rows j ...
template<class Op, class Value, class Finish>
void tiles(const Value* a, std::size_t m, const Value* b, std::size_t n, std::size_t stride,
           const Finish& finish) noexcept {
    for (std::size_t i = 0; i < m; i += Op::kRows)
        for (std::size_t j = 0; j < n; j += kTile) {
            typename Op::Sum sum[Op::kRows][kTile];
#pragma GCC unroll 4
            for (std::size_t r = 0; r < Op::kRows; ++r)
#pragma GCC unroll 4
                for (std::size_t c = 0; c < kTile; ++c)
                    Op::clear(sum[r][c]);
            const Value* x = a + i * stride;
            const Value* y = b + j * stride;
            for (std::size_t at = 0; at < stride; at += Op::kStep) {
                typename Op::Right right[kTile];
#pragma GCC unroll 4
                for (std::size_t c = 0; c < kTile; ++c)
                    right[c] = Op::load_right(y + c * stride + at);
#pragma GCC unroll 4
                for (std::size_t r = 0; r < Op::kRows; ++r) {
                    const typename Op::Left left = Op::load_left(x + r * stride + at);
#pragma GCC unroll 4
                    for (std::size_t c = 0; c < kTile; ++c)
                        Op::step(sum[r][c], left, right[c]);
                }
            }
#pragma GCC unroll 4
            for (std::size_t r = 0; r < Op::kRows; ++r)
                finish(i + r, j, sum[r]);
        }
}

template<class Op>
void l2_f32(const float* a, std::size_t m, const float* b, std::size_t n, std::size_t stride, float* out,
            std::size_t out_stride) noexcept {
    tiles<Op>(a, m, b, n, stride, [&](std::size_t i, std::size_t j, const auto* sum) noexcept {
        _mm_storeu_ps(out + i * out_stride + j, Op::totals(sum));
    });
}

template<class Op>
void l2_u8(const std::uint8_t* a, const std::uint32_t* a_terms, std::size_t m, const std::uint8_t* b,
           const std::uint32_t* b_terms, std::size_t n, std::size_t stride, float* out,
           std::size_t out_stride) noexcept {
    tiles<Op>(a, m, b, n, stride, [&](std::size_t i, std::size_t j, const auto* sum) noexcept {
        const __m128i terms = _mm_add_epi32(_mm_set1_epi32(static_cast<int>(a_terms[i])),
                                            _mm_loadu_si128(reinterpret_cast<const __m128i*>(b_terms + j)));
        _mm_storeu_ps(out + i * out_stride + j, Op::distances(terms, Op::totals(sum)));
    });
}

} // namespace
} // namespace annscope::simd
