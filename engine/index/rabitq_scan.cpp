// SPDX-License-Identifier: Apache-2.0
#include "index/rabitq_scan.h"

#include "index/code_lists.h"
#include "index/rabitq_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace annscope {
namespace {

constexpr std::size_t kBlock = simd::kFastScanBlock;

/// Up to kFastScanBatch queries, which have entered the list, against it.
void scan_list(const RabitqCodec& codec, const std::uint8_t* codes, const ListRef& list,
               std::span<RabitqScan* const> queries, RabitqScratch& scratch, PathTrace* trace) {
    constexpr std::size_t kChunk = RabitqScratch::kChunk;
    const FastScanLayout& layout = codec.layout();
    std::array<simd::FastScanProbe, simd::kFastScanBatch> probes;
    for (std::size_t q = 0; q < queries.size(); ++q)
        probes[q] = {queries[q]->tables(), 0, scratch.sums.data() + q * kChunk * kBlock, nullptr};
    const std::size_t last = list.first + list.count, blocks = (last + kBlock - 1) / kBlock;
    for (std::size_t begin = list.first / kBlock; begin < blocks; begin += kChunk) {
        const std::size_t count = std::min(kChunk, blocks - begin);
        simd::fastscan_kernels().scan({codes + begin * layout.block_size(), count, layout.pairs()},
                                      probes.data(), queries.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = (begin + i) * kBlock;
            std::uint32_t valid = ~std::uint32_t{0};
            if (at < list.first)
                valid <<= list.first - at;
            if (at + kBlock > last)
                valid &= ~std::uint32_t{0} >> (at + kBlock - last);
            for (std::size_t q = 0; q < queries.size(); ++q)
                queries[q]->take(begin + i, valid, probes[q].sums + i * kBlock, trace);
        }
    }
}

class RabitqScanner final : public ListScanner {
public:
    RabitqScanner(const RabitqCodec& codec, const ScanSource& source, PathTrace* trace)
        : m_codec(codec), m_source(source), m_trace(trace), m_scratch(codec.pool().take()) {}

    void begin(const float* query, std::size_t k) override {
        m_scratch->queries.front().begin(m_codec, m_source, query, k);
    }
    void scan(const ListRef& list) override {
        if (list.count == 0)
            return;
        RabitqScan* query = &m_scratch->queries.front();
        query->enter(list);
        scan_list(m_codec, m_source.codes, list, {&query, 1}, *m_scratch, m_trace);
    }
    void finish(std::span<Neighbor> out) override { m_scratch->queries.front().finish(out); }

private:
    const RabitqCodec& m_codec;
    ScanSource m_source;
    PathTrace* m_trace;
    ScratchPool<RabitqScratch>::Loan m_scratch;
};

} // namespace

void RabitqScan::begin(const RabitqCodec& codec, const ScanSource& source, const float* query,
                       std::size_t k) {
    m_codec = &codec;
    m_source = source;
    m_raw = query;
    m_epsilon = static_cast<float>(value_or_default(*source.params, kEpsilonParam));
    m_query.prepare(codec.quantizer(), query);
    // A refinement asks for k_factor times what it will keep, or for everything.
    const double factor = source.params->get("k_factor", 1);
    const bool several = codec.quantizer().bits() > 1;
    m_refined = factor > 1 && k < source.size;
    m_by_estimate = !m_refined && !several;
    k = std::min(k, source.size);
    m_best.begin(k, m_refined ? static_cast<std::size_t>(std::ceil(static_cast<double>(k) / factor)) : k,
                 several);
}

void RabitqScan::enter(const ListRef& list) {
    m_list = list;
    const RabitqQuantizer& quantizer = m_codec->quantizer();
    const auto& kernels = simd::kernels().f32;
    const std::size_t d = quantizer.dim();
    const bool l2 = quantizer.metric() == Metric::L2;
    m_centroid.resize(d);
    const float* centroid = quantizer.centre().data();
    if (m_source.coarse && !l2)
        centroid = m_source.coarse->centroid(list.list, m_centroid.data());
    const float squared = m_source.coarse && l2 ? list.distance : kernels.l2(m_raw, centroid, d);
    m_block.offset = m_source.coarse ? list.distance : l2 ? squared : -kernels.ip(m_raw, centroid, d);
    m_block.step = m_query.step();
    m_block.lowest = m_query.lowest();
    m_block.reach = m_epsilon * std::sqrt(std::max(squared, 0.F));
    m_block.table_error = m_epsilon * m_query.table_error();
    if (m_by_estimate)
        m_block.reach = m_block.table_error = 0;
}

void RabitqScan::take(std::size_t block, std::uint32_t valid, const std::uint16_t* sums, PathTrace* trace) {
    alignas(64) std::array<float, kBlock> estimates;
    m_block.sums = sums;
    m_block.factors = m_codec->factors(m_source.codes, m_source.size) + block * RabitqCodec::kBlockFactors;
    const std::uint32_t left =
        valid & simd::rabitq_kernels().estimate(m_block, m_best.limit(), estimates.data());
    const bool several = m_codec->quantizer().bits() > 1;
    const float *scales = m_block.factors + kBlock, *errors = scales + kBlock;
    for (std::uint32_t rest = trace ? valid : left; rest != 0; rest &= rest - 1) {
        const auto lane = static_cast<std::size_t>(std::countr_zero(rest));
        const std::size_t position = block * kBlock + lane;
        const std::uint32_t id =
            m_list.ids ? m_list.ids[position - m_list.first] : static_cast<std::uint32_t>(position);
        float estimate = estimates[lane];
        float reach = m_block.reach * errors[lane] - m_block.table_error * scales[lane];
        bool kept = false;
        if (left >> lane & 1 && estimate - reach <= m_best.limit()) {
            if (several)
                estimate = whole(position, reach);
            kept = m_best.push(estimate, reach, id);
        }
        if (trace)
            trace->consider(Id{id}, estimate, kept);
    }
}

float RabitqScan::whole(std::size_t position, float& reach) {
    const std::uint8_t* extra = m_codec->extra(m_source.codes, m_source.size, position);
    RabitqFactors factors;
    std::memcpy(&factors, extra, sizeof factors);
    m_signs.resize(m_codec->quantizer().sign_bytes());
    m_codec->layout().fetch(m_source.codes, position, m_signs.data());
    const float product = m_query.product(m_query.sign_product(m_signs.data()), extra + sizeof factors);
    reach = m_refined ? m_block.reach * factors.error : 0;
    return m_block.offset + factors.add + factors.scale * product;
}

std::unique_ptr<ListScanner> RabitqCodec::scanner(const ScanSource& source, PathTrace* trace) const {
    return std::make_unique<RabitqScanner>(*this, source, trace);
}

/// List by list: the queries that visit one share the reading of its codes. Which codes get all their bits
/// looked at depends on what was found before, so that more than 1 bit goes query by query.
void RabitqCodec::scan_block(const ScanSource& source, const CodeLists& lists, VectorView queries,
                             const Visits& lists_of, std::size_t k, std::span<Neighbor> out) const {
    if (m_quantizer.bits() > 1)
        return ListCodec::scan_block(source, lists, queries, lists_of, k, out);
    const auto scratch = m_pool.take();
    const std::size_t rows = queries.rows();
    if (scratch->queries.size() < rows)
        scratch->queries.resize(rows);
    for (std::size_t q = 0; q < rows; ++q)
        scratch->queries[q].begin(*this, source, queries.row(q), k);
    auto& visits = scratch->visits;
    visits.clear();
    for (std::uint32_t q = 0; q < rows; ++q) {
        const std::span<const Neighbor> own = lists_of.lists(q);
        for (std::uint32_t i = 0; i < own.size(); ++i)
            if (own[i].id != kNoId)
                visits.push_back({i == 0 ? 0u : 1u, static_cast<std::uint32_t>(own[i].id), q, i});
    }
    std::ranges::sort(visits); // every query's nearest list first: that makes its limit tight
    for (std::size_t i = 0; i < visits.size() && !source.stop.stop_requested();) {
        const std::size_t cell = visits[i][1];
        std::array<RabitqScan*, simd::kFastScanBatch> together{};
        std::size_t count = 0;
        for (; i < visits.size() && visits[i][1] == cell && count < together.size(); ++i) {
            const auto [later, list, query, rank] = visits[i];
            together[count] = &scratch->queries[query];
            together[count++]->enter(lists.list(list, lists_of.lists(query)[rank].distance));
        }
        if (const ListRef list = lists.list(cell, 0); list.count > 0)
            scan_list(*this, source.codes, list, {together.data(), count}, *scratch, nullptr);
    }
    for (std::size_t q = 0; q < rows; ++q)
        scratch->queries[q].finish(out.subspan(q * k, k));
}

} // namespace annscope
