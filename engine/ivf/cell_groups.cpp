// SPDX-License-Identifier: Apache-2.0
#include "ivf/cell_groups.h"

#include "core/parallel.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace annscope {

/// alpha of one cell after the other; the buffers of one thread.
class CellGroups::Learner {
public:
    /// The sums whose quotient is alpha.
    struct Sums {
        double product = 0, square = 0; ///< of <x - c, s - c>, and of |s - c|^2, for each row's group
    };

    Learner(const CellGroups& groups, VectorView centroids, const VectorSet& rows)
        : m_groups(groups), m_centroids(centroids), m_rows(rows), m_row(rows.dim()),
          m_squares(groups.m_groups) {}

    Sums learn(std::size_t cell, std::span<const std::uint32_t> which) {
        const std::size_t count = m_groups.m_groups;
        m_gaps = {m_groups.m_gaps.data() + cell * count, count};
        m_products.resize(which.size() * count);
        for (std::size_t i = 0; i < which.size(); ++i)
            project(cell, which[i], m_products.data() + i * count);
        constexpr int kRounds = 8;
        Sums sums = sum(-1);
        for (int round = 0; round < kRounds; ++round) {
            const double alpha = alpha_of(sums);
            sums = sum(alpha);
            if (alpha_of(sums) == alpha)
                break;
        }
        return sums;
    }

    static double alpha_of(const Sums& sums) noexcept {
        return sums.square > 0 ? std::clamp(sums.product / sums.square, 0.0, 1.0) : 0;
    }

private:
    /// <x - c, s - c> for all s from squared distances, which are small numbers where products of the vectors
    /// themselves need not be.
    void project(std::size_t cell, std::size_t row, float* products) {
        const std::size_t count = m_groups.m_groups, dim = m_rows.dim();
        const auto& kernels = simd::kernels().f32;
        m_rows.copy_row(row, m_row.data());
        const float own = kernels.l2(m_row.data(), m_centroids.row(cell), dim);
        kernels.l2_gather(m_row.data(), m_centroids.data(), m_centroids.stride(),
                          m_groups.neighbours(cell).data(), count, dim, m_squares.data());
        for (std::size_t l = 0; l < count; ++l)
            products[l] = (own + m_gaps[l] - m_squares[l]) / 2;
    }

    /// Each row takes the group that leaves the smallest residual: for this alpha, or, where that is
    /// negative, for the alpha that would be best for the row alone.
    Sums sum(double alpha) const {
        Sums sums;
        const std::size_t count = m_gaps.size();
        for (std::size_t at = 0; at < m_products.size(); at += count) {
            double best = -std::numeric_limits<double>::infinity();
            std::size_t chosen = 0;
            for (std::size_t l = 0; l < count; ++l) {
                const double product = static_cast<double>(m_products[at + l]);
                const double gap = static_cast<double>(m_gaps[l]);
                const double a = alpha >= 0 ? alpha : gap > 0 ? std::clamp(product / gap, 0.0, 1.0) : 0;
                const double gain = a * (2 * product - a * gap);
                if (gain > best) {
                    best = gain;
                    chosen = l;
                }
            }
            sums.product += static_cast<double>(m_products[at + chosen]);
            sums.square += static_cast<double>(m_gaps[chosen]);
        }
        return sums;
    }

    const CellGroups& m_groups;
    VectorView m_centroids;
    const VectorSet& m_rows;
    std::span<const float> m_gaps;
    std::vector<float> m_row, m_squares, m_products;
};

namespace {

constexpr std::size_t kMostRows = 4096; // of a cell that alpha is learned from

/// Rows by cell.
struct ByCell {
    std::vector<std::size_t> begins;
    std::vector<std::uint32_t> rows;

    ByCell(std::span<const std::uint32_t> cells, std::size_t nlist) : begins(nlist + 1), rows(cells.size()) {
        for (const std::uint32_t cell : cells)
            ++begins[cell + 1];
        for (std::size_t cell = 0; cell < nlist; ++cell)
            begins[cell + 1] += begins[cell];
        std::vector<std::size_t> next(begins.begin(), begins.end() - 1);
        for (std::size_t i = 0; i < cells.size(); ++i)
            rows[next[cells[i]]++] = static_cast<std::uint32_t>(i);
    }
    std::span<const std::uint32_t> of(std::size_t cell) const {
        const std::size_t count = std::min(begins[cell + 1] - begins[cell], kMostRows);
        return std::span(rows).subspan(begins[cell], count);
    }
};

} // namespace

CellGroups::CellGroups(VectorView centroids, AlignedBuffer<std::uint32_t> neighbours, std::size_t groups)
    : m_groups(groups), m_neighbours(std::move(neighbours)), m_alphas(centroids.rows()),
      m_gaps(centroids.rows() * groups) {
    assert(m_neighbours.size() == m_gaps.size());
    for (std::size_t cell = 0; cell < nlist(); ++cell)
        simd::kernels().f32.l2_gather(centroids.row(cell), centroids.data(), centroids.stride(),
                                      this->neighbours(cell).data(), groups, centroids.cols(),
                                      m_gaps.data() + cell * groups);
}

Result<CellGroups> CellGroups::learn(VectorView centroids, AlignedBuffer<std::uint32_t> neighbours,
                                     std::size_t groups, const VectorSet& rows,
                                     std::span<const std::uint32_t> cells, const Control& control) {
    CellGroups made(centroids, std::move(neighbours), groups);
    const std::size_t nlist = centroids.rows();
    const ByCell by_cell(cells, nlist);
    std::vector<Learner::Sums> sums(nlist);
    constexpr std::size_t kGrain = 4;
    ANNSCOPE_TRY(parallel_for(nlist, kGrain, control, [&](std::size_t begin, std::size_t end, int) {
        Learner learner(made, centroids, rows);
        for (std::size_t cell = begin; cell < end; ++cell)
            sums[cell] = learner.learn(cell, by_cell.of(cell));
        control.advance(end - begin);
    }));
    Learner::Sums all;
    for (const Learner::Sums& own : sums) {
        all.product += own.product;
        all.square += own.square;
    }
    for (std::size_t cell = 0; cell < nlist; ++cell) {
        const Learner::Sums& own = by_cell.of(cell).empty() ? all : sums[cell];
        made.m_alphas[cell] = static_cast<float>(Learner::alpha_of(own));
    }
    return made;
}

CellGroups CellGroups::restore(VectorView centroids, AlignedBuffer<std::uint32_t> neighbours,
                               std::size_t groups, AlignedBuffer<float> alphas) {
    CellGroups made(centroids, std::move(neighbours), groups);
    assert(alphas.size() == made.nlist());
    made.m_alphas = std::move(alphas);
    return made;
}

/// Of |x - c - a (s - c)|^2 only a |x - s|^2 - a (1 - a) |c - s|^2 differs between the groups of a cell.
Status CellGroups::assign(const VectorSet& rows, VectorView centroids, std::span<std::uint32_t> cells,
                          const Control& control) const {
    constexpr std::size_t kGrain = 256;
    return parallel_for(rows.size(), kGrain, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(rows.dim()), squares(m_groups);
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t cell = cells[i];
            const float alpha = m_alphas[cell];
            std::size_t nearest = 0;
            if (alpha > 0) { // otherwise all groups are one
                rows.copy_row(i, row.data());
                simd::kernels().f32.l2_gather(row.data(), centroids.data(), centroids.stride(),
                                              neighbours(cell).data(), m_groups, rows.dim(), squares.data());
                for (std::size_t l = 0; l < m_groups; ++l)
                    squares[l] -= (1 - alpha) * m_gaps[cell * m_groups + l];
                nearest = static_cast<std::size_t>(std::ranges::min_element(squares) - squares.begin());
            }
            cells[i] = static_cast<std::uint32_t>(cell * m_groups + nearest);
        }
    });
}

void CellGroups::centroid(std::size_t group, VectorView centroids, float* out) const noexcept {
    const std::size_t cell = group / m_groups;
    const float *own = centroids.row(cell), *other = centroids.row(m_neighbours[group]);
    const float a = m_alphas[cell];
    for (std::size_t j = 0; j < centroids.cols(); ++j)
        out[j] = own[j] + a * (other[j] - own[j]);
}

} // namespace annscope
