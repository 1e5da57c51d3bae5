// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/topk.h"
#include "ivf/cell_groups.h"

#include <span>
#include <vector>

namespace annscope {

/// Which groups of the cells that it visits a query should look at (section 3.3 of the paper of CellGroups):
/// the nearest share of those that hold vectors. Distances to centroids that are not known yet are computed
/// once a query, however many cells have them as neighbours. Working memory of one thread.
class GroupSelection {
public:
    /// What a selection is made from.
    struct Source {
        const CellGroups* groups = nullptr;
        VectorView centroids;
        bool l2 = true; ///< else distances are minus inner products
        /// Positions where the groups begin, and the end: what tells an empty group.
        std::span<const std::uint64_t> begins;
    };

    /// cells: those visited, with their distances; the first with id kNoId ends them. share: of the groups
    /// with vectors, rounded up, and all that are as near as the last. Returns how many distances to
    /// centroids were computed; found() has the groups, in the order of the cells.
    std::size_t select(const Source& source, const float* query, std::span<const Neighbor> cells,
                       double share);
    std::span<const Neighbor> found() const noexcept { return m_found; }

private:
    void begin(const Source& source, std::span<const Neighbor> cells);
    void measure(const Source& source, const float* query);
    void set_distances(const Source& source, std::span<const Neighbor> cells);
    void prune(double share);

    std::vector<float> m_distances; ///< to centroids, where the stamp is this query's
    std::vector<std::uint32_t> m_stamps;
    std::uint32_t m_stamp = 0;
    std::vector<std::uint32_t> m_unknown;
    std::vector<Neighbor> m_found;
    std::vector<std::size_t> m_ends; ///< in m_found, one a cell
    std::vector<float> m_scratch;
};

} // namespace annscope
