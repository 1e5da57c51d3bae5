// SPDX-License-Identifier: Apache-2.0
// The loops that the vector ISAs share; included only by their files, in an anonymous namespace so that
// nothing compiled with their flags can be linked into baseline code. V is a register of V::kLanes floats.
#pragma once

#include "simd/subspace_tables.h"

#include <immintrin.h>

namespace annscope::simd {
namespace {

template<class V>
struct Subspace {
    using Reg = typename V::Reg;
    using Int = typename V::Int;
    static constexpr std::size_t kPanel = SubspaceKernels::kPanel, kGroup = SubspaceKernels::kGroup;
    static constexpr std::size_t kLanes = V::kLanes;
    static constexpr std::size_t kTile = 4;               ///< centroids worked on at once
    static constexpr std::size_t kSpan = kGroup / kLanes; ///< registers of a group of centroids

    static void pack(const float* rows, std::size_t stride, std::size_t n, std::size_t dim,
                     const float* centre, float* panel) noexcept {
        for (std::size_t j = 0; j < dim; ++j) {
            const float* column = rows + j;
            const float mean = centre[j];
            float* to = panel + j * kPanel;
            for (std::size_t i = 0; i < n; ++i)
                to[i] = column[i * stride] - mean;
            for (std::size_t i = n; i < kPanel; ++i)
                to[i] = 0;
        }
    }

    /// kWide registers of points, at panel, against all centroids.
    template<std::size_t kWide>
    static inline __attribute__((always_inline)) void
    columns(const float* panel, std::size_t dim, const float* centroids, const float* half_norms,
            std::size_t k, std::uint32_t* index, float* score) noexcept {
        Reg best[kWide];
        Int best_at[kWide];
#pragma GCC unroll 8
        for (std::size_t p = 0; p < kWide; ++p) {
            best[p] = V::set(__builtin_inff());
            best_at[p] = V::set_int(0);
        }
        for (std::size_t c = 0; c < k; c += kTile) {
            const float* tile = centroids + (c / kGroup * dim) * kGroup + c % kGroup;
            Reg sum[kTile][kWide];
#pragma GCC unroll 8
            for (std::size_t t = 0; t < kTile; ++t)
#pragma GCC unroll 8
                for (std::size_t p = 0; p < kWide; ++p)
                    sum[t][p] = V::set(half_norms[c + t]);
            for (std::size_t j = 0; j < dim; ++j) {
                Reg x[kWide];
#pragma GCC unroll 8
                for (std::size_t p = 0; p < kWide; ++p)
                    x[p] = V::load(panel + j * kPanel + p * kLanes);
#pragma GCC unroll 8
                for (std::size_t t = 0; t < kTile; ++t) {
                    const Reg value = V::set(tile[j * kGroup + t]);
#pragma GCC unroll 8
                    for (std::size_t p = 0; p < kWide; ++p)
                        sum[t][p] = V::fnmadd(x[p], value, sum[t][p]);
                }
            }
#pragma GCC unroll 8
            for (std::size_t t = 0; t < kTile; ++t) {
                const Int at = V::set_int(static_cast<int>(c + t));
#pragma GCC unroll 8
                for (std::size_t p = 0; p < kWide; ++p)
                    V::take_less(sum[t][p], at, best[p], best_at[p]);
            }
        }
#pragma GCC unroll 8
        for (std::size_t p = 0; p < kWide; ++p) {
            V::store(score + p * kLanes, best[p]);
            V::store_int(index + p * kLanes, best_at[p]);
        }
    }

    static void nearest(const float* panel, std::size_t lanes, std::size_t dim, const float* centroids,
                        const float* half_norms, std::size_t k, std::uint32_t* index, float* score) noexcept {
        std::size_t i = 0;
        for (; i + kLanes < lanes; i += V::kWide * kLanes)
            columns<V::kWide>(panel + i, dim, centroids, half_norms, k, index + i, score + i);
        if (i < lanes)
            columns<1>(panel + i, dim, centroids, half_norms, k, index + i, score + i);
    }

    /// Writes the first n <= 16 values of a group.
    static inline __attribute__((always_inline)) void put(const Reg* sum, std::size_t n,
                                                          float* out) noexcept {
        if (n == kGroup) {
#pragma GCC unroll 2
            for (std::size_t s = 0; s < kSpan; ++s)
                V::store(out + s * kLanes, sum[s]);
            return;
        }
        alignas(64) float all[kGroup];
#pragma GCC unroll 2
        for (std::size_t s = 0; s < kSpan; ++s)
            V::store(all + s * kLanes, sum[s]);
        for (std::size_t i = 0; i < n; ++i)
            out[i] = all[i];
    }

    template<bool kL2>
    static void tables(const float* query, const float* centre, const float* centroids, std::size_t parts,
                       std::size_t dim, std::size_t k, float* out) noexcept {
        for (std::size_t m = 0; m < parts; ++m, query += dim, centre += dim, out += k) {
            float start = 0;
            if constexpr (!kL2)
                for (std::size_t j = 0; j < dim; ++j)
                    start += query[j] * centre[j];
            for (std::size_t c = 0; c < k; c += kGroup, centroids += kGroup * dim) {
                Reg sum[kSpan];
#pragma GCC unroll 2
                for (std::size_t s = 0; s < kSpan; ++s)
                    sum[s] = V::set(start);
                for (std::size_t j = 0; j < dim; ++j) {
                    const Reg value = V::set(kL2 ? query[j] - centre[j] : query[j]);
#pragma GCC unroll 2
                    for (std::size_t s = 0; s < kSpan; ++s) {
                        const Reg x = V::load(centroids + j * kGroup + s * kLanes);
                        if constexpr (kL2)
                            sum[s] = V::add_square(V::subtract(value, x), sum[s]);
                        else
                            sum[s] = V::fmadd(value, x, sum[s]);
                    }
                }
                put(sum, k - c < kGroup ? k - c : kGroup, out + c);
            }
        }
    }

    static constexpr SubspaceKernels make(Isa isa) noexcept {
        return {isa, pack, nearest, tables<true>, tables<false>};
    }
};

} // namespace
} // namespace annscope::simd
