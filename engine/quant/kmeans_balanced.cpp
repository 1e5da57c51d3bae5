// SPDX-License-Identifier: Apache-2.0
// k-means with a limit on the size of a cell: a centroid's price is added to its squared distances; it rises
// while the cell is larger than the limit and falls again, not below zero, while it is smaller. That is dual
// ascent on the limits; with such prices the cells are those of a power diagram (Aurenhammer, Hoffmann and
// Aronov: Minkowski-type theorems and least-squares clustering, Algorithmica 1998). A penalty by size in the
// assignment is also how SPANN balances its lists (Chen et al., NeurIPS 2021). The prices end with the
// training: vectors are added to the nearest centroid, and those have moved to where the vectors are dense.
#include "quant/kmeans_seeding.h"
#include "quant/kmeans_steps.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope::clustering {
namespace {

constexpr std::size_t kSlices = 16; // of an iteration, between which prices change
constexpr double kPriceStep =
    0.5; // of the cell's mean squared distance, in an iteration, for a cell twice the limit

class Balancer {
public:
    Balancer(const VectorSet& points, const KmeansOptions& options)
        : m_points(points), m_options(options),
          m_limit(options.balance * static_cast<double>(points.size()) / static_cast<double>(options.k)),
          m_prices(options.k), m_scales(options.k), m_sizes(options.k), m_cells(points.size()),
          m_distances(points.size()) {
        if (options.spherical)
            measure_points();
    }

    std::span<const std::uint32_t> cells() const noexcept { return m_cells; }

    /// The sum of squared distances or inner products, without prices.
    Result<double> assign(VectorView centroids, bool first, const Control& control) {
        double sum = 0;
        const std::size_t n = m_points.size();
        for (std::size_t slice = 0; slice < kSlices; ++slice) {
            const std::size_t begin = n * slice / kSlices, end = n * (slice + 1) / kSlices;
            const std::span cells = std::span(m_cells).subspan(begin, end - begin);
            if (!first)
                for (const std::uint32_t cell : cells)
                    --m_sizes[cell];
            ANNSCOPE_ASSIGN(
                const double part,
                assign_nearest(m_points.slice(begin, end - begin), centroids, assign_by(m_options), cells,
                               control,
                               {.penalties = m_prices,
                                .distances = std::span(m_distances).subspan(begin, end - begin)}));
            for (const std::uint32_t cell : cells)
                ++m_sizes[cell];
            sum += part;
            if (!first)
                change_prices();
        }
        measure_cells();
        return sum;
    }

    /// The centroids of cells below the mean, smallest first, go beside those of the largest cells, while
    /// these are beyond 1.2 limits: at most k / 8 of them. Returns how many moved.
    std::size_t relocate(std::span<float> centroids) {
        const std::size_t k = m_options.k, dim = m_points.dim();
        std::vector<std::uint32_t> order(k);
        std::iota(order.begin(), order.end(), 0u);
        std::ranges::stable_sort(order, [&](auto a, auto b) { return m_sizes[a] < m_sizes[b]; });
        const double mean = static_cast<double>(m_points.size()) / static_cast<double>(k);
        std::size_t moved = 0;
        for (; moved < std::max<std::size_t>(1, k / 8) && moved < k / 2; ++moved) {
            const std::uint32_t giver = order[moved], taker = order[k - 1 - moved];
            if (static_cast<double>(m_sizes[taker]) <= 1.2 * m_limit ||
                static_cast<double>(m_sizes[giver]) > mean)
                break;
            part_centroids(centroids.data() + taker * dim, centroids.data() + giver * dim, dim);
            m_prices[taker] = m_prices[giver] = 0;
        }
        return moved;
    }

private:
    void change_prices() noexcept {
        for (std::size_t cell = 0; cell < m_prices.size(); ++cell) {
            const double excess = std::min(1.0, static_cast<double>(m_sizes[cell]) / m_limit - 1);
            const double step = kPriceStep / static_cast<double>(kSlices) * m_scales[cell] * excess;
            m_prices[cell] = static_cast<float>(std::max(0.0, static_cast<double>(m_prices[cell]) + step));
        }
    }

    void measure_points() {
        m_lengths.resize(m_points.size());
        std::vector<float> row(m_points.dim());
        for (std::size_t i = 0; i < m_points.size(); ++i) {
            m_points.copy_row(i, row.data());
            m_lengths[i] = simd::kernels().norm_f32(row.data(), row.size());
        }
    }

    /// The mean squared distance of each cell.
    void measure_cells() noexcept {
        std::ranges::fill(m_scales, 0.0);
        for (std::size_t i = 0; i < m_cells.size(); ++i)
            m_scales[m_cells[i]] += m_options.spherical
                                        ? static_cast<double>(m_lengths[i] + 1 - 2 * m_distances[i])
                                        : static_cast<double>(m_distances[i]);
        for (std::size_t cell = 0; cell < m_scales.size(); ++cell)
            m_scales[cell] /= static_cast<double>(std::max<std::size_t>(m_sizes[cell], 1));
    }

    const VectorSet& m_points;
    const KmeansOptions& m_options;
    const double m_limit;
    std::vector<float> m_prices;
    std::vector<double> m_scales; ///< what a price of a cell is measured in
    std::vector<std::size_t> m_sizes;
    std::vector<std::uint32_t> m_cells;
    std::vector<float> m_distances; ///< of the points, or products
    std::vector<float> m_lengths;   ///< squared, of the points; only where products are compared
};

} // namespace

Result<KmeansResult> balanced(const VectorSet& points, const KmeansOptions& options, std::uint64_t seed,
                              const Control& control) {
    KmeansResult result;
    ANNSCOPE_ASSIGN(result.centroids, seed_centroids(points, options, seed, control));
    control.begin("Training centroids", static_cast<std::uint64_t>(options.niter) * points.size());
    const std::size_t dim = points.dim();
    const std::span<float> values(result.centroids.data(), options.k * dim);
    if (options.spherical)
        to_unit(values, dim);
    Balancer balancer(points, options);
    for (int iteration = 0; iteration < options.niter; ++iteration) {
        ANNSCOPE_ASSIGN(const double objective,
                        balancer.assign({values.data(), options.k, dim}, iteration == 0, control));
        result.objective.push_back(objective);
        const Groups groups(balancer.cells(), options.k);
        ANNSCOPE_TRY(move_centroids(points, groups, values, control));
        if (2 * iteration < options.niter)
            result.splits += balancer.relocate(values);
        result.splits += split_empty(groups, dim, values, seed + static_cast<std::uint64_t>(iteration));
        if (options.spherical)
            to_unit(values, dim);
    }
    return result;
}

} // namespace annscope::clustering
