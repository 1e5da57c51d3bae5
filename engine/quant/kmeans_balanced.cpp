// SPDX-License-Identifier: Apache-2.0
// k-means with a limit on the size of a cell: a centroid's price is added to its squared distances; it rises
// while the cell is larger than the limit and falls again, not below zero, while it is smaller. That is dual
// ascent on the limits; with such prices the cells are those of a power diagram (Aurenhammer, Hoffmann and
// Aronov: Minkowski-type theorems and least-squares clustering, Algorithmica 1998). A penalty by size in the
// assignment is also how SPANN balances its lists (Chen et al., NeurIPS 2021). The prices end with the
// training: vectors are added to the nearest centroid, and those have moved to where the vectors are dense.
#include "quant/kmeans_seeding.h"
#include "quant/kmeans_steps.h"

#include <algorithm>

namespace annscope::clustering {
namespace {

constexpr std::size_t kSlices = 16; // of an iteration, between which prices change
constexpr double kPriceStep =
    0.5; // of the mean squared distance, in an iteration, for a cell twice the limit

class Balancer {
public:
    Balancer(const VectorSet& points, const KmeansOptions& options)
        : m_points(points), m_options(options),
          m_limit(options.balance * static_cast<double>(points.size()) / static_cast<double>(options.k)),
          m_prices(options.k), m_sizes(options.k), m_cells(points.size()) {}

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
            ANNSCOPE_ASSIGN(const double part, assign_nearest(m_points.slice(begin, end - begin), centroids,
                                                              assign_by(m_options), cells, control,
                                                              {.penalties = m_prices, .distances = {}}));
            for (const std::uint32_t cell : cells)
                ++m_sizes[cell];
            sum += part;
            if (!first)
                change_prices();
        }
        m_scale = std::abs(sum) / static_cast<double>(n);
        return sum;
    }

private:
    void change_prices() noexcept {
        const double step = kPriceStep / static_cast<double>(kSlices) * m_scale;
        for (std::size_t cell = 0; cell < m_prices.size(); ++cell) {
            const double excess = static_cast<double>(m_sizes[cell]) / m_limit - 1;
            m_prices[cell] = static_cast<float>(
                std::max(0.0, static_cast<double>(m_prices[cell]) + step * std::min(excess, 1.0)));
        }
    }

    const VectorSet& m_points;
    const KmeansOptions& m_options;
    const double m_limit;
    std::vector<float> m_prices;
    std::vector<std::size_t> m_sizes;
    std::vector<std::uint32_t> m_cells;
    double m_scale = 0; ///< mean squared distance of the iteration before
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
        result.splits += split_empty(groups, dim, values, seed + static_cast<std::uint64_t>(iteration));
        if (options.spherical)
            to_unit(values, dim);
    }
    return result;
}

} // namespace annscope::clustering
