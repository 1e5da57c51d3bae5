// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/list_codec.h"
#include "quant/fastscan.h"

#include <array>
#include <vector>

namespace annscope {

/// One query's tables and what it found. Codes of residuals need tables for each list, whose sums cannot be
/// compared with those of another list: then distances are.
class QueryScan {
public:
    struct Setting {
        const FastScanCodebook* codebook = nullptr;
        bool l2 = true, residual = false;
        const CoarseQuantizer* coarse = nullptr;
        FastScanCodebook::Scratch* tables = nullptr; ///< shared by the queries of a thread, as the next
        FastScanTopK::Scratch* top = nullptr;
    };

    /// query: dim floats that live until finish.
    void begin(const Setting& setting, const float* query, std::size_t k);

    /// Must be called before the probes of a list are made. Cost: for residuals in L2 that of the tables.
    void enter(const ListRef& list);

    /// What the kernel needs for the next run of at most FastScanTopK::kRun codes.
    simd::FastScanProbe probe(std::uint16_t* sums, std::uint32_t* masks);

    /// Takes what the kernel found; from, to, ids, first_id: see add_sums.
    void take(const simd::FastScanProbe& probe, std::size_t from, std::size_t to, const std::uint32_t* ids,
              std::uint32_t first_id);
    /// Tells the trace of every code; before take.
    void tell(const simd::FastScanProbe& probe, std::size_t from, std::size_t to, const std::uint32_t* ids,
              std::uint32_t first_id, PathTrace& trace) const;

    void finish(std::span<Neighbor> out);

private:
    bool per_list() const noexcept { return m_setting.residual && m_setting.l2; }
    void make_tables(const float* query);
    float distance(std::uint16_t sum) const noexcept {
        return m_base + m_tables.scale * static_cast<float>(sum);
    }
    static Id id_of(std::size_t rank, const std::uint32_t* ids, std::uint32_t first_id) noexcept {
        return ids ? Id{ids[rank]} : Id{first_id} + static_cast<Id>(rank);
    }

    Setting m_setting;
    const float* m_query = nullptr;
    float m_base = 0; ///< the distance of a sum of zero
    FastScanTables m_tables;
    std::vector<float> m_centroid, m_difference;
    FastScanTopK m_sums;
    TopK m_distances{0};
};

/// Buffers of a search thread.
struct ScanScratch {
    std::vector<QueryScan> queries;
    std::vector<std::array<std::uint32_t, 2>> visits; ///< cell, query
    FastScanCodebook::Scratch tables;
    FastScanTopK::Scratch top;
    AlignedBuffer<std::uint16_t> sums{simd::kFastScanBatch * FastScanTopK::kRun};
    std::array<std::array<std::uint32_t, FastScanTopK::kRun / simd::kFastScanBlock>, simd::kFastScanBatch>
        masks;

    ScanScratch() : queries(1) {}
};

/// Up to kFastScanBatch queries, which entered the list, against it. codes: of all lists. trace: null, or
/// told every code.
void scan_list(const FastScanLayout& layout, const std::uint8_t* codes, const ListRef& list,
               std::span<QueryScan* const> queries, ScanScratch& scratch, PathTrace* trace);

} // namespace annscope
