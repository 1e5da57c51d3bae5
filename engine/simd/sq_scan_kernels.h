// SPDX-License-Identifier: Apache-2.0
// The loops that the vector ISAs share; included only by their files. V is a register of floats and what is
// done with it; C tells how a register of values is read from a code. All in an anonymous namespace, so that
// no code compiled with one ISA's flags can be picked by the linker for baseline code.
#pragma once

#include "simd/sq_scan.h"

#include <immintrin.h>

namespace annscope::simd {
namespace {

/// (t - s c)^2, or (t - c)^2 where the code is a float itself.
template<class V, class C>
struct SqL2 {
    const float* t;
    const float* s;
    struct Part {
        typename V::Float t, s;
    };
    Part part(std::size_t j) const noexcept {
        if constexpr (C::kScaled)
            return {V::load(t + j), V::load(s + j)};
        else
            return {V::load(t + j), V::zero()};
    }
    Part first(std::size_t j, std::size_t n) const noexcept {
        if constexpr (C::kScaled)
            return {V::load_first(t + j, n), V::load_first(s + j, n)};
        else
            return {V::load_first(t + j, n), V::zero()};
    }
    static typename V::Float step(const Part& part, typename V::Float c, typename V::Float sum) noexcept {
        typename V::Float difference;
        if constexpr (C::kScaled)
            difference = V::minus_product(part.s, c, part.t);
        else
            difference = V::minus(part.t, c);
        return V::plus_product(difference, difference, sum);
    }
};

template<class V>
struct SqIp {
    const float* w;
    typename V::Float part(std::size_t j) const noexcept { return V::load(w + j); }
    typename V::Float first(std::size_t j, std::size_t n) const noexcept { return V::load_first(w + j, n); }
    static typename V::Float step(typename V::Float w, typename V::Float c, typename V::Float sum) noexcept {
        return V::plus_product(w, c, sum);
    }
};

template<class V, class C>
struct SqBlock {
    static constexpr std::size_t kRows = 4, kWidth = V::kWidth;

    /// Two accumulators a row, whatever the number of rows: the same bits for each.
    template<std::size_t kCount, class Op>
    __attribute__((always_inline)) static inline void block(const Op& op, const std::uint8_t* const* x,
                                                            std::size_t d, float* out) noexcept {
        typename V::Float a[kCount], b[kCount];
#pragma GCC unroll 8
        for (std::size_t r = 0; r < kCount; ++r)
            a[r] = b[r] = V::zero();
        std::size_t j = 0;
        for (; j + 2 * kWidth <= d; j += 2 * kWidth) {
            const auto p = op.part(j);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kCount; ++r)
                a[r] = Op::step(p, C::values(x[r], j), a[r]);
            const auto q = op.part(j + kWidth);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kCount; ++r)
                b[r] = Op::step(q, C::values(x[r], j + kWidth), b[r]);
        }
        if (j + kWidth <= d) {
            const auto p = op.part(j);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kCount; ++r)
                a[r] = Op::step(p, C::values(x[r], j), a[r]);
            j += kWidth;
        }
        if (j < d) {
            const auto p = op.first(j, d - j);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kCount; ++r)
                b[r] = Op::step(p, C::first_values(x[r], j, d - j), b[r]);
        }
#pragma GCC unroll 8
        for (std::size_t r = 0; r < kCount; ++r)
            out[r] = V::sum(V::plus(a[r], b[r]));
    }

    template<class Op>
    static void rows(const Op& op, const std::uint8_t* codes, std::size_t stride, std::size_t n,
                     std::size_t d, float* out) noexcept {
        std::size_t i = 0;
        for (; i + kRows <= n; i += kRows) {
            const std::uint8_t* const first = codes + i * stride;
            const std::uint8_t* const x[kRows] = {first, first + stride, first + 2 * stride,
                                                  first + 3 * stride};
            block<kRows>(op, x, d, out + i);
        }
        for (; i < n; ++i) {
            const std::uint8_t* const x = codes + i * stride;
            block<1>(op, &x, d, out + i);
        }
    }
    template<class Op>
    static void gather(const Op& op, const std::uint8_t* codes, std::size_t stride, const std::uint32_t* ids,
                       std::size_t n, std::size_t d, float* out) noexcept {
        std::size_t i = 0;
        for (; i + kRows <= n; i += kRows) {
            const std::uint8_t* const x[kRows] = {codes + ids[i] * stride, codes + ids[i + 1] * stride,
                                                  codes + ids[i + 2] * stride, codes + ids[i + 3] * stride};
            block<kRows>(op, x, d, out + i);
        }
        for (; i < n; ++i) {
            const std::uint8_t* const x = codes + ids[i] * stride;
            block<1>(op, &x, d, out + i);
        }
    }

    static void l2(const float* t, const float* s, const std::uint8_t* codes, std::size_t stride,
                   std::size_t n, std::size_t d, float* out) noexcept {
        rows(SqL2<V, C>{t, s}, codes, stride, n, d, out);
    }
    static void ip(const float* w, const std::uint8_t* codes, std::size_t stride, std::size_t n,
                   std::size_t d, float* out) noexcept {
        rows(SqIp<V>{w}, codes, stride, n, d, out);
    }
    static void l2_gather(const float* t, const float* s, const std::uint8_t* codes, std::size_t stride,
                          const std::uint32_t* ids, std::size_t n, std::size_t d, float* out) noexcept {
        gather(SqL2<V, C>{t, s}, codes, stride, ids, n, d, out);
    }
    static void ip_gather(const float* w, const std::uint8_t* codes, std::size_t stride,
                          const std::uint32_t* ids, std::size_t n, std::size_t d, float* out) noexcept {
        gather(SqIp<V>{w}, codes, stride, ids, n, d, out);
    }
    static constexpr SqRowKernels table() noexcept {
        return {l2, ip, l2_gather, ip_gather};
    }
};

template<class V>
float weigh(const float* q, const float* c, const float* b, const float* s, std::size_t d, float* w,
            float* square, float* along) noexcept {
    typename V::Float largest = V::zero(), squares = V::zero(), products = V::zero();
    const auto step = [&](typename V::Float r, typename V::Float offset, typename V::Float scale) {
        squares = V::plus_product(r, r, squares);
        products = V::plus_product(r, offset, products);
        const typename V::Float weight = V::times(r, scale);
        largest = V::max(largest, V::absolute(weight));
        return weight;
    };
    std::size_t j = 0;
    for (; j + V::kWidth <= d; j += V::kWidth) {
        const typename V::Float r = c ? V::minus(V::load(q + j), V::load(c + j)) : V::load(q + j);
        V::store(w + j, step(r, V::load(b + j), V::load(s + j)));
    }
    if (j < d) {
        const std::size_t n = d - j;
        const typename V::Float x = V::load_first(q + j, n);
        const typename V::Float r = c ? V::minus(x, V::load_first(c + j, n)) : x;
        V::store_first(w + j, n, step(r, V::load_first(b + j, n), V::load_first(s + j, n)));
    }
    *square = V::sum(squares);
    *along = V::sum(products);
    return V::largest(largest);
}

template<class V>
SqRounded round_weights(const float* w, const float* m, float scale, std::size_t d,
                        std::int8_t* out) noexcept {
    typename V::Float squares = V::zero(), at = V::zero();
    const typename V::Float scales = V::all(scale), steps = V::all(1 / scale);
    const auto remainders = [&](typename V::Float weight, typename V::Float rounded,
                                typename V::Float middle) {
        const typename V::Float remainder = V::minus_product(steps, rounded, weight);
        squares = V::plus_product(remainder, remainder, squares);
        at = V::plus_product(remainder, middle, at);
    };
    std::size_t j = 0;
    for (; j + V::kWidth <= d; j += V::kWidth) {
        const typename V::Float weight = V::load(w + j), rounded = V::nearest(V::times(weight, scales));
        V::store_bytes(out + j, V::kWidth, rounded);
        remainders(weight, rounded, V::load(m + j));
    }
    if (j < d) {
        const typename V::Float weight = V::load_first(w + j, d - j),
                                rounded = V::nearest(V::times(weight, scales));
        V::store_bytes(out + j, d - j, rounded);
        remainders(weight, rounded, V::load_first(m + j, d - j));
    }
    return {V::sum(squares), V::sum(at)};
}

} // namespace
} // namespace annscope::simd
