// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/error.h"
#include "data/vector_set.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace annscope {

/// Groups inside the cells of an inverted file: group l of a cell lies around c + alpha (s_l - c), where c is
/// the cell's centroid, s_l the l-th nearest of the other centroids to it, and alpha one number a cell that
/// is learned. So a cell is divided finely for the price of a number a group, and a query's distance to a
/// group follows from its distances to c and s_l. Source: Baranchuk, Babenko and Malkov, "Revisiting the
/// Inverted Indices for Billion-Scale Approximate Nearest Neighbors", ECCV 2018, section 3.
///
/// Groups are numbered through: those of a cell are cell * groups() on. centroids: the nlist x dim ones that
/// the groups were learned with.
class CellGroups {
public:
    CellGroups() = default;

    /// neighbours: nlist x groups centroids, none its own. rows and the cells that they belong to: what
    /// alpha is learned from, by the closed form of the paper and then, as long as that lowers the error,
    /// from the groups that it makes; a cell without rows gets that of all. The same for any number of
    /// threads. Advances the progress by one per cell. Errors: Cancelled.
    static Result<CellGroups> learn(VectorView centroids, AlignedBuffer<std::uint32_t> neighbours,
                                    std::size_t groups, const VectorSet& rows,
                                    std::span<const std::uint32_t> cells, const Control& control);
    /// What learn found before. alphas: one a cell, 0 to 1.
    static CellGroups restore(VectorView centroids, AlignedBuffer<std::uint32_t> neighbours,
                              std::size_t groups, AlignedBuffer<float> alphas);

    bool empty() const noexcept { return m_alphas.size() == 0; }
    std::size_t nlist() const noexcept { return m_alphas.size(); }
    std::size_t groups() const noexcept { return m_groups; }
    std::span<const float> alphas() const noexcept { return {m_alphas.data(), m_alphas.size()}; }
    std::span<const std::uint32_t> neighbours() const noexcept {
        return {m_neighbours.data(), m_neighbours.size()};
    }
    std::span<const std::uint32_t> neighbours(std::size_t cell) const noexcept {
        return neighbours().subspan(cell * m_groups, m_groups);
    }

    /// The group nearest to each row of its cell: cells become numbers of groups.
    Status assign(const VectorSet& rows, VectorView centroids, std::span<std::uint32_t> cells,
                  const Control& control) const;
    /// c + alpha (s_l - c). out: dim floats.
    void centroid(std::size_t group, VectorView centroids, float* out) const noexcept;

    /// |c - s_l|^2 of a cell's neighbours.
    std::span<const float> gaps(std::size_t cell) const noexcept {
        return {m_gaps.data() + cell * m_groups, m_groups};
    }
    /// |q - c - a (s - c)|^2 = (1 - a) |q - c|^2 + a |q - s|^2 - a (1 - a) |c - s|^2, gap = |c - s|^2.
    static float squared(float a, float gap, float to_centroid, float to_neighbour) noexcept {
        return std::max(0.0F, (1 - a) * to_centroid + a * (to_neighbour - (1 - a) * gap));
    }
    /// Of products with q, whose sign is kept.
    static float product(float a, float with_centroid, float with_neighbour) noexcept {
        return (1 - a) * with_centroid + a * with_neighbour;
    }

    /// Bytes of what is kept for groups of nlist cells.
    static std::uint64_t neighbour_bytes(std::uint64_t nlist, std::uint64_t groups) noexcept {
        return nlist * groups * sizeof(std::uint32_t);
    }
    static std::uint64_t factor_bytes(std::uint64_t nlist, std::uint64_t groups) noexcept {
        return (nlist * groups + nlist) * sizeof(float);
    }

private:
    class Learner;
    CellGroups(VectorView centroids, AlignedBuffer<std::uint32_t> neighbours, std::size_t groups);

    std::size_t m_groups = 0;
    AlignedBuffer<std::uint32_t> m_neighbours; ///< nlist x groups
    AlignedBuffer<float> m_alphas;             ///< nlist
    AlignedBuffer<float> m_gaps;               ///< nlist x groups: |c - s_l|^2
};

} // namespace annscope
