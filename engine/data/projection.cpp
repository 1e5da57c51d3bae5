// SPDX-License-Identifier: Apache-2.0
#include "data/projection.h"

#include "core/parallel.h"
#include "core/random.h"
#include "data/scatter.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cblas.h>
#include <cmath>
#include <numeric>
#include <string>

namespace annscope {
namespace {

constexpr std::size_t kSubspace = 32;
constexpr int kMostIterations = 200;
constexpr double kConverged = 1e-9; // relative change of the two largest eigenvalues

std::vector<std::uint32_t> sample_rows(std::size_t n, std::size_t count, std::uint64_t seed) {
    if (count < n)
        return random_sample(n, count, seed);
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0u);
    return all;
}

/// Columns that span the same space, orthonormal.
Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& block) {
    return Eigen::HouseholderQR<Eigen::MatrixXd>(block).householderQ() *
           Eigen::MatrixXd::Identity(block.rows(), block.cols());
}

struct Leading {
    Eigen::MatrixXd vectors; ///< the largest eigenvalue's first
    Eigen::VectorXd values;
};

/// The largest eigenvalues of a symmetric matrix by orthogonal iteration with Ritz acceleration (Golub and
/// Van Loan, Matrix Computations, section 8.2.4): unlike a full decomposition it takes dim^2 a step and can
/// be cancelled. Exact after one step where dim is at most kSubspace.
Result<Leading> leading_eigenvectors(const Eigen::MatrixXd& matrix, const Control& control) {
    const Eigen::Index dim = matrix.rows(), width = std::min<Eigen::Index>(dim, kSubspace);
    Random random(1);
    Eigen::MatrixXd block(dim, width);
    for (double& x : block.reshaped())
        x = random.uniform() - 0.5;
    double previous = -1;
    for (int step = 0;; ++step) {
        if (control.cancel_requested())
            return cancelled();
        const Eigen::MatrixXd q = orthonormal(block);
        cblas_dsymm(CblasColMajor, CblasLeft, CblasLower, static_cast<blasint>(dim),
                    static_cast<blasint>(width), 1.0, matrix.data(), static_cast<blasint>(dim), q.data(),
                    static_cast<blasint>(dim), 0.0, block.data(), static_cast<blasint>(dim));
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> small(q.transpose() * block);
        const double two = small.eigenvalues()[width - 1] + small.eigenvalues()[width - 2];
        if (std::abs(two - previous) <= kConverged * std::abs(two) || step == kMostIterations)
            return Leading{(q * small.eigenvectors()).rowwise().reverse(), small.eigenvalues().reverse()};
        previous = two;
    }
}

/// An eigenvector's sign is arbitrary: the largest component (the first of equals) is made positive.
std::vector<float> oriented(const Eigen::VectorXd& axis) {
    Eigen::Index largest = 0;
    for (Eigen::Index j = 1; j < axis.size(); ++j)
        if (std::abs(axis[j]) > std::abs(axis[largest]) * (1 + 1e-6))
            largest = j;
    const double sign = axis[largest] < 0 ? -1 : 1;
    std::vector<float> result;
    for (const double x : axis)
        result.push_back(static_cast<float>(sign * x));
    return result;
}

Projection identity_of(std::size_t dim) {
    Projection projection;
    projection.identity = true;
    projection.variance_share = 1;
    projection.mean.assign(dim, 0.0f);
    for (std::size_t a = 0; a < 2; ++a) {
        projection.axes[a].assign(dim, 0.0f);
        if (a < dim)
            projection.axes[a][a] = 1;
    }
    return projection;
}

} // namespace

std::array<float, 2> Projection::apply(std::span<const float> v) const noexcept {
    std::array<float, 2> point{};
    for (std::size_t a = 0; a < 2; ++a) {
        double sum = 0;
        for (std::size_t j = 0; j < v.size(); ++j)
            sum += static_cast<double>(axes[a][j]) * (static_cast<double>(v[j]) - mean[j]);
        point[a] = static_cast<float>(sum);
    }
    return point;
}

std::vector<std::array<float, 2>> Projection::apply(const VectorSet& vectors) const {
    std::vector<std::array<float, 2>> points(vectors.size());
    std::vector<float> row(vectors.dim());
    for (std::size_t i = 0; i < points.size(); ++i) {
        vectors.copy_row(i, row.data());
        points[i] = apply(row);
    }
    return points;
}

Result<Projection> fit_projection(const VectorSet& vectors, std::size_t max_sample, std::uint64_t seed,
                                  const Control& control) {
    const std::size_t dim = vectors.dim();
    if (vectors.empty() || dim == 0 || max_sample == 0)
        return Error{ErrorCode::InvalidArgument, "A projection needs at least one vector."};
    if (dim <= 2)
        return identity_of(dim);
    const std::size_t n = std::min(vectors.size(), max_sample);
    ANNSCOPE_TRY(check_memory(n * dim * sizeof(float) + (dim + 4 * kSubspace) * dim * sizeof(double) +
                                  vectors.size() * sizeof(std::uint32_t),
                              "The projection to two dimensions"));
    control.begin("Projection", dim);
    use_single_threaded_blas();
    AlignedBuffer<float> sample = vectors.gather(sample_rows(vectors.size(), n, seed));
    ANNSCOPE_ASSIGN(Scatter scatter, scatter_of(sample, n, dim, true, control));
    Projection projection;
    projection.mean = std::move(scatter.mean);
    const double total = scatter.trace;
    if (!(total > 0)) { // all rows are the same
        auto flat = identity_of(dim);
        projection.axes = flat.axes;
        projection.variance_share = 1;
        return projection;
    }
    const auto side = static_cast<Eigen::Index>(dim);
    const Eigen::Map<const Eigen::MatrixXd> matrix(scatter.sum.data(), side, side);
    ANNSCOPE_ASSIGN(const Leading leading, leading_eigenvectors(matrix / total, control));
    for (std::size_t a = 0; a < 2; ++a)
        projection.axes[a] = oriented(leading.vectors.col(static_cast<Eigen::Index>(a)));
    projection.variance_share = std::clamp(leading.values[0] + leading.values[1], 0.0, 1.0);
    return projection;
}

} // namespace annscope
