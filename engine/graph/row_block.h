// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/node_space.h"
#include "simd/pair_tiles.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// Copies of a few rows side by side, and the distances of all pairs among them: each row is fetched from
/// memory once for all its pairs. The distances are those of NodeSpace up to float32 rounding, and a pair's
/// is the same bits whatever else is in the block. Bytes stay bytes, all else is float32. One block a thread.
class RowBlock {
public:
    explicit RowBlock(const NodeSpace& space);

    /// Holds these rows from now on. Throws std::bad_alloc when the block has to grow.
    void gather(std::span<const std::uint32_t> ids);
    std::size_t size() const noexcept { return m_size; }
    /// Row `begin` and the next kRows - 1 against rows begin .. size() - 1. out(r)[c]: of rows begin + r and
    /// begin + c; valid until the next call. begin: a multiple of kRows.
    static constexpr std::size_t kRows = simd::PairTileKernels::kTile;
    void distances_from(std::size_t begin);
    const float* out(std::size_t r) const noexcept { return m_out.data() + r * m_padded; }

private:
    void copy_floats(std::size_t at, std::uint32_t id);
    void copy_bytes(std::size_t at, std::uint32_t id);
    void add_lifts(std::size_t begin);

    const NodeSpace& m_space;
    const simd::PairTileKernels& m_kernels;
    bool m_bytes;
    std::size_t m_stride;                 // elements of a row, zeros behind the values
    std::size_t m_size = 0, m_padded = 0; // rows; with those that fill the last tile
    AlignedBuffer<float> m_floats;
    AlignedBuffer<std::uint8_t> m_rows;
    std::vector<std::uint32_t> m_a_terms, m_b_terms;
    std::vector<float> m_lifts, m_out; // lifts: of bytes only; floats carry theirs as a value
};

} // namespace annscope
