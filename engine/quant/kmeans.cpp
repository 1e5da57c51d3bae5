// SPDX-License-Identifier: Apache-2.0
#include "quant/kmeans.h"

#include "quant/kmeans_seeding.h"
#include "quant/kmeans_steps.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace clustering {

Result<KmeansResult> lloyd(const VectorSet& points, const KmeansOptions& options, std::uint64_t seed,
                           const Control& control) {
    KmeansResult result;
    ANNSCOPE_ASSIGN(result.centroids, seed_centroids(points, options, seed, control));
    control.begin("Training centroids", static_cast<std::uint64_t>(options.niter) * points.size());
    const std::size_t dim = points.dim();
    const std::span<float> values(result.centroids.data(), options.k * dim);
    if (options.spherical)
        to_unit(values, dim);
    std::vector<std::uint32_t> cells(points.size());
    for (int iteration = 0; iteration < options.niter; ++iteration) {
        ANNSCOPE_ASSIGN(const double objective, assign_nearest(points, {values.data(), options.k, dim},
                                                               assign_by(options), cells, control));
        result.objective.push_back(objective);
        const Groups groups(cells, options.k);
        ANNSCOPE_TRY(move_centroids(points, groups, values, control));
        result.splits += split_empty(groups, dim, values, seed + static_cast<std::uint64_t>(iteration));
        if (options.spherical)
            to_unit(values, dim);
    }
    return result;
}

} // namespace clustering

namespace {

using namespace clustering;

Error invalid(std::string message) {
    return {ErrorCode::InvalidArgument, std::move(message)};
}

Status check(std::size_t points, const KmeansOptions& options) {
    if (options.k == 0 || options.niter < 1 || options.nredo < 1 || options.max_points_per_centroid == 0)
        return invalid("k-means needs at least one centroid, one iteration and one point per centroid.");
    if (points < options.k)
        return invalid("There are " + format_count(points) + " vectors for " + format_count(options.k) +
                       " centroids; there must be at least as many. Choose at most " + format_count(points) +
                       " centroids, better no more than one for 39 vectors.");
    if (!(options.sample_share > 0 && options.sample_share <= 1))
        return invalid("The share of the vectors to train on must be above 0 and at most 1.");
    if (options.balance != 0 && !(options.balance >= 1 && std::isfinite(options.balance)))
        return invalid("The largest cell must be at least as large as the mean of all: balance is 1 or more, "
                       "or 0 for none.");
    if (options.balance != 0 && options.minibatch)
        return invalid("Cells are balanced by passes over all points, mini-batches are not; choose one of "
                       "the two.");
    return {};
}

bool wants_two_levels(const KmeansOptions& options) noexcept {
    return options.k >= 4 && (options.two_level == TwoLevel::Always ||
                              (options.two_level == TwoLevel::Auto && options.k > kTwoLevelFrom));
}

} // namespace

std::size_t training_size(std::size_t n, const KmeansOptions& options) noexcept {
    const auto product = [&](std::size_t each) { return each > n / options.k ? n : options.k * each; };
    const auto share = static_cast<std::size_t>(std::ceil(options.sample_share * static_cast<double>(n)));
    const std::size_t wanted = std::max(share, product(options.min_points_per_centroid));
    return std::max(options.k, std::min({n, wanted, product(options.max_points_per_centroid)}));
}

Result<KmeansResult> kmeans(const VectorSet& points, const KmeansOptions& options, const Control& control) {
    ANNSCOPE_TRY(check(points.size(), options));
    control.begin("Training centroids", static_cast<std::uint64_t>(options.niter) * points.size());
    const std::size_t count = training_size(points.size(), options);
    const std::vector<std::uint32_t> rows = training_rows(points.size(), options);
    const bool two_levels = wants_two_levels(options), batches = options.minibatch && !two_levels;
    VectorSet sample;
    if (!batches) {
        ANNSCOPE_ASSIGN(sample, gather_points(points, rows, rows.empty(), options, control));
    }
    KmeansResult best;
    for (int redo = 0; redo < options.nredo; ++redo) {
        // The step between the starts is a prime, so that neighbouring seeds share none.
        const std::uint64_t seed = options.seed + 1 + static_cast<std::uint64_t>(redo) * 15486557u;
        ANNSCOPE_ASSIGN(KmeansResult result, batches      ? minibatch(points, rows, options, seed, control)
                                             : two_levels ? two_level(sample, options, seed, control)
                                             : options.balance != 0 ? balanced(sample, options, seed, control)
                                                                    : lloyd(sample, options, seed, control));
        const bool better =
            redo == 0 || (options.spherical ? result.objective.back() > best.objective.back()
                                            : result.objective.back() < best.objective.back());
        if (better)
            best = std::move(result);
    }
    if (count < options.k * options.min_points_per_centroid)
        best.warnings.push_back("There are " + std::to_string(count) + " training vectors for " +
                                std::to_string(options.k) + " centroids; " +
                                std::to_string(options.k * options.min_points_per_centroid) +
                                " or more are better.");
    return best;
}

} // namespace annscope
