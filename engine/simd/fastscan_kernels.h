// SPDX-License-Identifier: Apache-2.0
// The making of FastScan's tables, shared by the vector ISAs; included only by their files. Everything is in
// an anonymous namespace, so that no code compiled with one ISA's flags can be picked by the linker for
// baseline code.
#pragma once

#include "simd/fastscan.h"

#include <immintrin.h>

namespace annscope::simd {
namespace {

/// V: a vector of V::kLanes floats, 8 or 16, being that part of a group's lanes.
template<class V>
struct FastScanTableMaker {
    using Float = typename V::Float;
    using Int = typename V::Int;
    static constexpr std::size_t kCentroids = 16, kChunk = 4;

    /// kCount elements from the first-th of the sub-quantisers of one part; query: the group's.
    template<std::size_t kCount>
    __attribute__((always_inline)) static inline void
    load_query(const float* query, std::size_t part, std::size_t first, std::size_t dsub, Float* q) noexcept {
        if (kCount == kChunk && dsub == kChunk) {
            V::load_transposed(query + part / 4 * kChunk, q);
            return;
        }
        const Int lanes = V::query_lanes(part, static_cast<int>(dsub));
#pragma GCC unroll 4
        for (std::size_t j = 0; j < kCount; ++j)
            q[j] = V::gather(query + first + j, lanes);
    }

    /// Adds kCount dimensions, from the first-th on, to the 16 tables of a part.
    template<bool kL2, std::size_t kCount>
    __attribute__((always_inline)) static inline void
    add(const float* query, std::size_t part, std::size_t first, std::size_t dsub, const float* centroids,
        float* tables, Float& low, Float& high) noexcept {
        Float q[kCount];
        load_query<kCount>(query, part, first, dsub, q);
        const float* centroid = centroids + first * kFastScanLanes + part;
        float* table = tables + part;
        for (std::size_t c = 0; c < kCentroids; ++c) {
            Float sum = first == 0 ? V::zero() : V::load(table);
#pragma GCC unroll 4
            for (std::size_t j = 0; j < kCount; ++j) {
                const Float x = V::load(centroid + j * kFastScanLanes);
                if constexpr (kL2) {
                    const Float difference = V::sub(q[j], x);
                    sum = V::fma(difference, difference, sum);
                } else {
                    sum = V::fnma(q[j], x, sum);
                }
            }
            V::store(table, sum);
            low = c == 0 ? sum : V::min(low, sum);
            high = c == 0 ? sum : V::max(high, sum);
            centroid += dsub * kFastScanLanes;
            table += kFastScanLanes;
        }
    }

    template<bool kL2>
    static FastScanRange make(const float* query, const float* centroids, std::size_t groups,
                              std::size_t dsub, float* tables, float* minima) noexcept {
        Float sum_low = V::zero(), sum_span = V::zero(), largest = V::zero();
        for (std::size_t g = 0; g < groups; ++g) {
            for (std::size_t part = 0; part < kFastScanLanes; part += V::kLanes) {
                Float low = V::zero(), high = V::zero();
                std::size_t j = 0;
                for (; j + kChunk <= dsub; j += kChunk)
                    add<kL2, kChunk>(query, part, j, dsub, centroids, tables, low, high);
                for (; j < dsub; ++j)
                    add<kL2, 1>(query, part, j, dsub, centroids, tables, low, high);
                V::store(minima + part, low);
                const Float span = V::sub(high, low);
                sum_low = V::add(sum_low, low);
                sum_span = V::add(sum_span, span);
                largest = V::max(largest, span);
            }
            query += kFastScanLanes * dsub;
            centroids += kCentroids * kFastScanLanes * dsub;
            tables += kCentroids * kFastScanLanes;
            minima += kFastScanLanes;
        }
        return {V::total(sum_low), V::total(sum_span), V::largest(largest)};
    }

    static void round(const float* tables, const float* minima, std::size_t groups, float factor,
                      std::uint8_t* bytes) noexcept {
        const Float scale = V::set(factor);
        for (std::size_t g = 0; g < groups; ++g) {
            for (std::size_t part = 0; part < kFastScanLanes; part += V::kLanes) {
                const Float low = V::load(minima + part);
                Int four[4];
#pragma GCC unroll 4
                for (std::size_t i = 0; i < 4; ++i) {
                    Int whole[4];
#pragma GCC unroll 4
                    for (std::size_t j = 0; j < 4; ++j) {
                        const Float entry = V::load(tables + (4 * i + j) * kFastScanLanes + part);
                        whole[j] = V::round(V::mul(V::sub(entry, low), scale));
                    }
                    four[i] = V::bytes(whole);
                }
                V::store_transposed(four, bytes + part / 4 * kCentroids);
            }
            tables += kCentroids * kFastScanLanes;
            minima += kFastScanLanes;
            bytes += kCentroids * kFastScanLanes;
        }
    }
};

} // namespace
} // namespace annscope::simd
