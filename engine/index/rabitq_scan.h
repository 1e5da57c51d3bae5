// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "index/bounded_candidates.h"
#include "index/list_codec.h"
#include "quant/rabitq.h"
#include "simd/fastscan.h"
#include "simd/rabitq.h"

#include <array>
#include <cstdint>
#include <vector>

namespace annscope {

class RabitqCodec;

/// One query's way through RaBitQ codes: signs in blocks, then the whole codes of what their bound leaves
/// over.
class RabitqScan {
public:
    void begin(const RabitqCodec& codec, const ScanSource& source, const float* query, std::size_t k);
    /// Must be called before blocks of a list are taken.
    void enter(const ListRef& list);
    const std::uint8_t* tables() const noexcept { return m_query.tables(); }
    /// sums: of the block's 32 codes; valid: those that belong to the list. trace: null, or told of all valid
    /// ones.
    void take(std::size_t block, std::uint32_t valid, const std::uint16_t* sums, PathTrace* trace);
    void finish(std::span<Neighbor> out) { m_best.finish(out); }

private:
    /// The estimate by all bits; reach becomes its own.
    float whole(std::size_t position, float& reach);

    const RabitqCodec* m_codec = nullptr;
    ScanSource m_source;
    const float* m_raw = nullptr;
    float m_epsilon = 0;
    bool m_refined = false;    ///< what is found will be ranked again, by a refinement
    bool m_by_estimate = true; ///< ranked by the signs' estimate alone, so that bounds do not matter
    ListRef m_list;
    simd::RabitqBlock m_block; ///< what all blocks of the list share
    RabitqQuery m_query;
    BoundedCandidates m_best;
    std::vector<float> m_centroid;
    std::vector<std::uint8_t> m_signs;
};

/// Buffers of a search thread.
struct RabitqScratch {
    static constexpr std::size_t kChunk = 16; ///< blocks whose sums wait at once

    RabitqScratch() : queries(1) {}

    std::vector<RabitqScan> queries;
    std::vector<std::array<std::uint32_t, 4>> visits; ///< round, list, query, rank in its lists
    AlignedBuffer<std::uint16_t> sums{simd::kFastScanBatch * kChunk * simd::kFastScanBlock};
};

} // namespace annscope
