// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/error.h"
#include "graph/adjacency.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// Who links to each node: the rows of a graph turned round, without gaps.
class InLinks {
public:
    /// Cost: two passes over all links. Errors: OutOfMemory, Cancelled.
    static Result<InLinks> create(const Adjacency& graph, const Control& control);

    std::size_t size() const noexcept { return m_begins.size() - 1; }
    /// Ascending.
    std::span<const std::uint32_t> of(std::size_t node) const noexcept {
        return {m_from.data() + m_begins[node], m_from.data() + m_begins[node + 1]};
    }

private:
    std::vector<std::uint64_t> m_begins;
    AlignedBuffer<std::uint32_t> m_from;
};

} // namespace annscope
