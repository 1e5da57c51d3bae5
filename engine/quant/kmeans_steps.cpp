// SPDX-License-Identifier: Apache-2.0
#include "quant/kmeans_steps.h"

#include "core/parallel.h"
#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope::clustering {
namespace {

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

} // namespace

Groups::Groups(std::span<const std::uint32_t> cells, std::size_t k) : offsets(k + 1), rows(cells.size()) {
    for (const std::uint32_t cell : cells)
        ++offsets[cell + 1];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
    for (std::size_t i = 0; i < cells.size(); ++i)
        rows[next[cells[i]]++] = static_cast<std::uint32_t>(i);
}

Status move_centroids(const VectorSet& points, const Groups& groups, std::span<float> centroids,
                      const Control& control) {
    return parallel_for(groups.size(), 4, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> partial;
        std::vector<double> sum;
        for (std::size_t cell = begin; cell < end; ++cell) {
            const auto rows = groups.of(cell);
            float* mean = centroids.data() + cell * points.dim();
            if (rows.empty())
                continue;
            switch (points.type()) {
            case ElementType::F32:
                mean_of(points.view<float>(), rows, partial, sum, mean);
                break;
            case ElementType::F16:
                mean_of(points.view<Half>(), rows, partial, sum, mean);
                break;
            case ElementType::U8:
                mean_of(points.view<std::uint8_t>(), rows, partial, sum, mean);
                break;
            case ElementType::I8:
                mean_of(points.view<std::int8_t>(), rows, partial, sum, mean);
                break;
            }
        }
    });
}

void part_centroids(float* from, float* to, std::size_t dim) noexcept {
    constexpr float kStep = 1.0f / 1024;
    for (std::size_t j = 0; j < dim; ++j) {
        const float sign = j % 2 == 0 ? 1.0f : -1.0f;
        to[j] = from[j] * (1 + sign * kStep);
        from[j] *= 1 - sign * kStep;
    }
}

std::size_t split_empty(const Groups& groups, std::size_t dim, std::span<float> centroids,
                        std::uint64_t seed) {
    const std::size_t k = groups.size();
    std::vector<std::size_t> sizes(k);
    for (std::size_t cell = 0; cell < k; ++cell)
        sizes[cell] = groups.of(cell).size();
    Random random(seed);
    std::size_t splits = 0;
    for (std::size_t empty = 0; empty < k; ++empty) {
        if (sizes[empty] > 0)
            continue;
        const double others = static_cast<double>(groups.rows.size() - k);
        std::size_t donor = 0; // some cluster has two points or more, so one is taken in the end
        while (sizes[donor] < 2 || random.uniform() * others >= static_cast<double>(sizes[donor] - 1))
            donor = (donor + 1) % k;
        part_centroids(centroids.data() + donor * dim, centroids.data() + empty * dim, dim);
        sizes[empty] = sizes[donor] / 2;
        sizes[donor] -= sizes[empty];
        ++splits;
    }
    return splits;
}

void to_unit(std::span<float> centroids, std::size_t dim) noexcept {
    for (std::size_t begin = 0; begin < centroids.size(); begin += dim)
        normalize(centroids.data() + begin, dim);
}

std::vector<std::uint32_t> training_rows(std::size_t n, const KmeansOptions& options) {
    const std::size_t count = training_size(n, options);
    if (count == n)
        return {};
    std::vector<std::uint32_t> rows = random_sample(n, count, options.seed);
    std::ranges::sort(rows); // a mapped file is read front to back
    return rows;
}

Result<VectorSet> gather_points(const VectorSet& points, std::span<const std::uint32_t> rows, bool all,
                                const KmeansOptions& options, const Control& control) {
    if (all && !options.unit_points)
        return points;
    const std::size_t count = all ? points.size() : rows.size(), dim = points.dim();
    ANNSCOPE_TRY(check_memory(count * dim * sizeof(float), "The training sample"));
    AlignedBuffer<float> out(count * dim);
    ANNSCOPE_TRY(parallel_for(count, 256, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i) {
            points.copy_row(all ? i : rows[i], out.data() + i * dim);
            if (options.unit_points)
                normalize(out.data() + i * dim, dim);
        }
    }));
    return VectorSet::adopt(std::move(out), count, dim);
}

} // namespace annscope::clustering
