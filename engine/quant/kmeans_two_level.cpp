// SPDX-License-Identifier: Apache-2.0
// k-means for many centroids: the points are put into about sqrt(k) groups by k-means; each group is divided
// by a k-means of its own into its share of the k centroids, in proportion to its points; then a few rounds
// of Lloyd's algorithm over all, where a point looks for its centroid only in the few groups nearest to it.
// One iteration costs points x 2 sqrt(k) instead of points x k. The hierarchical k-means of Nister and
// Stewenius (Scalable recognition with a vocabulary tree, CVPR 2006) with two levels; the rounds over all
// repair the borders.
#include "core/parallel.h"
#include "quant/kmeans_steps.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace annscope::clustering {
namespace {

constexpr int kRefineRounds = 3;
constexpr std::size_t kNearGroups = 6;

/// How many of the k centroids each group gets: in proportion to its points by largest remainders, at most
/// one per point, at least one where there are points. k: at most the sum of the sizes.
std::vector<std::size_t> shares_of(std::span<const std::size_t> sizes, std::size_t k) {
    const double n = static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}));
    std::vector<std::size_t> shares(sizes.size());
    std::size_t given = 0;
    for (std::size_t g = 0; g < sizes.size(); ++g) {
        const double exact = static_cast<double>(k) * static_cast<double>(sizes[g]) / n;
        shares[g] = std::min(sizes[g], std::max<std::size_t>(1, static_cast<std::size_t>(exact)));
        given += shares[g];
    }
    // What rounding left over goes, one by one, to where most points stand for a centroid; it comes, where
    // groups smaller than a share got theirs, from where fewest do.
    const auto load = [&](std::size_t g) {
        return static_cast<double>(sizes[g]) / static_cast<double>(std::max<std::size_t>(shares[g], 1));
    };
    for (; given < k; ++given) {
        std::size_t best = 0;
        double most = -1;
        for (std::size_t g = 0; g < sizes.size(); ++g)
            if (shares[g] < sizes[g] && load(g) > most) {
                best = g;
                most = load(g);
            }
        ++shares[best];
    }
    for (; given > k; --given) {
        std::size_t best = 0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t g = 0; g < sizes.size(); ++g)
            if (shares[g] > 1 && load(g) < least) {
                best = g;
                least = load(g);
            }
        --shares[best];
    }
    return shares;
}

class TwoLevelTraining {
public:
    TwoLevelTraining(const VectorSet& points, const KmeansOptions& options, const Control& control)
        : m_points(points), m_options(options), m_control(control), m_dim(points.dim()),
          m_centroids(options.k * m_dim), m_cells(points.size()) {
        m_alone.stop = control.stop;
        m_alone.threads = 1;
    }

    Result<KmeansResult> run(std::uint64_t seed) {
        KmeansResult result;
        ANNSCOPE_TRY(make_groups(seed, result));
        ANNSCOPE_TRY(divide_groups(seed, result));
        ANNSCOPE_TRY(refine(seed, result));
        result.centroids = std::move(m_centroids);
        return result;
    }

private:
    std::size_t groups() const noexcept { return m_first.size() - 1; }

    /// The groups' centroids, and the group of each point in m_cells.
    Status make_groups(std::uint64_t seed, KmeansResult& result) {
        KmeansOptions options = m_options;
        options.k = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(m_options.k))));
        options.seed = seed;
        options.two_level = TwoLevel::Never;
        options.nredo = 1;
        options.sample_share = 1;
        options.unit_points = false; // they are already
        ANNSCOPE_ASSIGN(KmeansResult made, kmeans(m_points, options, m_control));
        m_group_centroids = std::move(made.centroids);
        result.splits += made.splits;
        m_control.begin("Grouping vectors", m_points.size());
        const auto sum = assign_nearest(m_points, {m_group_centroids.data(), options.k, m_dim},
                                        assign_by(m_options), m_cells, m_control);
        m_first.resize(options.k + 1);
        return sum ? Status() : Status(sum.error());
    }

    Status divide_groups(std::uint64_t seed, KmeansResult& result) {
        const Groups members(m_cells, groups());
        std::vector<std::size_t> sizes(groups());
        for (std::size_t g = 0; g < groups(); ++g)
            sizes[g] = members.of(g).size();
        const std::vector<std::size_t> shares = shares_of(sizes, m_options.k);
        std::partial_sum(shares.begin(), shares.end(), m_first.begin() + 1);
        std::vector<std::size_t> splits(groups());
        std::vector<Status> states(groups());
        m_control.begin("Training centroids of groups", m_points.size());
        ANNSCOPE_TRY(parallel_for(groups(), 1, m_control, [&](std::size_t begin, std::size_t end, int) {
            for (std::size_t g = begin; g < end; ++g) {
                states[g] = divide(g, members.of(g), seed, splits[g]);
                m_control.advance(sizes[g]);
            }
        }));
        for (const Status& state : states)
            ANNSCOPE_TRY(state);
        result.splits += std::accumulate(splits.begin(), splits.end(), std::size_t{0});
        drop_empty_groups();
        return {};
    }

    void drop_empty_groups() noexcept {
        std::size_t kept = 0;
        for (std::size_t g = 0; g < groups(); ++g) {
            if (m_first[g] == m_first[g + 1])
                continue;
            std::copy_n(m_group_centroids.data() + g * m_dim, m_dim, m_group_centroids.data() + kept * m_dim);
            m_first[++kept] = m_first[g + 1];
        }
        m_first.resize(kept + 1);
    }

    Status divide(std::size_t group, std::span<const std::uint32_t> members, std::uint64_t seed,
                  std::size_t& splits) {
        const std::size_t k = m_first[group + 1] - m_first[group];
        if (k == 0)
            return {};
        KmeansOptions options = m_options;
        options.k = k;
        options.seed = seed + 7919 * (group + 1); // a prime: neighbouring seeds share none
        options.two_level = TwoLevel::Never;
        options.minibatch = false; // a group is small
        options.nredo = 1;
        options.sample_share = 1;
        options.max_points_per_centroid = m_points.size();
        options.unit_points = false;
        const AlignedBuffer<float> rows = m_points.gather(members);
        const VectorSet own({}, rows.data(), ElementType::F32, members.size(), m_dim, m_dim);
        ANNSCOPE_ASSIGN(const KmeansResult made, kmeans(own, options, m_alone));
        std::copy_n(made.centroids.data(), k * m_dim, m_centroids.data() + m_first[group] * m_dim);
        splits = made.splits;
        return {};
    }

    Status refine(std::uint64_t seed, KmeansResult& result) {
        m_near_count = std::min(kNearGroups, groups());
        m_control.begin("Refining centroids", kRefineRounds * (m_near_count + 1) * m_points.size());
        const std::span<float> values(m_centroids.data(), m_centroids.size());
        for (int round = 0; round < kRefineRounds; ++round) {
            ANNSCOPE_TRY(find_near_groups());
            ANNSCOPE_ASSIGN(const double objective, assign_through_groups());
            result.objective.push_back(objective);
            const Groups members(m_cells, m_options.k);
            ANNSCOPE_TRY(move_centroids(m_points, members, values, m_control));
            result.splits += split_empty(members, m_dim, values, seed + static_cast<std::uint64_t>(round));
            if (m_options.spherical)
                to_unit(values, m_dim);
            centre_groups();
        }
        return {};
    }

    /// m_near: row i holds the groups nearest to point i, nearest first.
    Status find_near_groups() {
        m_near.resize(m_points.size() * m_near_count);
        return parallel_for(m_points.size(), 64, m_control, [&](std::size_t begin, std::size_t end, int) {
            const auto& kernels = simd::kernels().f32;
            std::vector<float> row(m_dim), distances(groups());
            std::vector<std::uint32_t> order(groups());
            for (std::size_t i = begin; i < end; ++i) {
                m_points.copy_row(i, row.data());
                (m_options.spherical ? kernels.ip_rows : kernels.l2_rows)(
                    row.data(), m_group_centroids.data(), m_dim, groups(), m_dim, distances.data());
                std::iota(order.begin(), order.end(), 0u);
                const auto nearer = [&](std::uint32_t a, std::uint32_t b) {
                    const float x = m_options.spherical ? -distances[a] : distances[a];
                    const float y = m_options.spherical ? -distances[b] : distances[b];
                    return x < y || (x == y && a < b);
                };
                const auto middle = order.begin() + static_cast<std::ptrdiff_t>(m_near_count);
                std::partial_sort(order.begin(), middle, order.end(), nearer);
                std::copy(order.begin(), middle,
                          m_near.begin() + static_cast<std::ptrdiff_t>(i * m_near_count));
            }
            m_control.advance(end - begin);
        });
    }

    /// The nearest centroid of each point among those of its near groups: a group at a time for all points
    /// that have it as their first, then second ... choice, so that no two threads meet at a point.
    Result<double> assign_through_groups() {
        std::vector<float> best(m_points.size(), std::numeric_limits<float>::infinity());
        std::vector<std::uint32_t> choice(m_points.size());
        std::vector<Status> states(groups());
        for (std::size_t rank = 0; rank < m_near_count; ++rank) {
            for (std::size_t i = 0; i < choice.size(); ++i)
                choice[i] = m_near[i * m_near_count + rank];
            const Groups members(choice, groups());
            ANNSCOPE_TRY(parallel_for(groups(), 1, m_control, [&](std::size_t begin, std::size_t end, int) {
                for (std::size_t g = begin; g < end; ++g)
                    states[g] = assign_in_group(g, members.of(g), best);
            }));
            for (const Status& state : states)
                ANNSCOPE_TRY(state);
        }
        double sum = 0;
        for (const float distance : best)
            sum += static_cast<double>(m_options.spherical ? -distance : distance);
        return sum;
    }

    Status assign_in_group(std::size_t group, std::span<const std::uint32_t> rows, std::span<float> best) {
        const std::size_t first = m_first[group], k = m_first[group + 1] - first;
        constexpr std::size_t kRows = 4096; // gathered at a time
        for (std::size_t begin = 0; begin < rows.size(); begin += kRows) {
            const auto part = rows.subspan(begin, std::min(kRows, rows.size() - begin));
            const AlignedBuffer<float> values = m_points.gather(part);
            const VectorSet own({}, values.data(), ElementType::F32, part.size(), m_dim, m_dim);
            std::vector<std::uint32_t> cells(part.size());
            std::vector<float> distances(part.size());
            const auto sum =
                assign_nearest(own, {m_centroids.data() + first * m_dim, k, m_dim}, assign_by(m_options),
                               cells, m_alone, {.penalties = {}, .distances = distances});
            if (!sum)
                return sum.error();
            for (std::size_t i = 0; i < part.size(); ++i) {
                const float distance = m_options.spherical ? -distances[i] : distances[i];
                const auto cell = static_cast<std::uint32_t>(first + cells[i]);
                if (distance < best[part[i]] || (distance == best[part[i]] && cell < m_cells[part[i]])) {
                    best[part[i]] = distance;
                    m_cells[part[i]] = cell;
                }
            }
        }
        m_control.advance(rows.size());
        return {};
    }

    /// Every group's centroid to the mean of its centroids, which have moved.
    void centre_groups() {
        for (std::size_t g = 0; g < groups(); ++g) {
            const std::size_t k = m_first[g + 1] - m_first[g];
            std::vector<double> sum(m_dim);
            for (std::size_t c = m_first[g]; c < m_first[g + 1]; ++c)
                for (std::size_t j = 0; j < m_dim; ++j)
                    sum[j] += static_cast<double>(m_centroids[c * m_dim + j]);
            for (std::size_t j = 0; j < m_dim; ++j)
                m_group_centroids[g * m_dim + j] = static_cast<float>(sum[j] / static_cast<double>(k));
        }
        if (m_options.spherical)
            to_unit({m_group_centroids.data(), m_group_centroids.size()}, m_dim);
    }

    const VectorSet& m_points;
    const KmeansOptions& m_options;
    const Control& m_control;
    Control m_alone; ///< for work within one thread: stops as the whole does, tells no progress
    const std::size_t m_dim;
    AlignedBuffer<float> m_centroids, m_group_centroids;
    std::vector<std::uint32_t> m_cells; ///< of each point: its group, later its centroid
    std::vector<std::size_t> m_first;   ///< of each group: its first centroid
    std::vector<std::uint32_t> m_near;
    std::size_t m_near_count = 0;
};

} // namespace

Result<KmeansResult> two_level(const VectorSet& points, const KmeansOptions& options, std::uint64_t seed,
                               const Control& control) {
    return TwoLevelTraining(points, options, control).run(seed);
}

} // namespace annscope::clustering
