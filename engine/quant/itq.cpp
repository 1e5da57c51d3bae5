// SPDX-License-Identifier: Apache-2.0
#include "quant/itq.h"

#include "core/parallel.h"
#include "quant/orthonormal.h"
#include "quant/pca.h"
#include "simd/kernels.h"

#include <algorithm>
#include <atomic>
#include <cblas.h>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kBlockRows = 256, kStripe = 64;

blasint blas(std::size_t i) {
    return static_cast<blasint>(i);
}

/// signs = sign(x R'), n x d. Returns whether any changed.
Result<bool> take_signs(const AlignedBuffer<float>& x, const AlignedBuffer<float>& rotation, std::size_t n,
                        std::size_t d, AlignedBuffer<float>& signs, const Control& control) {
    std::atomic<bool> changed{false};
    ANNSCOPE_TRY(parallel_for(n, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> rotated((end - begin) * d);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas(end - begin), blas(d), blas(d), 1.0f,
                    x.data() + begin * d, blas(d), rotation.data(), blas(d), 0.0f, rotated.data(), blas(d));
        bool any = false;
        for (std::size_t i = 0; i < rotated.size(); ++i) {
            float& sign = signs[begin * d + i];
            const float now = rotated[i] < 0 ? -1.0f : 1.0f;
            any = any || sign != now;
            sign = now;
        }
        if (any)
            changed.store(true, std::memory_order_relaxed);
    }));
    return changed.load();
}

/// a' b of n x d matrices, the sums over blocks of rows in float64, in their order.
Result<AlignedBuffer<double>> products(const AlignedBuffer<float>& a, const AlignedBuffer<float>& b,
                                       std::size_t n, std::size_t d, const Control& control) {
    AlignedBuffer<double> sum(d * d);
    ANNSCOPE_TRY(parallel_for(d, kStripe, control, [&](std::size_t begin, std::size_t end, int) {
        const std::size_t height = end - begin;
        std::vector<float> block(height * d);
        for (std::size_t first = 0; first < n && !control.cancel_requested(); first += kBlockRows) {
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, blas(height), blas(d),
                        blas(std::min(kBlockRows, n - first)), 1.0f, a.data() + first * d + begin, blas(d),
                        b.data() + first * d, blas(d), 0.0f, block.data(), blas(d));
            for (std::size_t i = 0; i < block.size(); ++i)
                sum[begin * d + i] += static_cast<double>(block[i]);
        }
    }));
    return sum;
}

AlignedBuffer<float> to_float(const AlignedBuffer<double>& values) {
    AlignedBuffer<float> out(values.size());
    std::transform(values.begin(), values.end(), out.begin(), [](double v) { return static_cast<float>(v); });
    return out;
}

/// x (n x d_in) times the transposed axes (d_out x d_in).
Result<AlignedBuffer<float>> projected_rows(const AlignedBuffer<float>& x, std::size_t n, std::size_t d_in,
                                            const AlignedBuffer<float>& axes, std::size_t d_out,
                                            const Control& control) {
    AlignedBuffer<float> out(n * d_out);
    ANNSCOPE_TRY(parallel_for(n, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas(end - begin), blas(d_out), blas(d_in), 1.0f,
                    x.data() + begin * d_in, blas(d_in), axes.data(), blas(d_in), 0.0f,
                    out.data() + begin * d_out, blas(d_out));
    }));
    return out;
}

} // namespace

Result<AlignedBuffer<float>> itq_rotation(const AlignedBuffer<float>& x, std::size_t n, std::size_t d,
                                          std::uint64_t seed, const Control& control) {
    use_single_threaded_blas();
    control.begin("Training ITQ", ItqTransform::kIterations);
    AlignedBuffer<float> rotation = random_rotation(d, d, seed), signs(n * d);
    for (int step = 0; step < ItqTransform::kIterations; ++step) {
        ANNSCOPE_ASSIGN(const bool changed, take_signs(x, rotation, n, d, signs, control));
        if (!changed)
            break;
        ANNSCOPE_ASSIGN(const AlignedBuffer<double> c, products(signs, x, n, d, control));
        rotation = to_float(nearest_rotation({c.data(), c.size()}, d));
        control.advance();
    }
    return rotation;
}

std::size_t ItqTransform::max_training_rows() const noexcept {
    return std::max<std::size_t>(32768, 10 * d_in());
}

void ItqTransform::centre_and_scale(const float* in, float* out) const noexcept {
    for (std::size_t j = 0; j < d_in(); ++j)
        out[j] = in[j] - m_mean[j];
    normalize(out, d_in());
}

Status ItqTransform::train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                           const Control& control) {
    if (rows == 0)
        return Error{ErrorCode::InvalidArgument, "ITQ needs at least one vector to learn from."};
    std::vector<double> sum(d_in());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < d_in(); ++j)
            sum[j] += static_cast<double>(sample[i * d_in() + j]);
    AlignedBuffer<float> mean(d_in());
    for (std::size_t j = 0; j < d_in(); ++j)
        mean[j] = static_cast<float>(sum[j] / static_cast<double>(rows));
    ANNSCOPE_TRY(parallel_for(rows, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i) {
            float* row = sample.data() + i * d_in();
            for (std::size_t j = 0; j < d_in(); ++j)
                row[j] -= mean[j];
            normalize(row, d_in());
        }
    }));
    AlignedBuffer<float> matrix;
    if (m_by_axes) {
        AlignedBuffer<float> copy(rows * d_in());
        std::copy_n(sample.data(), copy.size(), copy.data());
        ANNSCOPE_ASSIGN(const PrincipalAxes found,
                        principal_axes(std::move(copy), rows, d_in(), d_out(), false, control));
        const AlignedBuffer<float> axes = to_float(found.axes);
        ANNSCOPE_ASSIGN(const AlignedBuffer<float> projected,
                        projected_rows(sample, rows, d_in(), axes, d_out(), control));
        ANNSCOPE_ASSIGN(const AlignedBuffer<float> rotation,
                        itq_rotation(projected, rows, d_out(), seed, control));
        matrix = AlignedBuffer<float>(d_out() * d_in());
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, blas(d_out()), blas(d_in()), blas(d_out()),
                    1.0f, rotation.data(), blas(d_out()), axes.data(), blas(d_in()), 0.0f, matrix.data(),
                    blas(d_in()));
    } else {
        ANNSCOPE_ASSIGN(matrix, itq_rotation(sample, rows, d_in(), seed, control));
    }
    m_mean = std::move(mean);
    m_matrix = std::move(matrix);
    return {};
}

void ItqTransform::apply(const float* in, float* out) const noexcept {
    thread_local std::vector<float> unit;
    unit.resize(d_in());
    centre_and_scale(in, unit.data());
    simd::kernels().f32.ip_rows(unit.data(), m_matrix.data(), d_in(), d_out(), d_in(), out);
}

void ItqTransform::apply_rows(VectorView in, float* out) const {
    std::vector<float> unit(in.rows() * d_in());
    for (std::size_t i = 0; i < in.rows(); ++i)
        centre_and_scale(in.row(i), unit.data() + i * d_in());
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas(in.rows()), blas(d_out()), blas(d_in()), 1.0f,
                unit.data(), blas(d_in()), m_matrix.data(), blas(d_in()), 0.0f, out, blas(d_out()));
}

std::vector<TransformArray> ItqTransform::arrays() const {
    return {{"mean", d_in(), "d * 4", {m_mean.data(), m_mean.size()}},
            {"matrix", d_in() * d_out(), "d * d_out * 4", {m_matrix.data(), m_matrix.size()}}};
}

Status ItqTransform::load(std::vector<AlignedBuffer<float>> arrays) {
    for (const AlignedBuffer<float>& values : arrays)
        if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
            return Error{ErrorCode::CorruptFile, "The matrix of ITQ holds a number that is not finite."};
    m_mean = std::move(arrays[0]);
    m_matrix = std::move(arrays[1]);
    return {};
}

} // namespace annscope
