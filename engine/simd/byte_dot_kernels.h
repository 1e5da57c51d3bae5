// SPDX-License-Identifier: Apache-2.0
// The loop that the vector ISAs share; see blocked_kernels.h for why everything is in an anonymous namespace.
#pragma once

#include "simd/byte_dot.h"

#include <immintrin.h>

namespace annscope::simd {
namespace {

/// kVectors against four rows at a time. Op: one register of Op::kStep bytes.
template<class Op, std::size_t kVectors>
void dots_of(const std::int8_t* const* vectors, const std::uint8_t* rows, std::size_t stride, std::size_t n,
             std::size_t d, std::int32_t* const* out) noexcept {
    constexpr std::size_t kRows = 4;
    const std::size_t whole = d / Op::kStep * Op::kStep;
    for (std::size_t i = 0; i < n; i += kRows) {
        const std::uint8_t* x[kRows];
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kRows; ++r) // the last row again where there are fewer
            x[r] = rows + (i + r < n ? i + r : n - 1) * stride;
        typename Op::Sum sum[kVectors][kRows];
#pragma GCC unroll 4
        for (std::size_t v = 0; v < kVectors; ++v)
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r)
                Op::clear(sum[v][r]);
        for (std::size_t j = 0; j < whole; j += Op::kStep)
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r) {
                const auto row = Op::load(x[r] + j);
#pragma GCC unroll 4
                for (std::size_t v = 0; v < kVectors; ++v)
                    Op::step(sum[v][r], row, Op::load(vectors[v] + j));
            }
        if (whole < d)
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r) {
                const auto row = Op::load_first(x[r] + whole, d - whole);
#pragma GCC unroll 4
                for (std::size_t v = 0; v < kVectors; ++v)
                    Op::step(sum[v][r], row, Op::load_first(vectors[v] + whole, d - whole));
            }
        const std::size_t count = n - i < kRows ? n - i : kRows;
#pragma GCC unroll 4
        for (std::size_t v = 0; v < kVectors; ++v) {
            alignas(16) std::int32_t totals[kRows];
            _mm_store_si128(reinterpret_cast<__m128i*>(totals), Op::totals(sum[v]));
            for (std::size_t r = 0; r < count; ++r)
                out[v][i + r] = totals[r];
        }
    }
}

template<class Op>
void dots(const std::int8_t* const* vectors, std::size_t count, const std::uint8_t* rows, std::size_t stride,
          std::size_t n, std::size_t d, std::int32_t* const* out) noexcept {
    switch (count) {
    case 1:
        return dots_of<Op, 1>(vectors, rows, stride, n, d, out);
    case 2:
        return dots_of<Op, 2>(vectors, rows, stride, n, d, out);
    case 3:
        return dots_of<Op, 3>(vectors, rows, stride, n, d, out);
    default:
        return dots_of<Op, 4>(vectors, rows, stride, n, d, out);
    }
}

} // namespace
} // namespace annscope::simd
