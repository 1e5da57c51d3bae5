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

/// The k least of (sum, id) among what passes by, in whatever order: a reservoir that is cut down to the k
/// least when it is full, by counting sums, which is faster than a heap of any size.
class FastScanTopK {
public:
    /// So many at most may be added at once.
    static constexpr std::size_t kRun = 16 * simd::kFastScanBlock;

    /// Buffers that the queries of a thread share; anything may be in them.
    struct Scratch {
        std::vector<std::uint32_t> masks, ties;
        std::vector<std::uint64_t> keys, other_keys; ///< sum << 32 | id
    };
    void begin(std::size_t k, Scratch& scratch);
    /// Only sums below or equal to this can still be among the k least.
    std::uint32_t threshold() const noexcept { return m_threshold; }
    /// Nothing is ruled out yet.
    bool open() const noexcept { return m_threshold == kOpen; }
    /// Makes room for kRun more; the threshold may fall.
    void make_room() {
        if (m_size + kRun > m_sums.size())
            cut();
    }
    void push(std::uint16_t sum, std::uint32_t id) {
        m_sums[m_size] = sum;
        m_ids[m_size++] = id;
    }
    /// Many at once. ids: null where they are first_id and following.
    void push(std::span<const std::uint16_t> sums, const std::uint32_t* ids, std::uint32_t first_id);
    /// Writes what was found, ascending by (distance, id), the rest as no neighbour. out: k at least.
    void finish(const FastScanTables& tables, std::span<Neighbor> out);

private:
    static constexpr std::uint32_t kOpen = 65535;
    static constexpr std::size_t capacity(std::size_t k) noexcept {
        return (2 * k / simd::kFastScanBlock + 1) * simd::kFastScanBlock + 2 * kRun;
    }
    void cut();
    void sort_by_sum();
    std::uint32_t least_threshold(std::size_t blocks) const noexcept;

    std::size_t m_k = 0, m_size = 0;
    std::uint32_t m_threshold = kOpen;
    AlignedBuffer<std::uint16_t> m_sums;
    AlignedBuffer<std::uint32_t> m_ids;
    Scratch* m_scratch = nullptr;
};

/// Adds the sums of a run of blocks to the k least. from and to: the vectors of the run that count, from
/// within its first block, to within its last. ids: of the vectors from on, or null where they are first_id
/// and following. sums, masks: what the kernel wrote for best.threshold().
void add_sums(const std::uint16_t* sums, const std::uint32_t* masks, std::size_t from, std::size_t to,
              const std::uint32_t* ids, std::uint32_t first_id, FastScanTopK& best);

} // namespace annscope
