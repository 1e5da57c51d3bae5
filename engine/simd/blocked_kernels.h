// SPDX-License-Identifier: Apache-2.0
// The loops that all vector ISAs share; included only by their files. Everything is in an anonymous
// namespace, so that no code compiled with one ISA's flags can be picked by the linker for baseline code.
#pragma once

#include "simd/kernels.h"

#include <immintrin.h>

namespace annscope::simd {
namespace {

/// Distances of one query to kRows rows at a time. Op is how one step of Op::kStep elements is accumulated.
/// Whatever the number of rows, a row's sum is built in the same order, so that single and batched results
/// are the same bits.
template<class Op, class Q, class X>
struct Blocked {
    static constexpr std::size_t kAccumulators = Op::kAccumulators;
    static constexpr std::size_t kStep = Op::kStep;
    static constexpr std::size_t kLine = 64;

    template<std::size_t kRows>
    __attribute__((always_inline)) static inline void block(const Q* q, const X* const* x, std::size_t d,
                                                            float* out) noexcept {
        typename Op::Sum sum[kRows][kAccumulators];
#pragma GCC unroll 8
        for (std::size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
            for (std::size_t a = 0; a < kAccumulators; ++a)
                Op::clear(sum[r][a]);
        std::size_t i = 0;
        for (; i + kAccumulators * kStep <= d; i += kAccumulators * kStep)
#pragma GCC unroll 8
            for (std::size_t a = 0; a < kAccumulators; ++a)
#pragma GCC unroll 8
                for (std::size_t r = 0; r < kRows; ++r)
                    Op::step(sum[r][a], q + i + a * kStep, x[r] + i + a * kStep);
#pragma GCC unroll 8
        for (std::size_t a = 0; a + 1 < kAccumulators; ++a)
            if (i + kStep <= d) {
#pragma GCC unroll 8
                for (std::size_t r = 0; r < kRows; ++r)
                    Op::step(sum[r][a], q + i, x[r] + i);
                i += kStep;
            }
        if (i < d)
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kRows; ++r)
                Op::tail(sum[r][kAccumulators - 1], q + i, x[r] + i, d - i);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
            for (std::size_t half = kAccumulators / 2; half > 0; half /= 2)
#pragma GCC unroll 8
                for (std::size_t a = 0; a < half; ++a)
                    Op::merge(sum[r][a], sum[r][a + half]);
            out[r] = Op::finish(sum[r][0]);
        }
    }

    static float one(const Q* q, const X* x, std::size_t d) noexcept {
        float out;
        block<1>(q, &x, d, &out);
        return out;
    }

    static void rows(const Q* q, const X* base, std::size_t stride, std::size_t n, std::size_t d,
                     float* out) noexcept {
        std::size_t i = 0;
        for (; i + Op::kRows <= n; i += Op::kRows) {
            const X* x[Op::kRows];
#pragma GCC unroll 8
            for (std::size_t r = 0; r < Op::kRows; ++r)
                x[r] = base + (i + r) * stride;
            block<Op::kRows>(q, x, d, out + i);
        }
        for (; i < n; ++i)
            out[i] = one(q, base + i * stride, d);
    }

    static void gather(const Q* q, const X* base, std::size_t stride, const std::uint32_t* ids, std::size_t n,
                       std::size_t d, float* out) noexcept {
        // The next block's rows start to load while this block is computed; beyond kLines the hardware's
        // stream prefetch is ahead.
        constexpr std::size_t kLines = 16;
        const std::size_t bytes = d * sizeof(X);
        const std::size_t ahead = bytes < kLines * kLine ? bytes : kLines * kLine;
        std::size_t i = 0;
        for (; i + Op::kRows <= n; i += Op::kRows) {
            const X* x[Op::kRows];
#pragma GCC unroll 8
            for (std::size_t r = 0; r < Op::kRows; ++r)
                x[r] = base + ids[i + r] * stride;
            const std::size_t end = i + 2 * Op::kRows < n ? i + 2 * Op::kRows : n;
            for (std::size_t next = i + Op::kRows; next < end; ++next) {
                const char* row = reinterpret_cast<const char*>(base + ids[next] * stride);
                for (std::size_t byte = 0; byte < ahead; byte += kLine)
                    _mm_prefetch(row + byte, _MM_HINT_T0);
            }
            block<Op::kRows>(q, x, d, out + i);
        }
        for (; i < n; ++i)
            out[i] = one(q, base + ids[i] * stride, d);
    }
};

template<template<class, class> class L2, template<class, class> class Ip, class Q, class X>
constexpr DistanceKernels<Q, X> make_kernels() noexcept {
    using L = Blocked<L2<Q, X>, Q, X>;
    using I = Blocked<Ip<Q, X>, Q, X>;
    return {L::one, I::one, L::rows, I::rows, L::gather, I::gather};
}

} // namespace
} // namespace annscope::simd
