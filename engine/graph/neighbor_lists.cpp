// SPDX-License-Identifier: Apache-2.0
#include "graph/neighbor_lists.h"

#include <algorithm>
#include <limits>

namespace annscope {

NeighborLists::NeighborLists(std::size_t n, std::size_t k)
    : m_k(k), m_keys(n * k), m_bounds(n), m_locks(kLocks) {
    std::ranges::fill(m_keys, kNoEdge);
    std::ranges::fill(m_bounds, std::numeric_limits<float>::infinity());
}

void NeighborLists::offer(std::size_t node, std::span<const EdgeKey> edges, EdgeKey* scratch) noexcept {
    if (edges.empty() || m_k == 0)
        return;
    const Lock lock(m_locks, node);
    EdgeKey* const list = m_keys.data() + node * m_k;
    // What is before the first offer stays where it is.
    std::size_t at =
        static_cast<std::size_t>(std::lower_bound(list, list + m_k, edges.front() & ~EdgeKey{1}) - list);
    if (at == m_k)
        return;
    const std::size_t begin = at;
    std::size_t count = begin, next = 0;
    while (count < m_k && next < edges.size()) {
        const EdgeKey known = list[at], offered = edges[next];
        const bool same = known >> 1 == offered >> 1; // then the known one keeps its mark
        const bool take_known = known >> 1 <= offered >> 1;
        scratch[count++] = take_known ? known : offered;
        at += take_known;
        next += !take_known || same;
    }
    std::copy(list + at, list + at + (m_k - count), scratch + count);
    std::copy(scratch + begin, scratch + m_k, list + begin);
    if (list[m_k - 1] != kNoEdge)
        std::atomic_ref<float>(m_bounds[node]).store(edge_distance(list[m_k - 1]), std::memory_order_relaxed);
}

} // namespace annscope
