// SPDX-License-Identifier: Apache-2.0
#include "quant/linear_transform.h"

#include "quant/orthonormal.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cblas.h>
#include <cmath>
#include <cstring>

namespace annscope {
namespace {

constexpr std::size_t kTileRows = 32; // of the matrix: as many stay in the second-level cache

bool all_finite(const AlignedBuffer<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

} // namespace

LinearTransform::LinearTransform(std::size_t d_in, std::size_t d_out, AlignedBuffer<float> matrix,
                                 AlignedBuffer<float> bias)
    : LinearTransform(d_in, d_out, bias.size() > 0, Shape::Other) {
    const VectorView view(matrix.data(), d_out, d_in);
    if (has_orthonormal_columns(view))
        m_shape = Shape::OrthonormalColumns;
    else if (has_orthonormal_rows(view))
        m_shape = Shape::OrthogonalRows;
    set(std::move(matrix), std::move(bias));
}

void LinearTransform::set(AlignedBuffer<float> matrix, AlignedBuffer<float> bias) {
    m_matrix = std::move(matrix);
    m_bias = std::move(bias);
    if (m_shape != Shape::OrthogonalRows)
        return;
    m_reverse_scale = AlignedBuffer<float>(d_out());
    for (std::size_t i = 0; i < d_out(); ++i) {
        const float squared = simd::kernels().norm_f32(m_matrix.data() + i * d_in(), d_in());
        m_reverse_scale[i] = squared > 0 ? 1 / squared : 0;
    }
}

void LinearTransform::apply(const float* in, float* out) const noexcept {
    simd::kernels().f32.ip_rows(in, m_matrix.data(), d_in(), d_out(), d_in(), out);
    for (std::size_t j = 0; j < m_bias.size(); ++j)
        out[j] += m_bias[j];
}

void LinearTransform::apply_each(VectorView in, float* out) const noexcept {
    const auto ip_rows = simd::kernels().f32.ip_rows;
    for (std::size_t first = 0; first < d_out(); first += kTileRows) {
        const float* tile = m_matrix.data() + first * d_in();
        const std::size_t count = std::min(kTileRows, d_out() - first);
        for (std::size_t i = 0; i < in.rows(); ++i)
            ip_rows(in.row(i), tile, d_in(), count, d_in(), out + i * d_out() + first);
    }
    for (std::size_t i = 0; m_has_bias && i < in.rows(); ++i)
        for (std::size_t j = 0; j < d_out(); ++j)
            out[i * d_out() + j] += m_bias[j];
}

void LinearTransform::apply_rows(VectorView in, float* out) const {
    for (std::size_t i = 0; m_has_bias && i < in.rows(); ++i)
        std::copy_n(m_bias.data(), d_out(), out + i * d_out());
    const auto blas = [](std::size_t i) { return static_cast<blasint>(i); };
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas(in.rows()), blas(d_out()), blas(d_in()), 1.0f,
                in.data(), blas(in.stride()), m_matrix.data(), blas(d_in()), m_has_bias ? 1.0f : 0.0f, out,
                blas(d_out()));
}

void LinearTransform::reverse(const float* in, float* out) const noexcept {
    std::fill_n(out, d_in(), 0.0f);
    for (std::size_t i = 0; i < d_out(); ++i) {
        const float* row = m_matrix.data() + i * d_in();
        const float y = (m_has_bias ? in[i] - m_bias[i] : in[i]) *
                        (m_reverse_scale.size() > 0 ? m_reverse_scale[i] : 1.0f);
        for (std::size_t j = 0; j < d_in(); ++j)
            out[j] += y * row[j];
    }
}

std::vector<TransformArray> LinearTransform::arrays() const {
    std::vector<TransformArray> arrays{
        {"matrix", d_in() * d_out(), "d * d_out * 4", {m_matrix.data(), m_matrix.size()}}};
    if (m_has_bias)
        arrays.push_back({"bias", d_out(), "d_out * 4", {m_bias.data(), m_bias.size()}});
    return arrays;
}

Status LinearTransform::load(std::vector<AlignedBuffer<float>> arrays) {
    for (const AlignedBuffer<float>& values : arrays)
        if (!all_finite(values))
            return Error{ErrorCode::CorruptFile,
                         "The matrix of " + std::string(name()) + " holds a number that is not finite."};
    set(std::move(arrays[0]), m_has_bias ? std::move(arrays[1]) : AlignedBuffer<float>());
    return {};
}

} // namespace annscope
