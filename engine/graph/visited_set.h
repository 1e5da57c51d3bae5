// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <vector>

namespace annscope {

/// Which nodes a search has met. A mark is one byte that holds the number of the search that set it, so that
/// only every 255th search clears anything; at a byte a node the marks of a million nodes fit a core's cache.
class VisitedSet {
public:
    /// Forgets all. n: number of nodes. Throws std::bad_alloc when the set has to grow.
    void begin(std::size_t n) {
        if (m_marks.size() < n) {
            m_marks.assign(n, 0);
            m_round = 0;
        }
        if (++m_round == 0) {
            std::ranges::fill(m_marks, std::uint8_t{0});
            m_round = 1;
        }
    }
    /// Marks a node; false where it was marked already.
    bool insert(std::uint32_t node) noexcept {
        assert(node < m_marks.size());
        const bool fresh = m_marks[node] != m_round;
        m_marks[node] = m_round;
        return fresh;
    }
    bool contains(std::uint32_t node) const noexcept { return m_marks[node] == m_round; }

private:
    std::vector<std::uint8_t> m_marks;
    std::uint8_t m_round = 0;
};

} // namespace annscope
