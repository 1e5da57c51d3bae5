// SPDX-License-Identifier: Apache-2.0
#include "quant/orthonormal.h"

#include "core/parallel.h"
#include "core/random.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cblas.h>
#include <cmath>
#include <vector>

namespace annscope {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr float kTolerance = 4e-5f;

Eigen::Index index(std::size_t i) {
    return static_cast<Eigen::Index>(i);
}

/// Is the Gram matrix (n x n) the identity?
bool is_identity(const std::vector<float>& gram, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            if (!(std::abs(gram[i * n + j] - (i == j ? 1.0f : 0.0f)) <= kTolerance))
                return false;
    return true;
}

} // namespace

AlignedBuffer<float> random_rotation(std::size_t d_in, std::size_t d_out, std::uint64_t seed) {
    const std::size_t tall = std::max(d_in, d_out), narrow = std::min(d_in, d_out);
    Random random(seed);
    Eigen::MatrixXd gaussian(index(tall), index(narrow));
    for (double& x : gaussian.reshaped())
        x = random.normal();
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
    Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(index(tall), index(narrow));
    for (Eigen::Index j = 0; j < q.cols(); ++j)
        if (qr.matrixQR()(j, j) < 0)
            q.col(j) *= -1;
    AlignedBuffer<float> matrix(d_out * d_in);
    for (std::size_t i = 0; i < d_out; ++i)
        for (std::size_t j = 0; j < d_in; ++j)
            matrix[i * d_in + j] =
                static_cast<float>(d_out <= d_in ? q(index(j), index(i)) : q(index(i), index(j)));
    return matrix;
}

AlignedBuffer<double> nearest_rotation(std::span<const double> c, std::size_t d) {
    const Eigen::Map<const RowMajor> matrix(c.data(), index(d), index(d));
    const Eigen::BDCSVD<Eigen::MatrixXd> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
    AlignedBuffer<double> rotation(d * d);
    Eigen::Map<RowMajor>(rotation.data(), index(d), index(d)) = svd.matrixU() * svd.matrixV().transpose();
    return rotation;
}

bool has_orthonormal_rows(VectorView matrix) {
    const std::size_t n = matrix.rows();
    if (n > matrix.cols())
        return false;
    use_single_threaded_blas();
    std::vector<float> gram(n * n);
    const auto rows = static_cast<blasint>(n), stride = static_cast<blasint>(matrix.stride());
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, static_cast<blasint>(matrix.cols()),
                1.0f, matrix.data(), stride, matrix.data(), stride, 0.0f, gram.data(), rows);
    return is_identity(gram, n);
}

bool has_orthonormal_columns(VectorView matrix) {
    const std::size_t n = matrix.cols();
    if (n > matrix.rows())
        return false;
    use_single_threaded_blas();
    std::vector<float> gram(n * n);
    const auto cols = static_cast<blasint>(n), stride = static_cast<blasint>(matrix.stride());
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, cols, cols, static_cast<blasint>(matrix.rows()),
                1.0f, matrix.data(), stride, matrix.data(), stride, 0.0f, gram.data(), cols);
    return is_identity(gram, n);
}

} // namespace annscope
