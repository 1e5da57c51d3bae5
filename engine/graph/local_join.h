// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/neighbor_lists.h"
#include "graph/row_block.h"

#include <span>
#include <vector>

namespace annscope {

/// Compares a few rows with each other and offers to each what it found. One a thread.
class LocalJoin {
public:
    LocalJoin(const NodeSpace& space, NeighborLists& lists) : m_rows(space), m_lists(lists) {}

    /// All pairs of fresh, and of fresh and known. Ids: each once in both. Cost: a distance a pair, in
    /// blocks, and a merge for each list that something is near enough for. Throws std::bad_alloc.
    void join(std::span<const std::uint32_t> fresh, std::span<const std::uint32_t> known);

private:
    void compare(std::size_t fresh);
    void offer_found();

    RowBlock m_rows;
    NeighborLists& m_lists;
    std::vector<std::uint32_t> m_ids, m_counts;
    std::vector<float> m_bounds;
    std::vector<EdgeKey> m_found, m_scratch; // found: of each row up to as many as there are rows
};

} // namespace annscope
