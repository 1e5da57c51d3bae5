// SPDX-License-Identifier: Apache-2.0
#include "index/rabitq_codec.h"

#include "core/parallel.h"
#include "index/serialize.h"

#include <algorithm>
#include <cstring>

namespace annscope {

RabitqCodec::RabitqCodec(const CodecContext& context, unsigned bits)
    : m_quantizer(context.dim, bits, context.metric, context.seed), m_layout(m_quantizer.padded() / 4) {}

Status RabitqCodec::train(const VectorSet& rows, const CoarseQuantizer*, const Control& control) {
    // Their mean: near the mean of all centroids, and the one centroid of a flat file.
    constexpr std::size_t kSample = 1 << 15;
    const std::size_t d = m_quantizer.dim(), count = std::min(rows.size(), kSample);
    if (count == 0)
        return Error{ErrorCode::InvalidArgument, "RaBitQ needs at least 1 vector to learn their mean from."};
    control.begin("Averaging the sample", count);
    std::vector<double> sum(d);
    std::vector<float> row(d);
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 256 == 0 && control.cancel_requested())
            return cancelled();
        rows.copy_row(i * rows.size() / count, row.data());
        for (std::size_t j = 0; j < d; ++j)
            sum[j] += static_cast<double>(row[j]);
        control.advance();
    }
    for (std::size_t j = 0; j < d; ++j)
        row[j] = static_cast<float>(sum[j] / static_cast<double>(count));
    m_quantizer.set_centre(row);
    return {};
}

Status RabitqCodec::encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                           std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                           std::span<std::uint8_t> codes, const Control& control) const {
    return parallel_for(which.size(), 64, control, [&](std::size_t begin, std::size_t end, int) {
        RabitqQuantizer::Workspace work;
        std::vector<float> row(m_quantizer.dim()), scratch(m_quantizer.dim());
        for (std::size_t i = begin; i < end; ++i) {
            rows.copy_row(which[i], row.data());
            const float* centroid =
                coarse ? coarse->centroid(cells[i], scratch.data()) : m_quantizer.centre().data();
            m_quantizer.encode(row.data(), centroid, work, codes.data() + i * code_size());
        }
    });
}

void RabitqCodec::store(std::uint8_t* array, std::size_t n, std::size_t position,
                        const std::uint8_t* code) const noexcept {
    m_layout.store(array, position, code);
    const std::uint8_t* behind = code + m_quantizer.sign_bytes();
    float* block = reinterpret_cast<float*>(array + m_layout.bytes(n)) +
                   position / simd::kFastScanBlock * kBlockFactors + position % simd::kFastScanBlock;
    RabitqFactors factors;
    std::memcpy(&factors, behind, sizeof factors);
    block[0] = factors.add;
    block[simd::kFastScanBlock] = factors.scale;
    block[2 * simd::kFastScanBlock] = factors.error;
    std::memcpy(array + extras_at(n) + position * m_quantizer.extra_bytes(), behind + sizeof factors,
                m_quantizer.extra_bytes());
}

void RabitqCodec::fetch(const std::uint8_t* array, std::size_t n, std::size_t position,
                        std::uint8_t* code) const noexcept {
    m_layout.fetch(array, position, code);
    const float* block =
        factors(array, n) + position / simd::kFastScanBlock * kBlockFactors + position % simd::kFastScanBlock;
    const RabitqFactors own{block[0], block[simd::kFastScanBlock], block[2 * simd::kFastScanBlock]};
    std::memcpy(code + m_quantizer.sign_bytes(), &own, sizeof own);
    std::memcpy(code + m_quantizer.sign_bytes() + sizeof own, extra(array, n, position),
                m_quantizer.extra_bytes());
}

void RabitqCodec::decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                         float* out) const {
    std::vector<float> scratch(m_quantizer.dim());
    m_quantizer.decode(code, coarse ? coarse->centroid(cell, scratch.data()) : m_quantizer.centre().data(),
                       out);
}

std::vector<MemoryPart> RabitqCodec::memory(std::size_t n) const {
    const std::uint64_t padded = m_quantizer.padded(), rows = blocks_of(n) * simd::kFastScanBlock;
    const std::string wide = "ceil(d / 16) * 16", lines = "ceil(n / 32) * 32";
    std::vector<MemoryPart> parts{
        {"codes", rows * padded / 8, lines + " * " + wide + " / 8"},
        {"factors", rows * sizeof(RabitqFactors), lines + " * 12"},
        {"rotation", m_quantizer.rotation().bytes(), "4 * " + wide + " * 4"},
        {"centre", m_quantizer.dim() * sizeof(float), "d * 4"},
    };
    if (const std::uint64_t extra = m_quantizer.extra_bytes())
        parts.insert(parts.begin() + 1,
                     {"extra bits", n * extra,
                      "n * (" + wide + " * " + std::to_string(m_quantizer.extra_bits()) + " / 8 + 12)"});
    return parts;
}

Status RabitqCodec::save(ArchiveWriter& writer) const {
    return writer.array("centre", std::span<const float>(m_quantizer.centre()));
}

Status RabitqCodec::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(const AlignedBuffer<float> centre, reader.array<float>("centre", m_quantizer.dim()));
    m_quantizer.set_centre({centre.data(), centre.size()});
    return {};
}

} // namespace annscope
