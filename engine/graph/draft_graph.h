// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/adjacency.h"
#include "graph/candidate.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace annscope {

/// A graph while it is built: rows with room for more than the final degree, so that not every new edge
/// needs a pruning, and with the length of each edge. The first settled(i) edges of a row came out of a
/// pruning, ascending; those behind were appended since.
class DraftGraph {
public:
    /// Throws std::bad_alloc.
    DraftGraph(std::size_t n, std::size_t room)
        : m_stride(Adjacency::stride_of(room)), m_room(room), m_ids(n * m_stride), m_distances(n * m_stride),
          m_counts(n) {
        std::ranges::fill(m_ids, kNoNode);
    }
    static std::size_t bytes_of(std::size_t n, std::size_t room) noexcept {
        return n * (Adjacency::stride_of(room) * (sizeof(std::uint32_t) + sizeof(float)) + sizeof(Counts));
    }

    std::size_t room() const noexcept { return m_room; }
    GraphRows rows() const noexcept { return {m_ids.data(), m_stride}; }
    std::size_t degree(std::size_t node) const noexcept { return m_counts[node].all; }
    std::size_t settled(std::size_t node) const noexcept { return m_counts[node].settled; }
    std::span<const std::uint32_t> ids(std::size_t node) const noexcept {
        return {m_ids.data() + node * m_stride, degree(node)};
    }
    Candidate edge(std::size_t node, std::size_t i) const noexcept {
        return {m_distances[node * m_stride + i], m_ids[node * m_stride + i]};
    }
    bool has(std::size_t node, std::uint32_t neighbor) const noexcept {
        const auto known = ids(node);
        return std::find(known.begin(), known.end(), neighbor) != known.end();
    }

    /// Replaces a row by what a pruning kept.
    void assign(std::size_t node, std::span<const Candidate> edges) noexcept {
        std::uint32_t* ids = m_ids.data() + node * m_stride;
        float* distances = m_distances.data() + node * m_stride;
        for (std::size_t i = 0; i < edges.size(); ++i) {
            ids[i] = edges[i].id;
            distances[i] = edges[i].distance;
        }
        std::fill(ids + edges.size(), ids + m_stride, kNoNode);
        const auto count = static_cast<std::uint16_t>(edges.size());
        m_counts[node] = {count, count};
    }
    /// Needs degree(node) < room().
    void append(std::size_t node, Candidate edge) noexcept {
        const std::size_t at = m_counts[node].all++;
        m_ids[node * m_stride + at] = edge.id;
        m_distances[node * m_stride + at] = edge.distance;
    }

private:
    struct Counts {
        std::uint16_t all, settled;
    };

    std::size_t m_stride, m_room;
    AlignedBuffer<std::uint32_t> m_ids;
    AlignedBuffer<float> m_distances;
    AlignedBuffer<Counts> m_counts;
};

} // namespace annscope
