// SPDX-License-Identifier: Apache-2.0
#include "quant/sq_query.h"

#include "core/parallel.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kMinFilterDim = 64;
constexpr float kUlp = 0x1p-24f; // the relative error of one rounding

std::size_t block_rows(std::size_t dim) noexcept {
    return std::max<std::size_t>(1, (std::size_t{1} << 19) / std::max<std::size_t>(1, dim));
}

float length(const float* v, std::size_t dim) noexcept {
    return std::sqrt(simd::kernels().norm_f32(v, dim));
}

} // namespace

bool SqSpread::useful(SqType type, std::size_t dim) noexcept {
    const bool bytes = type == SqType::Bits8 || type == SqType::Direct || type == SqType::DirectSigned;
    return bytes && dim >= kMinFilterDim && dim <= simd::kSqMaxDotDim;
}

SqSpread::SqSpread(const ScalarQuantizer& quantizer, const std::uint8_t* codes, std::size_t stride,
                   std::size_t n, const Control& control) {
    const std::size_t dim = quantizer.dim();
    constexpr std::size_t kSample = 4096;
    const std::size_t apart = std::max<std::size_t>(1, n / kSample), count = (n + apart - 1) / apart;
    std::vector<std::uint32_t> sums(dim);
    for (std::size_t i = 0; i < n; i += apart)
        for (std::size_t j = 0; j < dim; ++j)
            sums[j] += codes[i * stride + j];
    std::vector<float> middle(dim);
    for (std::size_t j = 0; j < dim; ++j)
        middle[j] = static_cast<float>(sums[j]) / static_cast<float>(count);
    const std::vector<float> ones(dim, 1.0f);
    std::vector<float> minus_offsets(dim);
    for (std::size_t j = 0; j < dim; ++j)
        minus_offsets[j] = -quantizer.offsets()[j];

    // The kernels sum (t - s c)^2: with the middle and ones, distances from the middle; with minus the
    // offsets and the steps, squared lengths.
    const auto& eight = simd::sq_kernels().eight;
    const auto threads = static_cast<std::size_t>(effective_threads(control));
    std::vector<float> radius(threads), reach(threads);
    const Status done =
        parallel_for(n, block_rows(dim), control, [&](std::size_t begin, std::size_t end, int t) {
            float out[64];
            for (std::size_t i = begin; i < end; i += 64) {
                const std::size_t rows = std::min<std::size_t>(64, end - i);
                const auto thread = static_cast<std::size_t>(t);
                eight.l2(middle.data(), ones.data(), codes + i * stride, stride, rows, dim, out);
                radius[thread] = std::max(radius[thread], *std::max_element(out, out + rows));
                eight.l2(minus_offsets.data(), quantizer.steps().data(), codes + i * stride, stride, rows,
                         dim, out);
                reach[thread] = std::max(reach[thread], *std::max_element(out, out + rows));
            }
        });
    if (!done)
        return;
    const float up = 1 + static_cast<float>(dim + 8) * kUlp;
    m_radius = std::sqrt(*std::ranges::max_element(radius)) * up;
    m_reach = std::sqrt(*std::ranges::max_element(reach)) * up;
    m_offset_length = length(minus_offsets.data(), dim);
    m_middle_length = length(middle.data(), dim);
    m_middle = std::move(middle);
}

float decoded_square(const ScalarQuantizer& quantizer, const std::uint8_t* code) noexcept {
    double sum = 0;
    const float *offsets = quantizer.offsets().data(), *steps = quantizer.steps().data();
    for (std::size_t j = 0; j < quantizer.dim(); ++j) {
        const double x = static_cast<double>(offsets[j]) + static_cast<double>(steps[j]) * code[j];
        sum += x * x;
    }
    return static_cast<float>(sum);
}

SqQuery::SqQuery(const ScalarQuantizer& quantizer, bool l2, const SqSpread& spread)
    : m_quantizer(&quantizer), m_spread(&spread), m_kernels(&simd::sq_kernels()),
      m_rows(&m_kernels->rows(quantizer.form())), m_l2(l2), m_t(quantizer.dim()),
      m_w(spread.empty() ? 0 : quantizer.dim()), m_weights(spread.empty() ? 0 : quantizer.dim()) {}

void SqQuery::set(const float* query) noexcept {
    m_query = query;
    const std::size_t dim = m_quantizer->dim();
    if (filters())
        m_query_length = length(query, dim);
    if (!m_l2)
        m_query_bias = simd::kernels().f32.ip(query, m_quantizer->offsets().data(), dim);
    m_ready = m_filter_ready = false;
}

void SqQuery::enter(const float* centroid) noexcept {
    m_centroid = centroid;
    if (m_l2) {
        m_ready = m_filter_ready = false;
    } else {
        const float along = centroid ? simd::kernels().f32.ip(m_query, centroid, m_quantizer->dim()) : 0.0f;
        m_bias = along + m_query_bias;
    }
}

void SqQuery::prepare() noexcept {
    m_ready = true;
    const std::size_t dim = m_quantizer->dim();
    const float *b = m_quantizer->offsets().data(), *s = m_quantizer->steps().data();
    float* const t = m_t.data();
    if (!m_l2)
        for (std::size_t j = 0; j < dim; ++j)
            t[j] = m_query[j] * s[j];
    else if (m_centroid)
        for (std::size_t j = 0; j < dim; ++j)
            t[j] = m_query[j] - m_centroid[j] - b[j];
    else
        for (std::size_t j = 0; j < dim; ++j)
            t[j] = m_query[j] - b[j];
}

void SqQuery::distances(const std::uint8_t* codes, std::size_t stride, std::size_t n, float* out) noexcept {
    if (n > 0 && !m_ready)
        prepare();
    const std::size_t dim = m_quantizer->dim();
    if (m_l2) {
        m_rows->l2(m_t.data(), m_quantizer->steps().data(), codes, stride, n, dim, out);
        return;
    }
    m_rows->ip(m_t.data(), codes, stride, n, dim, out);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = -(out[i] + m_bias);
}

void SqQuery::distances(const std::uint8_t* codes, std::size_t stride, const std::uint32_t* ids,
                        std::size_t n, float* out) noexcept {
    if (n > 0 && !m_ready)
        prepare();
    const std::size_t dim = m_quantizer->dim();
    if (m_l2) {
        m_rows->l2_gather(m_t.data(), m_quantizer->steps().data(), codes, stride, ids, n, dim, out);
        return;
    }
    m_rows->ip_gather(m_t.data(), codes, stride, ids, n, dim, out);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = -(out[i] + m_bias);
}

void SqQuery::prepare_filter() noexcept {
    m_filter_ready = true;
    const std::size_t dim = m_quantizer->dim();
    const float *b = m_quantizer->offsets().data(), *s = m_quantizer->steps().data();
    float square = 0, along = 0;
    const float largest =
        m_kernels->weigh(m_query, m_l2 ? m_centroid : nullptr, b, s, dim, m_w.data(), &square, &along);
    const float scale = static_cast<float>(m_kernels->weight_limit) / std::max(largest, 1e-30f);
    const simd::SqRounded rest =
        m_kernels->round(m_w.data(), m_spread->middle(), scale, dim, m_weights.data());

    // Every sum here and in the kernels adds dim products: its error is at most ulps times the product of
    // lengths.
    const float ulps = static_cast<float>(dim + 8) * kUlp;
    const float left_out =
        std::sqrt(rest.square) * (1 + ulps) * (m_spread->radius() + ulps * m_spread->middle_length());
    const float r = std::sqrt(square), offsets = m_spread->offset_length(), reach = m_spread->reach();
    const float lengths = (m_query_length + r + offsets + reach) * 2;
    const float slack = 2 * ulps * lengths * (r + offsets + reach);
    if (m_l2) {
        m_scale = -2 / scale;
        m_base = square - 2 * along - 2 * rest.at - 2 * left_out - slack;
    } else {
        m_scale = -1 / scale;
        m_base = -rest.at - left_out - slack; // and the bias, which each list has for itself
    }
}

std::size_t SqQuery::filter(const std::uint8_t* codes, std::size_t stride, std::size_t n, float limit,
                            std::uint32_t* kept) noexcept {
    if (!m_filter_ready)
        prepare_filter();
    const std::size_t dim = m_quantizer->dim();
    std::int32_t products[kBlock];
    m_kernels->dots(m_weights.data(), codes, stride, n, dim, products);
    std::size_t count = 0;
    const float bias = m_l2 ? 0.0f : m_bias;
    const float cut =
        limit - m_base + bias + 4 * kUlp * (std::abs(limit) + std::abs(m_base) + std::abs(bias));
    if (!(cut < std::numeric_limits<float>::infinity())) // everything, and so where a sum was not a number
        for (; count < n; ++count)
            kept[count] = static_cast<std::uint32_t>(count);
    else if (m_l2)
        for (std::size_t i = 0; i < n; ++i) {
            float square;
            std::memcpy(&square, codes + i * stride + dim, sizeof square);
            kept[count] = static_cast<std::uint32_t>(i);
            count += !(square + m_scale * static_cast<float>(products[i]) > cut);
        }
    else
        for (std::size_t i = 0; i < n; ++i) {
            kept[count] = static_cast<std::uint32_t>(i);
            count += !(m_scale * static_cast<float>(products[i]) > cut);
        }
    return count;
}

} // namespace annscope
