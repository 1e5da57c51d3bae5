// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/linear_transform.h"

namespace annscope {

/// Of a scatter matrix.
struct PrincipalAxes {
    std::vector<float> mean;        ///< d
    AlignedBuffer<double> axes;     ///< count x d, orthonormal, by falling variance
    std::vector<double> eigenvalue; ///< count: of the scatter matrix, n times the variance
    double total = 0;               ///< of all eigenvalues
};

/// Of n dense rows, centred first or not. Cost: n * d^2 / 2 + about 9 * d^3 multiply-adds. Phase: "Principal
/// axes". Errors: InvalidArgument (no rows), Cancelled.
Result<PrincipalAxes> principal_axes(AlignedBuffer<float> rows, std::size_t n, std::size_t d,
                                     std::size_t count, bool centred, const Control& control);

/// PCA{d_out}, PCAW{d_out}, PCAR{d_out}, PCAWR{d_out}: the d_out axes of the largest variance, of centred
/// rows. W: whitened, each component over the root of its eigenvalue, which in Faiss is that of the scatter
/// matrix (so the components have variance 1 / n); a direction without variance gives 0. R: a random rotation
/// after it.
class Pca final : public LinearTransform {
public:
    struct Options {
        bool whiten = false, rotate = false;
    };
    /// d_out <= d_in.
    Pca(std::size_t d_in, std::size_t d_out, Options options) noexcept;

    std::string_view name() const noexcept override;
    std::size_t max_training_rows() const noexcept override;
    Status train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                 const Control& control) override;

private:
    Options m_options;
};

} // namespace annscope
