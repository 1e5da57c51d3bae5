// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "graph/candidate.h"
#include "graph/node_space.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// Groups of near rows: halves all rows again and again by which of two random rows of the group they are
/// nearer to, at the median, so that all groups are equally large up to one row (as the random projection
/// trees of Dasgupta and Freund, STOC 2008, do). One tree is rough; what one parts another keeps together.
class ProjectionTree {
public:
    /// leaf: the most rows of a group, at least 1. The same for any number of threads. Cost: two distances a
    /// row and level. Errors: Cancelled. Throws std::bad_alloc.
    static Result<ProjectionTree> create(const NodeSpace& space, std::size_t leaf, std::uint64_t seed,
                                         const Control& control);
    static std::size_t bytes_of(std::size_t n) noexcept { return n * sizeof(Candidate); }

    std::size_t leaves() const noexcept { return m_ends.size(); }
    /// The ids of a group; distance: meaningless.
    std::span<const Candidate> leaf(std::size_t i) const noexcept {
        const std::size_t begin = i == 0 ? 0 : m_ends[i - 1];
        return {m_items.data() + begin, m_ends[i] - begin};
    }

private:
    Status split_level(const NodeSpace& space, std::uint64_t seed, const Control& control);

    std::vector<Candidate> m_items;
    std::vector<std::size_t> m_ends; // of the groups
};

} // namespace annscope
