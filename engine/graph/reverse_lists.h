// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/parallel.h"
#include "graph/adjacency.h"

#include <atomic>
#include <utility>

namespace annscope {

/// For each node those whose rows name it, in no certain order.
class ReverseLists {
public:
    /// edges: the most that rows may hold in all. Throws std::bad_alloc.
    ReverseLists(std::size_t n, std::size_t edges) : m_ends(n), m_ids(edges) {}
    static std::uint64_t bytes_of(std::size_t n, std::size_t edges) noexcept {
        return n * sizeof(std::uint64_t) + edges * sizeof(std::uint32_t);
    }

    /// Cost: two passes over the rows. Errors: Cancelled.
    Status fill(const GraphRows& rows, const Control& control) {
        std::ranges::fill(m_ends, 0u);
        const auto each = [&](const auto& visit) {
            return parallel_for(m_ends.size(), kBlock, control, [&](std::size_t b, std::size_t e, int) {
                for (std::size_t i = b; i < e; ++i)
                    for (const std::uint32_t *id = rows.row(i), *end = id + rows.degree(i); id < end; ++id)
                        visit(std::atomic_ref<std::uint64_t>(m_ends[*id]), static_cast<std::uint32_t>(i));
            });
        };
        ANNSCOPE_TRY(each([](auto count, std::uint32_t) { count.fetch_add(1, std::memory_order_relaxed); }));
        std::uint64_t begin = 0;
        for (std::uint64_t& count : m_ends)
            count = std::exchange(begin, begin + count);
        return each(
            [&](auto end, std::uint32_t node) { m_ids[end.fetch_add(1, std::memory_order_relaxed)] = node; });
    }
    std::span<const std::uint32_t> list(std::size_t node) const noexcept {
        const std::uint64_t begin = node == 0 ? 0 : m_ends[node - 1];
        return {m_ids.data() + begin, m_ends[node] - begin};
    }

private:
    static constexpr std::size_t kBlock = 1024;

    AlignedBuffer<std::uint64_t> m_ends;
    AlignedBuffer<std::uint32_t> m_ids;
};

} // namespace annscope
