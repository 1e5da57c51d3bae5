// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace annscope {

/// Which nodes a search has met: a bit each, so that the marks of a million nodes stay in a core's cache
/// beside what the search reads. The next search clears the words that this one touched, not all.
class VisitedSet {
public:
    /// Forgets all. n: number of nodes. Throws std::bad_alloc when the set has to grow.
    void begin(std::size_t n) {
        const std::size_t words = (n + 63) / 64;
        if (m_words.size() < words) {
            m_words.assign(words, 0);
            m_touched.resize(words + 1); // the last may be written to and not counted
        } else {
            for (std::size_t i = 0; i < m_count; ++i)
                m_words[m_touched[i]] = 0;
        }
        m_count = 0;
    }
    /// Marks a node; false where it was marked already.
    bool insert(std::uint32_t node) noexcept {
        assert(node / 64 < m_words.size());
        std::uint64_t& word = m_words[node / 64];
        m_touched[m_count] = node / 64;
        m_count += word == 0;
        const std::uint64_t bit = std::uint64_t{1} << (node % 64);
        const bool fresh = (word & bit) == 0;
        word |= bit;
        return fresh;
    }
    bool contains(std::uint32_t node) const noexcept { return (m_words[node / 64] >> (node % 64) & 1) != 0; }

private:
    std::vector<std::uint64_t> m_words;
    std::vector<std::uint32_t> m_touched; ///< words that are not zero; room for all, and one more
    std::size_t m_count = 0;
};

} // namespace annscope
