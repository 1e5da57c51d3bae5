// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"
#include "graph/candidate.h"

#include <cassert>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace annscope {

/// The list of GreedySearch: the L nearest nodes met so far, ascending, each either expanded or waiting. A
/// cursor remembers the nearest that waits. Ids must be below 2^31: the top bit marks the expanded ones.
class SearchList {
public:
    /// Forgets all. capacity: L, at least 1. Throws std::bad_alloc when the list has to grow.
    void begin(std::size_t capacity) {
        assert(capacity > 0);
        if (m_entries.size() < capacity + 1)
            m_entries.resize(capacity + 1);
        m_capacity = capacity;
        m_size = m_cursor = 0;
        m_bound = std::numeric_limits<float>::infinity();
    }

    /// Only what is below this can still enter.
    float bound() const noexcept { return m_bound; }
    std::size_t size() const noexcept { return m_size; }
    Candidate operator[](std::size_t i) const noexcept {
        return {m_entries[i].distance, m_entries[i].id & ~kExpanded};
    }

    /// The first count nodes, ascending, equal distances by id. count: at most size().
    void copy_to(Id* ids, float* distances, std::size_t count) const noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            distances[i] = m_entries[i].distance;
            ids[i] = m_entries[i].id & ~kExpanded;
            for (std::size_t j = i; j > 0 && distances[j - 1] == distances[j] && ids[j - 1] > ids[j]; --j)
                std::swap(ids[j - 1], ids[j]);
        }
    }

    /// The node must not have been pushed before. False where L nearer ones are known. Cost: O(log L) and one
    /// move of memory.
    bool push(float distance, std::uint32_t id) noexcept {
        if (!(distance < m_bound))
            return false;
        // Behind all that are not farther, so that nothing moves among equals. Without branches, which
        // nothing could predict.
        std::size_t low = 0;
        for (std::size_t length = m_size; length > 0;) {
            const std::size_t half = (length + 1) / 2;
            const std::size_t right = std::size_t{0} - !(distance < m_entries[low + half - 1].distance);
            low += half & right;
            length -= half;
        }
        Candidate* at = m_entries.data() + low;
        std::memmove(at + 1, at, (m_size - low) * sizeof(Candidate));
        *at = {distance, id};
        m_size += m_size < m_capacity;
        if (m_size == m_capacity)
            m_bound = m_entries[m_size - 1].distance;
        if (low < m_cursor)
            m_cursor = low;
        return true;
    }

    /// For a node that was pushed before and is not expanded, met again at a distance that is not the same
    /// where distances are estimates: the least counts. False where that changes nothing. Cost: a look at all
    /// that wait.
    bool lower(float distance, std::uint32_t id) noexcept {
        if (!(distance < m_bound))
            return false;
        std::size_t at = m_cursor;
        while (at < m_size && m_entries[at].id != id)
            ++at;
        if (at == m_size)
            return push(distance, id);
        if (!(distance < m_entries[at].distance))
            return false;
        for (; at > 0 && distance < m_entries[at - 1].distance; --at)
            m_entries[at] = m_entries[at - 1];
        m_entries[at] = {distance, id};
        if (m_size == m_capacity)
            m_bound = m_entries[m_size - 1].distance;
        if (at < m_cursor)
            m_cursor = at;
        return true;
    }

    bool has_waiting() const noexcept { return m_cursor < m_size; }
    /// Marks the nearest waiting node as expanded and returns it. Needs has_waiting().
    Candidate pop() noexcept {
        const Candidate nearest = m_entries[m_cursor];
        m_entries[m_cursor].id |= kExpanded;
        do
            ++m_cursor;
        while (m_cursor < m_size && (m_entries[m_cursor].id & kExpanded) != 0);
        return nearest;
    }
    /// The node that pop() would return.
    std::uint32_t peek() const noexcept { return m_entries[m_cursor].id; }

private:
    static constexpr std::uint32_t kExpanded = 0x80000000u;

    std::vector<Candidate> m_entries; // one more than the capacity: push() lets the last fall off the end
    std::size_t m_capacity = 0, m_size = 0, m_cursor = 0;
    float m_bound = 0;
};

} // namespace annscope
