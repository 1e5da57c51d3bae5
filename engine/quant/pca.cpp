// SPDX-License-Identifier: Apache-2.0
#include "quant/pca.h"

#include "core/parallel.h"
#include "data/scatter.h"
#include "quant/orthonormal.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cblas.h>
#include <cmath>

namespace annscope {
namespace {

// Below it, relative to the largest, an eigenvalue is the rounding of float32 sums.
constexpr double kNoVariance = 1e-7;

/// Rows of a (count x d) times a rotation from the left: rotation * a.
void rotate_rows(AlignedBuffer<float>& a, std::size_t count, std::size_t d, std::uint64_t seed) {
    const AlignedBuffer<float> rotation = random_rotation(count, count, seed);
    AlignedBuffer<float> rotated(count * d);
    const auto rows = static_cast<blasint>(count), cols = static_cast<blasint>(d);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, cols, rows, 1.0f, rotation.data(), rows,
                a.data(), cols, 0.0f, rotated.data(), cols);
    a = std::move(rotated);
}

} // namespace

Result<PrincipalAxes> principal_axes(AlignedBuffer<float> rows, std::size_t n, std::size_t d,
                                     std::size_t count, bool centred, const Control& control) {
    if (n == 0)
        return Error{ErrorCode::InvalidArgument, "Principal axes need at least one vector to learn from."};
    control.begin("Principal axes", d);
    ANNSCOPE_ASSIGN(Scatter scatter, scatter_of(rows, n, d, centred, control));
    rows = {};
    const auto side = static_cast<Eigen::Index>(d);
    const Eigen::Map<const Eigen::MatrixXd> matrix(scatter.sum.data(), side, side);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
    if (control.cancel_requested())
        return cancelled();
    PrincipalAxes result{std::move(scatter.mean), AlignedBuffer<double>(count * d), {}, scatter.trace};
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::Index at = side - 1 - static_cast<Eigen::Index>(i); // they come in rising order
        result.eigenvalue.push_back(std::max(0.0, solver.eigenvalues()[at]));
        for (std::size_t j = 0; j < d; ++j)
            result.axes[i * d + j] = solver.eigenvectors()(static_cast<Eigen::Index>(j), at);
    }
    return result;
}

Pca::Pca(std::size_t d_in, std::size_t d_out, Options options) noexcept
    : LinearTransform(d_in, d_out, true,
                      options.whiten && options.rotate   ? Shape::Other
                      : d_out == d_in && !options.whiten ? Shape::OrthonormalColumns
                                                         : Shape::OrthogonalRows),
      m_options(options) {}

std::string_view Pca::name() const noexcept {
    if (m_options.whiten)
        return m_options.rotate ? "PCAWR" : "PCAW";
    return m_options.rotate ? "PCAR" : "PCA";
}

/// Faiss takes 1,000 a dimension. A tenth of that tells the axes as well, and half a million rows of 784
/// dimensions are gigabytes.
std::size_t Pca::max_training_rows() const noexcept {
    return std::min(1000 * d_in(), std::max<std::size_t>(65536, 100 * d_in()));
}

Status Pca::train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed, const Control& control) {
    ANNSCOPE_ASSIGN(const PrincipalAxes found,
                    principal_axes(std::move(sample), rows, d_in(), d_out(), true, control));
    AlignedBuffer<float> matrix(d_out() * d_in()), bias(d_out());
    for (std::size_t i = 0; i < d_out(); ++i) {
        double scale = 1;
        if (m_options.whiten)
            scale = found.eigenvalue[i] > kNoVariance * found.eigenvalue[0] && found.eigenvalue[i] > 0
                        ? 1 / std::sqrt(found.eigenvalue[i])
                        : 0;
        for (std::size_t j = 0; j < d_in(); ++j)
            matrix[i * d_in() + j] = static_cast<float>(scale * found.axes[i * d_in() + j]);
    }
    if (m_options.rotate)
        rotate_rows(matrix, d_out(), d_in(), seed);
    for (std::size_t i = 0; i < d_out(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < d_in(); ++j)
            sum -= static_cast<double>(matrix[i * d_in() + j]) * static_cast<double>(found.mean[j]);
        bias[i] = static_cast<float>(sum);
    }
    set(std::move(matrix), std::move(bias));
    return {};
}

} // namespace annscope
