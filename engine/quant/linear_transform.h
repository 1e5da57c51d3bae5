// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/transform.h"

namespace annscope {

/// y = A x + b; the base of all transforms that are a matrix, and by itself one that was trained elsewhere.
class LinearTransform : public VectorTransform {
public:
    /// matrix: d_out x d_in, row-major. bias: d_out numbers, or none.
    LinearTransform(std::size_t d_in, std::size_t d_out, AlignedBuffer<float> matrix,
                    AlignedBuffer<float> bias);

    std::string_view name() const noexcept override { return "Linear"; }
    bool trained() const noexcept override { return m_matrix.size() > 0; }
    void apply(const float* in, float* out) const noexcept override;
    void apply_rows(VectorView in, float* out) const override;
    void apply_each(VectorView in, float* out) const noexcept override;
    bool isometry() const noexcept override { return m_shape == Shape::OrthonormalColumns; }
    bool reversible() const noexcept override { return m_shape != Shape::Other; }
    bool keeps_origin() const noexcept override { return !m_has_bias; }
    void reverse(const float* in, float* out) const noexcept override;
    std::vector<TransformArray> arrays() const override;
    Status load(std::vector<AlignedBuffer<float>> arrays) override;

    VectorView matrix() const noexcept { return {m_matrix.data(), d_out(), d_in()}; }
    std::span<const float> bias() const noexcept { return {m_bias.data(), m_bias.size()}; }

protected:
    /// What is known of a matrix before it is there, by how it is made.
    enum class Shape : std::uint8_t {
        Other,
        OrthonormalColumns, ///< A'A = 1: distances are kept, A' is the reverse
        OrthogonalRows,     ///< AA' is diagonal: A' over the squared lengths of the rows is the reverse
    };
    LinearTransform(std::size_t d_in, std::size_t d_out, bool has_bias, Shape shape) noexcept
        : VectorTransform(d_in, d_out), m_has_bias(has_bias), m_shape(shape) {}
    /// Takes over what training found.
    void set(AlignedBuffer<float> matrix, AlignedBuffer<float> bias);

private:
    bool m_has_bias;
    Shape m_shape;
    AlignedBuffer<float> m_matrix, m_bias;
    AlignedBuffer<float> m_reverse_scale; ///< OrthogonalRows: 1 / squared length of each row
};

} // namespace annscope
