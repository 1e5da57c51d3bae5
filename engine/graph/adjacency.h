// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <span>

namespace annscope {

inline constexpr std::uint32_t kNoNode = 0xffffffffu;

/// Rows of out-neighbours as a search reads them: row i starts at data + i * stride and ends at the first
/// kNoNode, or after stride entries.
struct GraphRows {
    const std::uint32_t* data = nullptr;
    std::size_t stride = 0;

    const std::uint32_t* row(std::size_t node) const noexcept { return data + node * stride; }
    std::size_t degree(std::size_t node) const noexcept {
        return static_cast<std::size_t>(std::find(row(node), row(node) + stride, kNoNode) - row(node));
    }
};

/// Out-neighbours of every node at a fixed stride: a row's address needs no look-up, and each row starts at a
/// cache line. Size: n * stride * 4 bytes, stride being the largest degree rounded up to 16 entries.
class Adjacency {
public:
    static constexpr std::size_t kLine = 64 / sizeof(std::uint32_t);

    Adjacency() = default;
    /// All rows empty. Throws std::bad_alloc.
    Adjacency(std::size_t n, std::size_t max_degree)
        : m_n(n), m_max_degree(max_degree), m_ids(n * stride_of(max_degree)) {
        std::fill(m_ids.begin(), m_ids.end(), kNoNode);
    }
    /// Takes over rows laid out as above, e.g. from a file.
    Adjacency(std::size_t n, std::size_t max_degree, AlignedBuffer<std::uint32_t> ids)
        : m_n(n), m_max_degree(max_degree), m_ids(std::move(ids)) {
        assert(m_ids.size() == n * stride_of(max_degree));
    }

    /// The same rows, and empty ones up to n nodes, or only the first n. Throws std::bad_alloc.
    Adjacency resized(std::size_t n) const {
        Adjacency other(n, m_max_degree);
        std::copy_n(m_ids.begin(), std::min(m_ids.size(), other.m_ids.size()), other.m_ids.begin());
        return other;
    }

    static std::size_t stride_of(std::size_t max_degree) noexcept {
        return (max_degree + kLine - 1) / kLine * kLine;
    }
    static std::size_t bytes_of(std::size_t n, std::size_t max_degree) noexcept {
        return n * stride_of(max_degree) * sizeof(std::uint32_t);
    }

    std::size_t size() const noexcept { return m_n; }
    std::size_t max_degree() const noexcept { return m_max_degree; }
    std::size_t bytes() const noexcept { return m_ids.size() * sizeof(std::uint32_t); }
    GraphRows rows() const noexcept { return {m_ids.data(), stride_of(m_max_degree)}; }
    std::span<const std::uint32_t> ids() const noexcept { return {m_ids.data(), m_ids.size()}; }

    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept {
        const GraphRows all = rows();
        return {all.row(node), all.degree(node)};
    }
    /// neighbors: at most max_degree.
    void assign(std::size_t node, std::span<const std::uint32_t> neighbors) noexcept {
        assert(neighbors.size() <= m_max_degree);
        std::uint32_t* row = m_ids.data() + node * stride_of(m_max_degree);
        std::fill(std::copy(neighbors.begin(), neighbors.end(), row), row + stride_of(m_max_degree), kNoNode);
    }

private:
    std::size_t m_n = 0, m_max_degree = 0;
    AlignedBuffer<std::uint32_t> m_ids;
};

} // namespace annscope
