// SPDX-License-Identifier: Apache-2.0
#include "index/bounded_candidates.h"
#include "index/rabitq_codec.h"
#include "simd/rabitq.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kBlock = simd::kFastScanBlock;
constexpr std::size_t kChunk = 16; ///< blocks whose sums wait at once

class RabitqScanner final : public ListScanner {
public:
    RabitqScanner(const RabitqCodec& codec, const ScanSource& source, PathTrace* trace)
        : m_codec(codec), m_quantizer(codec.quantizer()), m_source(source), m_trace(trace),
          m_epsilon(static_cast<float>(value_or_default(*source.params, kEpsilonParam))),
          m_centroid(m_quantizer.dim()), m_signs(m_quantizer.sign_bytes()) {}

    void begin(const float* query, std::size_t k) override {
        m_raw = query;
        m_query.prepare(m_quantizer, query);
        // A refinement asks for k_factor times what it will keep.
        const double factor = m_source.params->get("k_factor", 1);
        m_refined = factor > 1;
        m_best.begin(k, m_refined ? static_cast<std::size_t>(std::ceil(static_cast<double>(k) / factor)) : k);
    }
    void scan(const ListRef& list) override;
    void finish(std::span<Neighbor> out) override { m_best.finish(out); }

private:
    struct Run {
        const ListRef& list;
        simd::RabitqBlock block; ///< what all blocks of the run share
    };
    simd::RabitqBlock shared_of(const ListRef& list);
    void take(const Run& run, std::size_t block, std::uint32_t valid, const std::uint16_t* sums);
    /// The estimate by all bits; reach becomes its own.
    float whole(const Run& run, std::size_t position, float& reach);

    const RabitqCodec& m_codec;
    const RabitqQuantizer& m_quantizer;
    ScanSource m_source;
    PathTrace* m_trace;
    float m_epsilon;
    bool m_refined = false;
    const float* m_raw = nullptr;
    RabitqQuery m_query;
    BoundedCandidates m_best;
    std::vector<float> m_centroid;
    std::vector<std::uint8_t> m_signs;
};

simd::RabitqBlock RabitqScanner::shared_of(const ListRef& list) {
    const std::size_t d = m_quantizer.dim();
    const auto& kernels = simd::kernels().f32;
    simd::RabitqBlock block;
    block.step = m_query.step();
    block.lowest = m_query.lowest();
    block.table_error = m_epsilon * m_query.table_error();
    const bool l2 = m_quantizer.metric() == Metric::L2;
    const float* centroid = m_quantizer.centre().data();
    block.offset = list.distance;
    if (m_source.coarse && !l2)
        centroid = m_source.coarse->centroid(list.cell, m_centroid.data());
    float squared = list.distance;
    if (!m_source.coarse || !l2)
        squared = kernels.l2(m_raw, centroid, d);
    if (!m_source.coarse)
        block.offset = l2 ? squared : -kernels.ip(m_raw, centroid, d);
    block.reach = m_epsilon * std::sqrt(std::max(squared, 0.f));
    return block;
}

void RabitqScanner::scan(const ListRef& list) {
    if (list.count == 0)
        return;
    Run run{list, shared_of(list)};
    alignas(64) std::array<std::uint16_t, kChunk * kBlock> sums;
    const FastScanLayout& layout = m_codec.layout();
    const std::size_t last = list.first + list.count, blocks = (last + kBlock - 1) / kBlock;
    for (std::size_t begin = list.first / kBlock; begin < blocks; begin += kChunk) {
        const std::size_t count = std::min(kChunk, blocks - begin);
        const simd::FastScanProbe probe{m_query.tables(), 0, sums.data(), nullptr};
        simd::fastscan_kernels().scan({m_source.codes + begin * layout.block_size(), count, layout.pairs()},
                                      &probe, 1);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = (begin + i) * kBlock;
            std::uint32_t valid = ~std::uint32_t{0};
            if (at < list.first)
                valid <<= list.first - at;
            if (at + kBlock > last)
                valid &= ~std::uint32_t{0} >> (at + kBlock - last);
            take(run, begin + i, valid, sums.data() + i * kBlock);
        }
    }
}

void RabitqScanner::take(const Run& run, std::size_t block, std::uint32_t valid, const std::uint16_t* sums) {
    alignas(64) std::array<float, kBlock> estimates;
    simd::RabitqBlock one = run.block;
    one.sums = sums;
    one.factors = m_codec.factors(m_source.codes, m_source.size) + block * RabitqCodec::kBlockFactors;
    const bool several = m_quantizer.bits() > 1;
    if (!several && !m_refined) // ranked by the estimate itself
        one.reach = one.table_error = 0;
    std::uint32_t left = valid & simd::rabitq_kernels().estimate(one, m_best.limit(), estimates.data());
    const std::uint32_t told = m_trace ? valid : left;
    const float *scales = one.factors + kBlock, *errors = scales + kBlock;
    for (std::uint32_t rest = told; rest != 0; rest &= rest - 1) {
        const auto lane = static_cast<std::size_t>(std::countr_zero(rest));
        const std::size_t position = block * kBlock + lane;
        const std::uint32_t id =
            run.list.ids ? run.list.ids[position - run.list.first] : static_cast<std::uint32_t>(position);
        float estimate = estimates[lane], reach = one.reach * errors[lane] - one.table_error * scales[lane];
        bool kept = false;
        if (left >> lane & 1 && estimate - reach <= m_best.limit()) {
            if (several)
                estimate = whole(run, position, reach);
            kept = m_best.push(estimate, reach, id);
        }
        if (m_trace)
            m_trace->consider(Id{id}, estimate, kept);
    }
}

float RabitqScanner::whole(const Run& run, std::size_t position, float& reach) {
    const std::uint8_t* extra = m_codec.extra(m_source.codes, m_source.size, position);
    RabitqFactors factors;
    std::memcpy(&factors, extra, sizeof factors);
    m_codec.layout().fetch(m_source.codes, position, m_signs.data());
    const float product = m_query.product(m_query.sign_product(m_signs.data()), extra + sizeof factors);
    reach = run.block.reach * factors.error;
    return run.block.offset + factors.add + factors.scale * product;
}

} // namespace

std::unique_ptr<ListScanner> rabitq_scanner(const RabitqCodec& codec, const ScanSource& source,
                                            PathTrace* trace) {
    return std::make_unique<RabitqScanner>(codec, source, trace);
}

} // namespace annscope
