// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "graph/candidate.h"

#include <atomic>
#include <bit>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace annscope {

/// An edge of a neighbour list in one number that sorts as Candidate does: distance, id (below 2^31), and a
/// last bit that is set while the edge is fresh.
using EdgeKey = std::uint64_t;

inline constexpr EdgeKey kNoEdge = ~EdgeKey{0};

/// distance: not negative.
inline EdgeKey edge_key(float distance, std::uint32_t id, bool fresh) noexcept {
    return std::uint64_t{std::bit_cast<std::uint32_t>(distance)} << 32 | std::uint64_t{id} << 1 |
           (fresh ? 1u : 0u);
}
inline std::uint32_t edge_id(EdgeKey key) noexcept {
    return static_cast<std::uint32_t>(key) >> 1;
}
inline float edge_distance(EdgeKey key) noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(key >> 32));
}
inline bool is_fresh(EdgeKey key) noexcept {
    return (key & 1) != 0;
}

/// The k nearest neighbours known of each node, ascending. Threads may offer at the same time: a list keeps
/// the k smallest of all that it was ever offered, so that in the end nothing depends on the order, provided
/// that a pair is always offered at the same distance.
class NeighborLists {
public:
    /// All lists empty. Throws std::bad_alloc.
    NeighborLists(std::size_t n, std::size_t k);
    static std::size_t bytes_of(std::size_t n, std::size_t k) noexcept {
        return n * (k * sizeof(EdgeKey) + sizeof(float));
    }

    std::size_t size() const noexcept { return m_bounds.size(); }
    std::size_t k() const noexcept { return m_k; }
    /// Ends at the first kNoEdge or after k. Not while others offer to this node.
    std::span<EdgeKey> list(std::size_t node) noexcept { return {m_keys.data() + node * m_k, m_k}; }
    std::span<const EdgeKey> list(std::size_t node) const noexcept {
        return {m_keys.data() + node * m_k, m_k};
    }
    /// What is farther than this has no place in the list; may lag behind while others offer.
    float bound(std::size_t node) const noexcept {
        return std::atomic_ref<float>(const_cast<float&>(m_bounds[node])).load(std::memory_order_relaxed);
    }
    void prefetch(std::size_t node) const noexcept {
        for (std::size_t at = 0; at < m_k; at += 64 / sizeof(EdgeKey))
            __builtin_prefetch(m_keys.data() + node * m_k + at, 1);
    }
    /// edges: ascending, distinct, the node itself not among them; marked fresh. scratch: room for k.
    /// Cost: one merge.
    void offer(std::size_t node, std::span<const EdgeKey> edges, EdgeKey* scratch) noexcept;

    /// Takes the storage: n x k keys.
    AlignedBuffer<EdgeKey> take() && noexcept { return std::move(m_keys); }

private:
    class Lock { // of one of kLocks groups of nodes; held for a merge
    public:
        Lock(std::vector<std::atomic<bool>>& locks, std::size_t node) noexcept
            : m_flag(locks[node % kLocks]) {
            while (m_flag.exchange(true, std::memory_order_acquire))
                std::this_thread::yield();
        }
        ~Lock() { m_flag.store(false, std::memory_order_release); }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        std::atomic<bool>& m_flag;
    };
    static constexpr std::size_t kLocks = 4096;

    std::size_t m_k;
    AlignedBuffer<EdgeKey> m_keys;
    AlignedBuffer<float> m_bounds;
    std::vector<std::atomic<bool>> m_locks;
};

} // namespace annscope
