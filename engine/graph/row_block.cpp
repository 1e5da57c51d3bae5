// SPDX-License-Identifier: Apache-2.0
#include "graph/row_block.h"

#include <algorithm>

namespace annscope {
namespace {

constexpr std::size_t kLine = 64;

bool holds_bytes(const NodeSpace& space) noexcept {
    return space.vectors().type() == ElementType::U8 || space.vectors().type() == ElementType::I8;
}

} // namespace

RowBlock::RowBlock(const NodeSpace& space)
    : m_space(space), m_kernels(simd::pair_tile_kernels()), m_bytes(holds_bytes(space)) {
    const std::size_t line = m_bytes ? kLine : kLine / sizeof(float);
    const std::size_t values = space.vectors().dim() + (!m_bytes && !space.lifts().empty() ? 1 : 0);
    m_stride = (values + line - 1) / line * line;
}

void RowBlock::gather(std::span<const std::uint32_t> ids) {
    m_size = ids.size();
    m_padded = (m_size + kRows - 1) / kRows * kRows;
    if (m_out.size() < kRows * m_padded)
        m_out.resize(kRows * m_padded);
    if (std::max(m_floats.size(), m_rows.size()) < m_padded * m_stride) {
        if (m_bytes)
            m_rows = AlignedBuffer<std::uint8_t>(m_padded * m_stride);
        else
            m_floats = AlignedBuffer<float>(m_padded * m_stride);
        m_a_terms.resize(m_padded);
        m_b_terms.resize(m_padded);
        m_lifts.resize(m_padded);
    }
    const VectorSet& vectors = m_space.vectors();
    constexpr std::size_t kAhead = 4;
    const std::size_t bytes = vectors.dim() * element_size(vectors.type());
    for (std::size_t i = 0; i < m_size; ++i) {
        if (i + kAhead < m_size) {
            const auto* next = static_cast<const char*>(vectors.row(ids[i + kAhead]));
            for (std::size_t at = 0; at < std::min(bytes, 16 * kLine); at += kLine)
                __builtin_prefetch(next + at);
        }
        m_bytes ? copy_bytes(i, ids[i]) : copy_floats(i, ids[i]);
    }
}

void RowBlock::copy_floats(std::size_t at, std::uint32_t id) {
    float* row = m_floats.data() + at * m_stride;
    const std::size_t dim = m_space.vectors().dim();
    m_space.vectors().copy_row(id, row);
    if (!m_space.lifts().empty())
        row[dim] = m_space.lifts()[id];
}

void RowBlock::copy_bytes(std::size_t at, std::uint32_t id) {
    std::uint8_t* row = m_rows.data() + at * m_stride;
    const VectorSet& vectors = m_space.vectors();
    const auto* from = static_cast<const std::uint8_t*>(vectors.row(id));
    if (vectors.type() == ElementType::U8)
        std::copy_n(from, vectors.dim(), row);
    else // -128..127 moved to 0..255: the same differences
        std::transform(from, from + vectors.dim(), row,
                       [](std::uint8_t v) { return static_cast<std::uint8_t>(v ^ 0x80); });
    m_kernels.terms_u8(row, m_stride, &m_a_terms[at], &m_b_terms[at]);
    if (!m_space.lifts().empty())
        m_lifts[at] = m_space.lifts()[id];
}

void RowBlock::distances_from(std::size_t begin) {
    const std::size_t count = m_padded - begin;
    if (!m_bytes) {
        const float* rows = m_floats.data() + begin * m_stride;
        m_kernels.l2_f32(rows, kRows, rows, count, m_stride, m_out.data(), m_padded);
        return;
    }
    const std::uint8_t* rows = m_rows.data() + begin * m_stride;
    m_kernels.l2_u8(rows, m_a_terms.data() + begin, kRows, rows, m_b_terms.data() + begin, count, m_stride,
                    m_out.data(), m_padded);
    if (!m_space.lifts().empty())
        add_lifts(begin);
}

void RowBlock::add_lifts(std::size_t begin) {
    for (std::size_t r = 0; r < kRows; ++r) {
        float* row = m_out.data() + r * m_padded;
        for (std::size_t c = 0; c < m_padded - begin; ++c) {
            const float difference = m_lifts[begin + r] - m_lifts[begin + c];
            row[c] += difference * difference;
        }
    }
}

} // namespace annscope
