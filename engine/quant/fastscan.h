// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/topk.h"
#include "simd/fastscan.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

inline constexpr std::size_t kFastScanCentroids = 16; ///< of a 4-bit sub-quantiser

/// Where 4-bit codes of M sub-quantisers lie in blocks of 32 vectors, see simd::FastScanBlocks. Positions
/// count vectors through all blocks.
class FastScanLayout {
public:
    FastScanLayout() = default;
    explicit FastScanLayout(std::size_t M) noexcept : m_M(M) {}

    std::size_t M() const noexcept { return m_M; }
    std::size_t pairs() const noexcept { return (m_M + 1) / 2; }
    std::size_t code_size() const noexcept { return (m_M + 1) / 2; } ///< bytes of one code by itself
    std::size_t block_size() const noexcept { return pairs() * simd::kFastScanBlock; } ///< bytes
    /// Bytes of n codes: whole blocks.
    std::size_t bytes(std::size_t n) const noexcept {
        return (n + simd::kFastScanBlock - 1) / simd::kFastScanBlock * block_size();
    }
    /// Bytes of the tables that one query's probe points to.
    std::size_t table_bytes() const noexcept { return (pairs() + 1) / 2 * 4 * kFastScanCentroids; }

    /// code: code_size() bytes, sub-quantiser 2j in the low half of byte j. Two threads may not write into
    /// one block at once.
    void store(std::uint8_t* blocks, std::size_t position, const std::uint8_t* code) const noexcept;
    void fetch(const std::uint8_t* blocks, std::size_t position, std::uint8_t* code) const noexcept;

private:
    std::size_t m_M = 0;
};

/// A query's tables in bytes: distance = bias + scale * sum of entries, wrong by at most scale / 2 a
/// sub-quantiser. All tables share the scale, as large as lets 255 hold the widest table and 16 bits any sum.
struct FastScanTables {
    AlignedBuffer<std::uint8_t> bytes;
    float bias = 0, scale = 0;

    float distance(std::uint16_t sum) const noexcept { return bias + scale * static_cast<float>(sum); }
};

/// Centroids of M sub-quantisers in the order that makes tables fast.
class FastScanCodebook {
public:
    FastScanCodebook() = default;
    /// centroids: M x 16 x dsub, as Faiss lays them out.
    FastScanCodebook(std::span<const float> centroids, std::size_t M, std::size_t dsub);

    std::size_t M() const noexcept { return m_M; }
    std::size_t dim() const noexcept { return m_M * m_dsub; }
    std::uint64_t memory() const noexcept { return m_centroids.size() * sizeof(float); } ///< bytes

    /// Buffers of one search thread; anything may be in them.
    struct Scratch {
        AlignedBuffer<float> query, tables, minima;
    };
    /// Tables of squared distances, or of minus inner products, from the query's parts. query: dim() floats.
    /// Cost: 16 * dim multiply-adds.
    void l2_tables(const float* query, Scratch& scratch, FastScanTables& out) const;
    void ip_tables(const float* query, Scratch& scratch, FastScanTables& out) const;

private:
    using Kernel = decltype(simd::FastScanKernels::l2_tables);
    void make(Kernel kernel, const float* query, Scratch& scratch, FastScanTables& out) const;

    std::size_t m_M = 0, m_dsub = 0, m_groups = 0;
    AlignedBuffer<float> m_centroids; ///< [groups][16][dsub][16 lanes]
};

/// The k least of (sum, id), whatever the order in which they come: a heap for a small k; for a large one a
/// reservoir of twice the size, cut down to the k least whenever it is full.
class FastScanTopK {
public:
    void begin(std::size_t k);
    /// Only what is below or equal to this can still enter.
    std::uint32_t threshold() const noexcept { return m_threshold; }
    void push(std::uint16_t sum, std::uint32_t id) {
        const std::uint64_t key = std::uint64_t{sum} << 32 | id;
        if (key < m_bound)
            insert(key);
    }
    /// Writes what was found, ascending by (distance, id), the rest as no neighbour.
    void finish(const FastScanTables& tables, std::span<Neighbor> out);

private:
    void insert(std::uint64_t key);
    void cut();

    static constexpr std::size_t kHeapMax = 32;
    std::size_t m_k = 0, m_capacity = 0;
    std::uint64_t m_bound = 0; ///< keys from here on are of no use
    std::uint32_t m_threshold = 0;
    std::vector<std::uint64_t> m_keys;
};

} // namespace annscope
