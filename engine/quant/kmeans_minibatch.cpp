// SPDX-License-Identifier: Apache-2.0
// Mini-batch k-means (Sculley: Web-scale k-means clustering, WWW 2010): every centroid moves towards each
// point of a batch that is nearest to it, by one over the number of points it has seen. Beside the paper:
// batches are cut from a new order of all points in each pass; a pass begins with half of the counts, so that
// what the first, wild batches said is forgotten; centroids that a whole pass left without points begin anew
// at points of its last batch, drawn in proportion to their squared distance; it ends when a pass gains
// little.
#include "core/parallel.h"
#include "core/random.h"
#include "quant/kmeans_seeding.h"
#include "quant/kmeans_steps.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope::clustering {
namespace {

constexpr std::size_t kBatchRows = 4096;
constexpr std::size_t kSeedPoints = 32; // per centroid; what the starts choose from
constexpr double kLeastGain = 0.004;    // of the objective in a pass

class MiniBatches {
public:
    MiniBatches(const VectorSet& points, std::span<const std::uint32_t> rows, const KmeansOptions& options,
                std::uint64_t seed, const Control& control)
        : m_points(points), m_options(options), m_control(control), m_dim(points.dim()), m_random(seed),
          m_order(rows.begin(), rows.end()), m_counts(options.k), m_seen(options.k) {
        if (m_order.empty()) {
            m_order.resize(points.size());
            std::iota(m_order.begin(), m_order.end(), 0u);
        }
        const std::size_t wanted =
            options.batch_size > 0 ? options.batch_size : std::max(kBatchRows, options.k);
        m_batch_rows = std::min(wanted, m_order.size());
        m_batch = AlignedBuffer<float>(m_batch_rows * m_dim);
        m_cells.resize(m_batch_rows);
        m_distances.resize(m_batch_rows);
    }

    Result<KmeansResult> run(std::uint64_t seed) {
        KmeansResult result;
        ANNSCOPE_ASSIGN(result.centroids, start(seed));
        m_centroids = result.centroids.data();
        m_control.begin("Training centroids", static_cast<std::uint64_t>(m_options.niter) * m_order.size());
        for (int pass = 0; pass < m_options.niter; ++pass) {
            ANNSCOPE_ASSIGN(const double objective, one_pass());
            const double before = result.objective.empty() ? 0 : result.objective.back();
            result.objective.push_back(objective);
            const std::size_t revived = revive_dead();
            result.splits += revived;
            if (pass > 0 && revived == 0 && std::abs(before - objective) <= kLeastGain * std::abs(before))
                break;
        }
        return result;
    }

private:
    Result<AlignedBuffer<float>> start(std::uint64_t seed) {
        const std::size_t count = std::min(m_order.size(), m_options.k * kSeedPoints);
        std::vector<std::uint32_t> rows = random_sample(m_order.size(), count, seed);
        for (std::uint32_t& row : rows)
            row = m_order[row];
        ANNSCOPE_ASSIGN(const VectorSet sample, gather_points(m_points, rows, false, m_options, m_control));
        ANNSCOPE_ASSIGN(AlignedBuffer<float> centroids, seed_centroids(sample, m_options, seed, m_control));
        if (m_options.spherical)
            to_unit({centroids.data(), centroids.size()}, m_dim);
        return centroids;
    }

    Result<double> one_pass() {
        for (std::size_t i = 0; i + 1 < m_order.size(); ++i)
            std::swap(m_order[i], m_order[i + m_random.below(m_order.size() - i)]);
        for (double& count : m_counts)
            count /= 2;
        std::ranges::fill(m_seen, 0u);
        double objective = 0;
        const std::size_t batches = (m_order.size() + m_batch_rows - 1) / m_batch_rows;
        for (std::size_t batch = 0; batch < batches; ++batch) { // of even length
            const std::size_t begin = m_order.size() * batch / batches;
            ANNSCOPE_ASSIGN(const double sum,
                            one_batch(begin, m_order.size() * (batch + 1) / batches - begin));
            objective += sum;
        }
        return objective;
    }

    Result<double> one_batch(std::size_t begin, std::size_t count) {
        ANNSCOPE_TRY(parallel_for(count, 256, m_control, [&](std::size_t from, std::size_t to, int) {
            for (std::size_t i = from; i < to; ++i) {
                m_points.copy_row(m_order[begin + i], m_batch.data() + i * m_dim);
                if (m_options.unit_points)
                    normalize(m_batch.data() + i * m_dim, m_dim);
            }
        }));
        const VectorSet batch({}, m_batch.data(), ElementType::F32, count, m_dim, m_dim);
        const std::span cells = std::span(m_cells).first(count);
        m_last = count;
        ANNSCOPE_ASSIGN(const double sum,
                        assign_nearest(batch, {m_centroids, m_options.k, m_dim}, assign_by(m_options), cells,
                                       m_control,
                                       {.penalties = {}, .distances = std::span(m_distances).first(count)}));
        const Groups groups(cells, m_options.k);
        ANNSCOPE_TRY(parallel_for(m_options.k, 64, m_control, [&](std::size_t from, std::size_t to, int) {
            for (std::size_t cell = from; cell < to; ++cell)
                move(cell, groups.of(cell));
        }));
        return sum;
    }

    void move(std::size_t cell, std::span<const std::uint32_t> rows) noexcept {
        if (rows.empty())
            return;
        float* centroid = m_centroids + cell * m_dim;
        for (const std::uint32_t row : rows) {
            m_counts[cell] += 1;
            const float rate = static_cast<float>(1 / m_counts[cell]);
            const float* point = m_batch.data() + row * m_dim;
            for (std::size_t j = 0; j < m_dim; ++j)
                centroid[j] += rate * (point[j] - centroid[j]);
        }
        m_seen[cell] += static_cast<std::uint32_t>(rows.size());
        if (m_options.spherical)
            normalize(centroid, m_dim);
    }

    /// Returns how many began anew.
    std::size_t revive_dead() {
        std::size_t revived = 0;
        std::vector<double> chances(m_last);
        const std::span distances = std::span(m_distances).first(m_last);
        const float nearest =
            *std::ranges::max_element(distances); // the largest product, if they are products
        for (std::size_t i = 0; i < m_last; ++i)
            chances[i] = static_cast<double>(m_options.spherical ? nearest - distances[i] : distances[i]);
        double total = std::accumulate(chances.begin(), chances.end(), 0.0);
        for (std::size_t cell = 0; cell < m_options.k && total > 0; ++cell) {
            if (m_seen[cell] > 0)
                continue;
            double left = m_random.uniform() * total;
            std::size_t at = 0;
            while (at + 1 < m_last && (left -= chances[at]) >= 0)
                ++at;
            total -= chances[at];
            chances[at] = 0; // each point once
            std::copy_n(m_batch.data() + at * m_dim, m_dim, m_centroids + cell * m_dim);
            if (m_options.spherical)
                normalize(m_centroids + cell * m_dim, m_dim);
            m_counts[cell] = 1;
            ++revived;
        }
        return revived;
    }

    const VectorSet& m_points;
    const KmeansOptions& m_options;
    const Control& m_control;
    const std::size_t m_dim;
    Random m_random;
    std::vector<std::uint32_t> m_order;
    std::vector<double> m_counts;      ///< per centroid: one over the learning rate
    std::vector<std::uint32_t> m_seen; ///< per centroid: points in this pass
    float* m_centroids = nullptr;
    std::size_t m_batch_rows = 0, m_last = 0; ///< m_last: rows of the batch that m_batch holds
    AlignedBuffer<float> m_batch;
    std::vector<std::uint32_t> m_cells;
    std::vector<float> m_distances;
};

} // namespace

Result<KmeansResult> minibatch(const VectorSet& points, std::span<const std::uint32_t> rows,
                               const KmeansOptions& options, std::uint64_t seed, const Control& control) {
    return MiniBatches(points, rows, options, seed, control).run(seed);
}

} // namespace annscope::clustering
