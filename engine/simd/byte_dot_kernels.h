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

/// Two vectors against four numbered rows at a time. Op::square(sum, c) adds c (c - 255).
template<class Op, bool kSquares>
void gather_of(const std::int8_t* const* vectors, const std::uint8_t* rows, std::size_t stride,
               const std::uint32_t* ids, std::size_t n, std::size_t d, std::int32_t* const* out,
               std::int32_t* squares) noexcept {
    constexpr std::size_t kRows = 4;
    const std::size_t whole = d / Op::kStep * Op::kStep;
    for (std::size_t i = 0; i < n; i += kRows) {
        const std::uint8_t* x[kRows];
        typename Op::Sum coarse[kRows], fine[kRows], square[kRows];
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kRows; ++r) {
            x[r] = rows + ids[i + r < n ? i + r : n - 1] * stride;
            Op::clear(coarse[r]);
            Op::clear(fine[r]);
            Op::clear(square[r]);
        }
        const auto add = [&](std::size_t r, const auto& row, const auto& first, const auto& second) {
            Op::step(coarse[r], row, first);
            Op::step(fine[r], row, second);
            if constexpr (kSquares)
                Op::square(square[r], row);
        };
        for (std::size_t j = 0; j < whole; j += Op::kStep) {
            const auto first = Op::load(vectors[0] + j), second = Op::load(vectors[1] + j);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r)
                add(r, Op::load(x[r] + j), first, second);
        }
        if (whole < d) {
            const auto first = Op::load_first(vectors[0] + whole, d - whole),
                       second = Op::load_first(vectors[1] + whole, d - whole);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r)
                add(r, Op::load_first(x[r] + whole, d - whole), first, second);
        }
        alignas(16) std::int32_t totals[3][kRows];
        _mm_store_si128(reinterpret_cast<__m128i*>(totals[0]), Op::totals(coarse));
        _mm_store_si128(reinterpret_cast<__m128i*>(totals[1]), Op::totals(fine));
        if constexpr (kSquares)
            _mm_store_si128(reinterpret_cast<__m128i*>(totals[2]), Op::totals(square));
        for (std::size_t r = 0; r < (n - i < kRows ? n - i : kRows); ++r) {
            out[0][i + r] = totals[0][r];
            out[1][i + r] = totals[1][r];
            if constexpr (kSquares)
                squares[i + r] = totals[2][r];
        }
    }
}

template<class Op>
void gather(const std::int8_t* const* vectors, const std::uint8_t* rows, std::size_t stride,
            const std::uint32_t* ids, std::size_t n, std::size_t d, std::int32_t* const* out,
            std::int32_t* squares) noexcept {
    if (squares)
        gather_of<Op, true>(vectors, rows, stride, ids, n, d, out, squares);
    else
        gather_of<Op, false>(vectors, rows, stride, ids, n, d, out, squares);
}

/// F: one register of F::kLanes floats.
template<class F>
bool range(const float* v, std::size_t d, float* low, float* high) noexcept {
    typename F::Vec least = F::set(v[0]), most = least, fraction = F::set(0);
    for (std::size_t j = 0; j < d; j += F::kLanes) {
        const auto x = d - j < F::kLanes ? F::load_first(v + j, d - j, v[0]) : F::load(v + j);
        least = F::min(least, x);
        most = F::max(most, x);
        fraction = F::add(fraction, F::abs(F::sub(F::round(x), x))); // NaN and infinity stay in it
    }
    float lows[F::kLanes], highs[F::kLanes], odds[F::kLanes];
    F::store(lows, least);
    F::store(highs, most);
    F::store(odds, fraction);
    *low = lows[0];
    *high = highs[0];
    float odd = 0;
    for (std::size_t l = 0; l < F::kLanes; ++l) {
        *low = lows[l] < *low ? lows[l] : *low;
        *high = highs[l] > *high ? highs[l] : *high;
        odd += odds[l];
    }
    return odd == 0 && *low > -0x1p22f && *high < 0x1p22f;
}

template<class F>
float total(typename F::Vec sum) noexcept {
    float lanes[F::kLanes], all = 0;
    F::store(lanes, sum);
    for (std::size_t l = 0; l < F::kLanes; ++l)
        all += lanes[l];
    return all;
}

template<class F, int kLowest, int kHighest>
ByteSplit split(const float* v, std::size_t d, float zero, float coarse_step, float fine_step,
                std::int8_t* coarse, std::int8_t* fine) noexcept {
    using Vec = typename F::Vec;
    const Vec from = F::set(zero), low = F::set(kLowest), high = F::set(kHighest);
    const Vec per_coarse = F::set(1 / coarse_step), per_fine = F::set(1 / fine_step);
    const Vec step = F::set(coarse_step), small = F::set(fine_step);
    Vec sum = F::set(0), square = F::set(0), left_square = F::set(0);
    for (std::size_t j = 0; j < d; j += F::kLanes) {
        const std::size_t count = d - j < F::kLanes ? d - j : F::kLanes;
        const Vec x = count < F::kLanes ? F::load_first(v + j, count, zero) : F::load(v + j);
        const Vec value = F::sub(x, from);
        const Vec first = F::min(F::max(F::round(F::mul(value, per_coarse)), low), high);
        Vec left = F::sub(value, F::mul(first, step));
        F::store_bytes(coarse + j, first, count);
        if (fine) {
            const Vec second = F::min(F::max(F::round(F::mul(left, per_fine)), low), high);
            F::store_bytes(fine + j, second, count);
            left = F::sub(left, F::mul(second, small));
        }
        const Vec rounded = F::sub(value, left);
        sum = F::add(sum, rounded);
        square = F::add(square, F::mul(rounded, rounded));
        left_square = F::add(left_square, F::mul(left, left));
    }
    return {total<F>(sum), total<F>(square), total<F>(left_square)};
}

} // namespace
} // namespace annscope::simd
