// SPDX-License-Identifier: Apache-2.0
#include "simd/fastscan_tables.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace annscope::simd {
namespace {

constexpr std::size_t kCentroids = 16, kLanes = kFastScanLanes, kHalf = 16;
using Lanes = std::array<float, kLanes>;

void scan_block(const std::uint8_t* code, std::size_t pairs, const FastScanProbe& probe, std::size_t block) {
    std::array<std::uint16_t, kFastScanBlock> sums{};
    for (std::size_t s = 0; s < 2 * pairs; ++s) {
        const std::uint8_t* table = probe.tables + s * kCentroids;
        for (std::size_t i = 0; i < kHalf; ++i) {
            const std::size_t vector = i / 2 + i % 2 * 8, byte = code[s * kHalf + i];
            sums[vector] = static_cast<std::uint16_t>(sums[vector] + table[byte & 15u]);
            sums[vector + kHalf] = static_cast<std::uint16_t>(sums[vector + kHalf] + table[byte >> 4]);
        }
    }
    std::uint32_t mask = 0;
    for (std::size_t v = 0; v < kFastScanBlock; ++v)
        mask |= std::uint32_t{sums[v] <= probe.threshold} << v;
    std::copy(sums.begin(), sums.end(), probe.sums + block * kFastScanBlock);
    if (probe.masks)
        probe.masks[block] = mask;
}

void scan(const FastScanBlocks& blocks, const FastScanProbe* probes, std::size_t n_probes) noexcept {
    for (std::size_t b = 0; b < blocks.count; ++b)
        for (std::size_t p = 0; p < n_probes; ++p)
            scan_block(blocks.codes + b * blocks.pairs * kFastScanBlock, blocks.pairs, probes[p], b);
}

template<bool kL2>
void one_table(const float* query, const float* centroid, std::size_t dsub, float* out) noexcept {
    Lanes sum{};
    for (std::size_t j = 0; j < dsub; ++j)
        for (std::size_t l = 0; l < kLanes; ++l) {
            const float q = query[fastscan_lane(l) * dsub + j], c = centroid[j * kLanes + l];
            sum[l] += kL2 ? (q - c) * (q - c) : -q * c;
        }
    std::copy(sum.begin(), sum.end(), out);
}

template<bool kL2>
FastScanRange make_tables(const float* query, const float* centroids, std::size_t groups, std::size_t dsub,
                          float* tables, float* minima) noexcept {
    FastScanRange range;
    for (std::size_t g = 0; g < groups; ++g, query += kLanes * dsub, minima += kLanes) {
        Lanes low, high;
        for (std::size_t c = 0; c < kCentroids; ++c, centroids += kLanes * dsub, tables += kLanes) {
            one_table<kL2>(query, centroids, dsub, tables);
            for (std::size_t l = 0; l < kLanes; ++l) {
                low[l] = c == 0 ? tables[l] : std::min(low[l], tables[l]);
                high[l] = c == 0 ? tables[l] : std::max(high[l], tables[l]);
            }
        }
        for (std::size_t l = 0; l < kLanes; ++l) {
            minima[l] = low[l];
            range.sum_of_minima += low[l];
            range.sum_of_spans += high[l] - low[l];
            range.largest_span = std::max(range.largest_span, high[l] - low[l]);
        }
    }
    return range;
}

void round_tables(const float* tables, const float* minima, std::size_t groups, float factor,
                  std::uint8_t* bytes) noexcept {
    for (std::size_t g = 0; g < groups; ++g, minima += kLanes, bytes += kLanes * kCentroids)
        for (std::size_t c = 0; c < kCentroids; ++c, tables += kLanes)
            for (std::size_t l = 0; l < kLanes; ++l)
                bytes[fastscan_lane(l) * kCentroids + c] =
                    static_cast<std::uint8_t>(std::lrint((tables[l] - minima[l]) * factor));
}

std::size_t within(const std::uint16_t* sums, std::size_t blocks, std::uint32_t threshold,
                   std::uint32_t* masks) noexcept {
    std::size_t count = 0;
    for (std::size_t b = 0; b < blocks; ++b, sums += kFastScanBlock) {
        std::uint32_t mask = 0;
        for (std::size_t v = 0; v < kFastScanBlock; ++v)
            mask |= std::uint32_t{sums[v] <= threshold} << v;
        count += static_cast<std::size_t>(std::popcount(mask));
        if (masks)
            masks[b] = mask;
    }
    return count;
}

} // namespace

const FastScanKernels& fastscan_scalar() noexcept {
    static constexpr FastScanKernels kTable{scan, make_tables<true>, make_tables<false>, round_tables,
                                            within};
    return kTable;
}

} // namespace annscope::simd
