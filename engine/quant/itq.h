// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/transform.h"

namespace annscope {

/// ITQ{d_out}: rows less the mean, of unit length, on their principal axes where d_out is given, and there
/// the rotation under which they are nearest to the corners of a cube: what is kept of a vector's signs is
/// then as much as can be. Gong and Lazebnik, "Iterative quantization: a Procrustean approach to learning
/// binary codes", CVPR 2011. Has no reverse: the length is lost before the rotation.
class ItqTransform final : public VectorTransform {
public:
    static constexpr int kIterations = 50; ///< those of the paper
    /// by_axes: principal axes first; without, d_out = d_in.
    ItqTransform(std::size_t d_in, std::size_t d_out, bool by_axes) noexcept
        : VectorTransform(d_in, d_out), m_by_axes(by_axes) {}
    /// Trained elsewhere. mean: d_in; matrix: d_out x d_in.
    ItqTransform(std::size_t d_in, std::size_t d_out, AlignedBuffer<float> mean, AlignedBuffer<float> matrix)
        : VectorTransform(d_in, d_out), m_by_axes(true), m_mean(std::move(mean)),
          m_matrix(std::move(matrix)) {}

    std::string_view name() const noexcept override { return "ITQ"; }
    bool trained() const noexcept override { return m_matrix.size() > 0; }
    std::size_t max_training_rows() const noexcept override;
    Status train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                 const Control& control) override;
    void apply(const float* in, float* out) const noexcept override;
    bool keeps_origin() const noexcept override { return false; }
    void apply_rows(VectorView in, float* out) const override;
    std::vector<TransformArray> arrays() const override;
    Status load(std::vector<AlignedBuffer<float>> arrays) override;

private:
    void centre_and_scale(const float* in, float* out) const noexcept;

    bool m_by_axes;
    AlignedBuffer<float> m_mean, m_matrix;
};

/// The rotation alone: x is n x d, dense; the result R (d x d, row-major, y = R x) makes sum |sign(R x) - R
/// x|^2 locally smallest. Phase: "Training ITQ". Errors: Cancelled.
Result<AlignedBuffer<float>> itq_rotation(const AlignedBuffer<float>& x, std::size_t n, std::size_t d,
                                          std::uint64_t seed, const Control& control);

} // namespace annscope
