// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace annscope {

struct Neighbor {
    float distance = std::numeric_limits<float>::infinity();
    Id id = kNoId;

    /// Nearer first; equal distances by id, so that results never depend on the order of work.
    friend bool operator<(const Neighbor& a, const Neighbor& b) noexcept {
        return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
    }
    friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

/// The place of each of the ids, from 1, in the order of all; 0 where it is not among them.
template<class T>
void ranks_among(std::span<const Neighbor> all, std::span<const T> ids, std::span<std::size_t> ranks) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto own = std::ranges::find(all, static_cast<Id>(ids[i]), &Neighbor::id);
        ranks[i] = own == all.end() ? 0
                                    : 1 + static_cast<std::size_t>(std::ranges::count_if(
                                              all, [&](const Neighbor& other) { return other < *own; }));
    }
}

/// The k nearest of all that were pushed: a bounded max-heap. Cost: O(log k) per accepted push.
class TopK {
public:
    explicit TopK(std::size_t k) : m_k(k) { m_heap.reserve(k + 1); }

    void clear() noexcept { m_heap.clear(); }
    std::size_t size() const noexcept { return m_heap.size(); }
    /// Only what is below or equal to this can still enter.
    float bound() const noexcept {
        return m_heap.size() < m_k || m_k == 0 ? std::numeric_limits<float>::infinity()
                                               : m_heap.front().distance;
    }
    bool push(float distance, Id id) {
        const Neighbor candidate{distance, id};
        if (m_heap.size() == m_k) {
            if (m_k == 0 || !(candidate < m_heap.front()))
                return false;
            std::pop_heap(m_heap.begin(), m_heap.end());
            m_heap.back() = candidate;
        } else {
            m_heap.push_back(candidate);
        }
        std::push_heap(m_heap.begin(), m_heap.end());
        return true;
    }
    /// Sorts ascending and fills the rest of ids and distances with kNoId and infinity. The heap is empty
    /// afterwards.
    void drain(std::span<Id> ids, std::span<float> distances) {
        std::sort_heap(m_heap.begin(), m_heap.end());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const Neighbor n = i < m_heap.size() ? m_heap[i] : Neighbor{};
            ids[i] = n.id;
            distances[i] = n.distance;
        }
        m_heap.clear();
    }

    /// The same into neighbours.
    void drain(std::span<Neighbor> out) {
        std::sort_heap(m_heap.begin(), m_heap.end());
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = i < m_heap.size() ? m_heap[i] : Neighbor{};
        m_heap.clear();
    }

private:
    std::size_t m_k;
    std::vector<Neighbor> m_heap;
};

} // namespace annscope
