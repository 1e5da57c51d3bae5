// SPDX-License-Identifier: Apache-2.0
// The start of k-means|| (Bahmani, Moseley, Vattani, Kumar and Vassilvitskii: Scalable k-means++, VLDB 2012,
// Algorithm 2): in each of a few rounds every point becomes a candidate with a chance proportional to its
// squared distance from the candidates so far, k of them on average; then the candidates, weighted by how
// many points they are nearest to, are thinned out to k by k-means++.
#include "core/random.h"
#include "quant/kmeans_seeding.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kRounds = 5; // beyond these the paper sees no gain

class Candidates {
public:
    Candidates(VectorView points, std::size_t k, std::uint64_t seed)
        : m_points(points), m_k(k), m_random(seed ^ 0x6b6d7c7c), // "km||"
          m_nearest(points.rows(), std::numeric_limits<float>::infinity()), m_owner(points.rows()),
          m_is_candidate(points.rows()) {
        take(static_cast<std::uint32_t>(m_random.below(points.rows())));
    }

    /// Tells every point its distance from the newest candidates, too.
    Status look_at_new(const Control& control) {
        const std::size_t first = m_known, count = m_rows.size() - first, dim = m_points.cols();
        m_known = m_rows.size();
        if (count == 0) {
            control.advance(m_points.rows());
            return {};
        }
        AlignedBuffer<float> fresh(count * dim);
        for (std::size_t i = 0; i < count; ++i)
            std::copy_n(m_points.row(m_rows[first + i]), dim, fresh.data() + i * dim);
        std::vector<std::uint32_t> cells(m_points.rows());
        std::vector<float> distances(m_points.rows());
        const VectorSet all({}, m_points.data(), ElementType::F32, m_points.rows(), dim, m_points.stride());
        ANNSCOPE_TRY(assign_nearest(all, {fresh.data(), count, dim}, AssignBy::L2, cells, control,
                                    {.penalties = {}, .distances = distances}));
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (distances[i] < m_nearest[i]) {
                m_nearest[i] = distances[i];
                m_owner[i] = static_cast<std::uint32_t>(first + cells[i]);
            }
        for (std::size_t i = first; i < m_rows.size(); ++i) {
            m_nearest[m_rows[i]] = 0; // whatever rounding says
            m_owner[m_rows[i]] = static_cast<std::uint32_t>(i);
        }
        return {};
    }

    void draw_round() {
        const double cost = std::accumulate(m_nearest.begin(), m_nearest.end(), 0.0);
        const double scale = cost > 0 ? static_cast<double>(m_k) / cost : 0;
        for (std::size_t i = 0; i < m_nearest.size(); ++i)
            if (m_random.uniform() < scale * static_cast<double>(m_nearest[i]) && !m_is_candidate[i])
                take(static_cast<std::uint32_t>(i));
    }

    /// Random points where fewer than k are apart.
    void fill_up() {
        for (std::size_t i = m_random.below(m_points.rows()); m_rows.size() < m_k;
             i = (i + 1) % m_points.rows())
            if (!m_is_candidate[i])
                take(static_cast<std::uint32_t>(i));
    }

    Result<AlignedBuffer<float>> thinned(std::uint64_t seed, const Control& control) const {
        const std::size_t dim = m_points.cols();
        AlignedBuffer<float> values(m_rows.size() * dim);
        std::vector<float> weights(m_rows.size());
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            std::copy_n(m_points.row(m_rows[i]), dim, values.data() + i * dim);
        if (m_rows.size() == m_k)
            return values;
        for (const std::uint32_t owner : m_owner)
            ++weights[owner];
        return plus_plus({values.data(), m_rows.size(), dim}, weights, m_k, seed, control);
    }

private:
    void take(std::uint32_t row) {
        m_rows.push_back(row);
        m_is_candidate[row] = true;
    }

    const VectorView m_points;
    const std::size_t m_k;
    Random m_random;
    std::vector<float> m_nearest;       ///< per point: squared distance to the nearest candidate
    std::vector<std::uint32_t> m_owner; ///< per point: that candidate
    std::vector<bool> m_is_candidate;
    std::vector<std::uint32_t> m_rows; ///< the candidates
    std::size_t m_known = 0;           ///< how many of them the points know
};

} // namespace

Result<AlignedBuffer<float>> parallel_start(VectorView points, std::size_t k, std::uint64_t seed,
                                            const Control& control) {
    control.begin("Seeding centroids", (kRounds + 1) * points.rows() + k);
    Candidates candidates(points, k, seed);
    for (std::size_t round = 0; round < kRounds; ++round) {
        ANNSCOPE_TRY(candidates.look_at_new(control));
        candidates.draw_round();
    }
    candidates.fill_up();
    ANNSCOPE_TRY(candidates.look_at_new(control));
    return candidates.thinned(seed, control);
}

} // namespace annscope
