// SPDX-License-Identifier: Apache-2.0
#include "index/fastscan_query.h"

#include <algorithm>
#include <cmath>

namespace annscope {

void QueryScan::begin(const Setting& setting, const float* query, std::size_t k) {
    m_setting = setting;
    m_query = query;
    if (setting.residual)
        m_distances = TopK(k);
    else
        m_sums.begin(k, *setting.top);
    if (!per_list())
        make_tables(query);
    m_base = m_tables.bias;
}

void QueryScan::enter(const ListRef& list) {
    if (!m_setting.residual)
        return;
    const std::size_t dim = m_setting.codebook->dim();
    m_centroid.resize(dim);
    const float* centroid = m_setting.coarse->centroid(list.list, m_centroid.data());
    if (m_setting.l2) {
        m_difference.resize(dim);
        for (std::size_t j = 0; j < dim; ++j)
            m_difference[j] = m_query[j] - centroid[j];
        make_tables(m_difference.data());
        m_base = m_tables.bias;
    } else {
        m_base = m_tables.bias - simd::kernels().f32.ip(m_query, centroid, dim);
    }
}

simd::FastScanProbe QueryScan::probe(std::uint16_t* sums, std::uint32_t* masks) {
    if (!m_setting.residual) {
        m_sums.make_room();
        return {m_tables.bytes.data(), m_sums.threshold(), sums, masks};
    }
    // Nothing whose distance rounds to the bound may be lost.
    const float bound = m_distances.bound();
    const float room = bound - m_base + (std::abs(bound) + std::abs(m_base)) * 0x1p-22F;
    std::uint32_t threshold = 65535;
    if (room < m_tables.scale * 65534)
        threshold = static_cast<std::uint32_t>(std::max(0.0F, room / m_tables.scale)) + 1;
    return {m_tables.bytes.data(), threshold, sums, masks};
}

void QueryScan::take(const simd::FastScanProbe& probe, std::size_t from, std::size_t to,
                     const std::uint32_t* ids, std::uint32_t first_id) {
    if (!m_setting.residual) {
        add_sums(probe.sums, probe.masks, from, to, ids, first_id, m_sums);
        return;
    }
    for (std::size_t i = from; i < to; ++i)
        if (probe.masks[i / simd::kFastScanBlock] >> i % simd::kFastScanBlock & 1)
            m_distances.push(distance(probe.sums[i]), id_of(i - from, ids, first_id));
}

void QueryScan::tell(const simd::FastScanProbe& probe, std::size_t from, std::size_t to,
                     const std::uint32_t* ids, std::uint32_t first_id, PathTrace& trace) const {
    for (std::size_t i = from; i < to; ++i)
        trace.consider(id_of(i - from, ids, first_id), distance(probe.sums[i]),
                       probe.sums[i] <= probe.threshold);
}

void QueryScan::finish(std::span<Neighbor> out) {
    if (m_setting.residual)
        m_distances.drain(out);
    else
        m_sums.finish(m_tables, out);
}

void QueryScan::make_tables(const float* query) {
    if (m_setting.l2)
        m_setting.codebook->l2_tables(query, *m_setting.tables, m_tables);
    else
        m_setting.codebook->ip_tables(query, *m_setting.tables, m_tables);
}

void scan_list(const FastScanLayout& layout, const std::uint8_t* codes, const ListRef& list,
               std::span<QueryScan* const> queries, ScanScratch& scratch, PathTrace* trace) {
    constexpr std::size_t kBlock = simd::kFastScanBlock;
    std::array<simd::FastScanProbe, simd::kFastScanBatch> probes;
    const std::size_t end = list.first + list.count;
    for (std::size_t at = list.first; at < end;) {
        const std::size_t start = at / kBlock * kBlock, stop = std::min(start + FastScanTopK::kRun, end);
        for (std::size_t q = 0; q < queries.size(); ++q)
            probes[q] =
                queries[q]->probe(scratch.sums.data() + q * FastScanTopK::kRun, scratch.masks[q].data());
        const simd::FastScanBlocks blocks{codes + start / kBlock * layout.block_size(),
                                          (stop - start + kBlock - 1) / kBlock, layout.pairs()};
        simd::fastscan_kernels().scan(blocks, probes.data(), queries.size());
        const std::uint32_t* ids = list.ids ? list.ids + (at - list.first) : nullptr;
        for (std::size_t q = 0; q < queries.size(); ++q) {
            if (trace)
                queries[q]->tell(probes[q], at - start, stop - start, ids, static_cast<std::uint32_t>(at),
                                 *trace);
            queries[q]->take(probes[q], at - start, stop - start, ids, static_cast<std::uint32_t>(at));
        }
        at = stop;
    }
}

} // namespace annscope
