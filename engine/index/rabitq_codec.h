// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/scratch_pool.h"
#include "index/list_codec.h"
#include "index/rabitq_scan.h"
#include "quant/fastscan.h"
#include "quant/rabitq.h"

namespace annscope {

inline constexpr ParamInfo kEpsilonParam{
    "epsilon",
    0,
    10,
    double{kRabitqEpsilon},
    false,
    false,
    "Standard errors that the bound of an estimate spans: what it rules out is "
    "neither scored with all bits nor "
    "ranked again. More: fewer neighbours lost, slower.",
    false};

/// RaBitQ codes. The array: the signs of all in blocks of 32 (groups of 4 dimensions are the sub-quantisers
/// of FastScan), then for each block the factors of its vectors (32 add, 32 scale, 32 error), then, with more
/// than 1 bit, the rest of each code by itself.
class RabitqCodec final : public ListCodec {
public:
    RabitqCodec(const CodecContext& context, unsigned bits);

    Status train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) override;
    bool trained() const noexcept override { return !m_quantizer.centre().empty(); }
    std::size_t code_size() const noexcept override { return m_quantizer.code_size(); }
    std::size_t array_bytes(std::size_t n) const noexcept override {
        return extras_at(n) + n * m_quantizer.extra_bytes();
    }
    std::size_t block() const noexcept override { return simd::kFastScanBlock; }
    Status encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                  std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                  std::span<std::uint8_t> codes, const Control& control) const override;
    void store(std::uint8_t* array, std::size_t n, std::size_t position,
               const std::uint8_t* code) const noexcept override;
    void fetch(const std::uint8_t* array, std::size_t n, std::size_t position,
               std::uint8_t* code) const noexcept override;
    void decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                float* out) const override;
    std::unique_ptr<ListScanner> scanner(const ScanSource& source, PathTrace* trace) const override;
    void scan_block(const ScanSource& source, const CodeLists& lists, VectorView queries,
                    const Visits& visits, std::size_t k, std::span<Neighbor> out) const override;
    std::size_t block_queries() const noexcept override { return m_quantizer.bits() > 1 ? 16 : 512; }
    std::vector<MemoryPart> memory(std::size_t n) const override;
    std::span<const ParamInfo> search_params() const noexcept override { return {&kEpsilonParam, 1}; }
    Status save(ArchiveWriter& writer) const override;
    Status load(ArchiveReader& reader) override;

    const RabitqQuantizer& quantizer() const noexcept { return m_quantizer; }
    const FastScanLayout& layout() const noexcept { return m_layout; }
    ScratchPool<RabitqScratch>& pool() const noexcept { return m_pool; }
    /// Floats of a block's factors.
    static constexpr std::size_t kBlockFactors = 3 * simd::kFastScanBlock;
    const float* factors(const std::uint8_t* array, std::size_t n) const noexcept {
        return reinterpret_cast<const float*>(array + m_layout.bytes(n));
    }
    const std::uint8_t* extra(const std::uint8_t* array, std::size_t n, std::size_t position) const noexcept {
        return array + extras_at(n) + position * m_quantizer.extra_bytes();
    }

private:
    static std::size_t blocks_of(std::size_t n) noexcept {
        return (n + simd::kFastScanBlock - 1) / simd::kFastScanBlock;
    }
    std::size_t extras_at(std::size_t n) const noexcept {
        return m_layout.bytes(n) + blocks_of(n) * kBlockFactors * sizeof(float);
    }

    RabitqQuantizer m_quantizer;
    FastScanLayout m_layout;
    mutable ScratchPool<RabitqScratch> m_pool;
};

} // namespace annscope
