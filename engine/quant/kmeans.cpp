// SPDX-License-Identifier: Apache-2.0
#include "quant/kmeans.h"

#include "core/parallel.h"
#include "core/random.h"
#include "quant/kmeans_seeding.h"

#include <algorithm>
#include <numeric>

namespace annscope {
namespace {

/// Rows of one cluster, in row order, for every cluster: a counting sort.
struct Groups {
    std::vector<std::size_t> offsets; ///< k + 1
    std::vector<std::uint32_t> rows;

    Groups(std::span<const std::uint32_t> cells, std::size_t k) : offsets(k + 1), rows(cells.size()) {
        for (const std::uint32_t cell : cells)
            ++offsets[cell + 1];
        std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
        std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
        for (std::size_t i = 0; i < cells.size(); ++i)
            rows[next[cells[i]]++] = static_cast<std::uint32_t>(i);
    }
    std::span<const std::uint32_t> of(std::size_t cell) const noexcept {
        return std::span(rows).subspan(offsets[cell], offsets[cell + 1] - offsets[cell]);
    }
};

template<class T>
void add_row(const T* row, std::size_t dim, float* sum) noexcept {
    for (std::size_t j = 0; j < dim; ++j)
        if constexpr (std::is_same_v<T, Half>)
            sum[j] += half_to_float(row[j]);
        else
            sum[j] += static_cast<float>(row[j]);
}

/// The mean of some rows: float sums of 32 rows, added up in double, always in row order.
template<class T>
void mean_of(MatrixView<T> points, std::span<const std::uint32_t> rows, std::vector<float>& partial,
             std::vector<double>& sum, float* mean) {
    const std::size_t dim = points.cols();
    sum.assign(dim, 0.0);
    for (std::size_t begin = 0; begin < rows.size(); begin += 32) {
        partial.assign(dim, 0.0f);
        for (const std::uint32_t row : rows.subspan(begin, std::min<std::size_t>(32, rows.size() - begin)))
            add_row(points.row(row), dim, partial.data());
        for (std::size_t j = 0; j < dim; ++j)
            sum[j] += partial[j];
    }
    const double scale = 1.0 / static_cast<double>(rows.size());
    for (std::size_t j = 0; j < dim; ++j)
        mean[j] = static_cast<float>(sum[j] * scale);
}

class Lloyd {
public:
    Lloyd(const VectorSet& points, const KmeansOptions& options, const Control& control)
        : m_points(points), m_options(options), m_control(control), m_cells(points.size()) {}

    Result<KmeansResult> run(std::uint64_t seed) {
        KmeansResult result;
        ANNSCOPE_ASSIGN(result.centroids, seed_centroids(m_points, m_options, seed, m_control));
        m_control.begin("Training centroids", static_cast<std::uint64_t>(m_options.niter) * m_points.size());
        if (m_options.spherical)
            to_unit(result.centroids);
        const VectorView centroids(result.centroids.data(), m_options.k, m_points.dim());
        const AssignBy by = m_options.spherical ? AssignBy::InnerProduct : AssignBy::L2;
        for (int iteration = 0; iteration < m_options.niter; ++iteration) {
            ANNSCOPE_ASSIGN(const double objective,
                            assign_nearest(m_points, centroids, by, m_cells, m_control));
            result.objective.push_back(objective);
            const Groups groups(m_cells, m_options.k);
            ANNSCOPE_TRY(move_centroids(groups, result.centroids));
            result.splits +=
                split_empty(groups, result.centroids, seed + static_cast<std::uint64_t>(iteration));
            if (m_options.spherical)
                to_unit(result.centroids);
        }
        return result;
    }

private:
    Status move_centroids(const Groups& groups, AlignedBuffer<float>& centroids) const {
        return parallel_for(m_options.k, 4, m_control, [&](std::size_t begin, std::size_t end, int) {
            std::vector<float> partial;
            std::vector<double> sum;
            for (std::size_t cell = begin; cell < end; ++cell) {
                const auto rows = groups.of(cell);
                float* mean = centroids.data() + cell * m_points.dim();
                if (rows.empty())
                    continue;
                switch (m_points.type()) {
                case ElementType::F32:
                    mean_of(m_points.view<float>(), rows, partial, sum, mean);
                    break;
                case ElementType::F16:
                    mean_of(m_points.view<Half>(), rows, partial, sum, mean);
                    break;
                case ElementType::U8:
                    mean_of(m_points.view<std::uint8_t>(), rows, partial, sum, mean);
                    break;
                case ElementType::I8:
                    mean_of(m_points.view<std::int8_t>(), rows, partial, sum, mean);
                    break;
                }
            }
        });
    }

    /// Source: faiss/Clustering.cpp describes the rule; see the header.
    std::size_t split_empty(const Groups& groups, AlignedBuffer<float>& centroids, std::uint64_t seed) const {
        const std::size_t k = m_options.k, dim = m_points.dim();
        std::vector<std::size_t> sizes(k);
        for (std::size_t cell = 0; cell < k; ++cell)
            sizes[cell] = groups.of(cell).size();
        Random random(seed);
        std::size_t splits = 0;
        for (std::size_t empty = 0; empty < k; ++empty) {
            if (sizes[empty] > 0)
                continue;
            const double others = static_cast<double>(m_points.size() - k);
            std::size_t donor = 0; // some cluster has two points or more, so one is taken in the end
            while (sizes[donor] < 2 || random.uniform() * others >= static_cast<double>(sizes[donor] - 1))
                donor = (donor + 1) % k;
            float* to = centroids.data() + empty * dim;
            float* from = centroids.data() + donor * dim;
            constexpr float kStep = 1.0f / 1024;
            for (std::size_t j = 0; j < dim; ++j) {
                const float sign = j % 2 == 0 ? 1.0f : -1.0f;
                to[j] = from[j] * (1 + sign * kStep);
                from[j] *= 1 - sign * kStep;
            }
            sizes[empty] = sizes[donor] / 2;
            sizes[donor] -= sizes[empty];
            ++splits;
        }
        return splits;
    }

    void to_unit(AlignedBuffer<float>& centroids) const noexcept {
        for (std::size_t cell = 0; cell < m_options.k; ++cell)
            normalize(centroids.data() + cell * m_points.dim(), m_points.dim());
    }

    const VectorSet& m_points;
    const KmeansOptions& m_options;
    const Control& m_control;
    std::vector<std::uint32_t> m_cells;
};

/// At most k x max_points_per_centroid rows, of unit length where that is asked for.
Result<VectorSet> training_points(const VectorSet& points, const KmeansOptions& options,
                                  const Control& control) {
    const std::size_t wanted = options.k * options.max_points_per_centroid;
    const bool sampled = points.size() > wanted;
    if (!sampled && !options.unit_points)
        return points;
    const std::size_t count = std::min(points.size(), wanted), dim = points.dim();
    ANNSCOPE_TRY(check_memory(count * dim * sizeof(float), "The training sample"));
    std::vector<std::uint32_t> rows;
    if (sampled) {
        rows = random_sample(points.size(), count, options.seed);
        std::ranges::sort(rows); // a mapped file is read front to back
    }
    AlignedBuffer<float> out(count * dim);
    ANNSCOPE_TRY(parallel_for(count, 256, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i) {
            points.copy_row(sampled ? rows[i] : i, out.data() + i * dim);
            if (options.unit_points)
                normalize(out.data() + i * dim, dim);
        }
    }));
    return VectorSet::adopt(std::move(out), count, dim);
}

} // namespace

Result<KmeansResult> kmeans(const VectorSet& points, const KmeansOptions& options, const Control& control) {
    if (options.k == 0 || options.niter < 1 || options.nredo < 1 || options.max_points_per_centroid == 0)
        return Error{ErrorCode::InvalidArgument,
                     "k-means needs at least one centroid, one iteration and one point per centroid."};
    if (points.size() < options.k)
        return Error{ErrorCode::InvalidArgument, "There are " + std::to_string(points.size()) +
                                                     " vectors for " + std::to_string(options.k) +
                                                     " centroids; there must be at least as many."};
    control.begin("Training centroids", static_cast<std::uint64_t>(options.niter) * points.size());
    ANNSCOPE_ASSIGN(const VectorSet sample, training_points(points, options, control));
    Lloyd lloyd(sample, options, control);
    KmeansResult best;
    for (int redo = 0; redo < options.nredo; ++redo) {
        // The step between the starts is a prime, so that neighbouring seeds share none.
        ANNSCOPE_ASSIGN(KmeansResult result,
                        lloyd.run(options.seed + 1 + static_cast<std::uint64_t>(redo) * 15486557u));
        const bool better =
            redo == 0 || (options.spherical ? result.objective.back() > best.objective.back()
                                            : result.objective.back() < best.objective.back());
        if (better)
            best = std::move(result);
    }
    if (sample.size() < options.k * options.min_points_per_centroid)
        best.warnings.push_back("There are " + std::to_string(sample.size()) + " training vectors for " +
                                std::to_string(options.k) + " centroids; " +
                                std::to_string(options.k * options.min_points_per_centroid) +
                                " or more are better.");
    return best;
}

} // namespace annscope
