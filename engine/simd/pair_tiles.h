// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

namespace annscope::simd {

/// Squared L2 of all pairs of two small sets of rows that lie in the cache. Rows are stride elements apart, a
/// multiple of 64 bytes with zeros behind the values; each set has a multiple of kTile rows (what the added
/// ones hold does not matter). out[i * out_stride + j]: of rows i and j; a pair's value is the same bits in
/// any place and either way round.
struct PairTileKernels {
    static constexpr std::size_t kTile = 4;

    void (*l2_f32)(const float* a, std::size_t m, const float* b, std::size_t n, std::size_t stride,
                   float* out, std::size_t out_stride) noexcept;
    /// Exact for up to 65,536 values a row. a_terms and b_terms: as terms_u8 gave them.
    void (*l2_u8)(const std::uint8_t* a, const std::uint32_t* a_terms, std::size_t m, const std::uint8_t* b,
                  const std::uint32_t* b_terms, std::size_t n, std::size_t stride, float* out,
                  std::size_t out_stride) noexcept;
    /// What of a pair's distance depends on one row only, for either side, modulo 2^32.
    void (*terms_u8)(const std::uint8_t* row, std::size_t stride, std::uint32_t* a_term,
                     std::uint32_t* b_term) noexcept;
};

const PairTileKernels& pair_tile_kernels(Isa isa) noexcept; ///< isa must be supported()
const PairTileKernels& pair_tile_kernels() noexcept;        ///< of kernels().isa

// Each is defined in the file of its ISA.
const PairTileKernels& pair_tile_kernels_scalar() noexcept;
const PairTileKernels& pair_tile_kernels_avx2() noexcept;
const PairTileKernels& pair_tile_kernels_avx512() noexcept;

} // namespace annscope::simd
