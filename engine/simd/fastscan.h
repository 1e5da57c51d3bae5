// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace annscope::simd {

/// Codes lie in blocks of this many vectors.
inline constexpr std::size_t kFastScanBlock = 32;
/// So many queries at most share one pass over the blocks.
inline constexpr std::size_t kFastScanBatch = 4;
/// Sub-quantisers lie side by side in this many lanes of the float tables.
inline constexpr std::size_t kFastScanLanes = 16;

/// Blocks one behind the other. A block is `pairs` times 32 bytes, one per pair (2j, 2j + 1) of 4-bit
/// sub-quantisers: byte i < 16 has 2j's code of vector perm[i] in its low half and of vector perm[i] + 16 in
/// its high half, perm = 0 8 1 9 2 10 ... 7 15; bytes 16 to 31 have those of 2j + 1. This is the layout of
/// Faiss. Nothing beyond the last block is read.
struct FastScanBlocks {
    const std::uint8_t* codes = nullptr;
    std::size_t count = 0, pairs = 0;
};

/// What one query asks of the blocks and gets. tables: 4 * ceil(pairs / 2) tables of 16 bytes, those behind
/// the last sub-quantiser zero; the largest entries of all tables must add up to at most 65,535. sums: 32 per
/// block, in the order of the vectors. masks: one per block, or null; bit v tells that sums[v] <= threshold.
struct FastScanProbe {
    const std::uint8_t* tables = nullptr;
    std::uint32_t threshold = 0;
    std::uint16_t* sums = nullptr;
    std::uint32_t* masks = nullptr;
};

/// What the quantisation of tables needs to know of them, summed or maximal over the sub-quantisers.
struct FastScanRange {
    float sum_of_minima = 0, sum_of_spans = 0, largest_span = 0;
};

/// 4-bit product codes scored by tables that lie in registers (Andre, Kermarrec, Le Scouarnec: Cache locality
/// is not enough, VLDB 2015; Quicker ADC, TPAMI 2021).
struct FastScanKernels {
    /// Sums of table entries, for n_probes <= kFastScanBatch queries at once. Exact, so the same whatever the
    /// ISA and however many queries go together. Cost: pairs * count steps of 32 bytes.
    void (*scan)(const FastScanBlocks& blocks, const FastScanProbe* probes, std::size_t n_probes) noexcept;

    /// Float tables of one query: squared distances, or minus inner products, of its parts to the 16
    /// centroids of each sub-quantiser. Lane l of group g is sub-quantiser s = 16 g + fastscan_lane(l).
    /// query: 16 * groups * dsub floats, zero behind its end. centroids and tables: [groups][16 centroids]
    /// [dsub][16 lanes] and [groups][16 centroids][16 lanes]. minima: [groups][16 lanes], each table's
    /// least. 64-byte aligned but for query.
    FastScanRange (*l2_tables)(const float* query, const float* centroids, std::size_t groups,
                               std::size_t dsub, float* tables, float* minima) noexcept;
    FastScanRange (*ip_tables)(const float* query, const float* centroids, std::size_t groups,
                               std::size_t dsub, float* tables, float* minima) noexcept;
    /// bytes[s][c] = round((table entry - minimum) * factor), 16 bytes for each of the 16 * groups
    /// sub-quantisers in their order. factor >= 0 such that nothing exceeds 255.
    void (*round_tables)(const float* tables, const float* minima, std::size_t groups, float factor,
                         std::uint8_t* bytes) noexcept;

    /// How many of 32 * blocks sums are <= threshold; masks, one per 32 or null, tell which. sums: 64-byte
    /// aligned.
    std::size_t (*within)(const std::uint16_t* sums, std::size_t blocks, std::uint32_t threshold,
                          std::uint32_t* masks) noexcept;
};

/// The place of lane l's sub-quantiser in its group: the order that needs the fewest shuffles, 0 4 8 12 1 5
/// ...; its own inverse.
constexpr std::size_t fastscan_lane(std::size_t l) noexcept {
    return l % 4 * 4 + l / 4;
}

const FastScanKernels& fastscan_kernels() noexcept; ///< for the ISA of kernels()
const FastScanKernels& fastscan_kernels(Isa isa) noexcept;

} // namespace annscope::simd
