// SPDX-License-Identifier: Apache-2.0
#include "quant/sq_query.h"

#include "simd/byte_dot.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kMinFilterDim = 64;
constexpr float kUlp = 0x1p-24f; // the relative error of one rounding

float length(const float* v, std::size_t dim) noexcept {
    return std::sqrt(simd::kernels().norm_f32(v, dim));
}

} // namespace

bool SqFilter::useful(SqType type, std::size_t dim) noexcept {
    const bool bytes = type == SqType::Bits8 || type == SqType::Direct || type == SqType::DirectSigned;
    return bytes && dim >= kMinFilterDim && dim <= simd::kSqMaxDotDim;
}

SqFilter::SqFilter(const ScalarQuantizer& quantizer, bool residuals) {
    if (!useful(quantizer.type(), quantizer.dim()))
        return;
    m_middle.assign(quantizer.dim(), 127.5f);
    double reach = 0;
    for (std::size_t j = 0; j < quantizer.dim(); ++j) {
        const double offset = quantizer.offsets()[j], step = quantizer.steps()[j];
        const double farthest = std::max(std::abs(offset), std::abs(offset + 255 * step));
        reach += farthest * farthest;
        if (residuals && step > 0)
            m_middle[j] = static_cast<float>(std::clamp(-offset / step, 0.0, 255.0));
    }
    m_reach = static_cast<float>(std::sqrt(reach) * (1 + 1e-6));
    m_offset_length = length(quantizer.offsets().data(), quantizer.dim()) * (1 + 1e-4f);
    m_middle_length = length(m_middle.data(), quantizer.dim()) * (1 + 1e-4f);
}

void SqFilter::annotate(const ScalarQuantizer& quantizer, std::uint8_t* code) const noexcept {
    const std::size_t dim = quantizer.dim();
    const float *offsets = quantizer.offsets().data(), *steps = quantizer.steps().data();
    double square = 0, radius = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        const float c = code[j];
        const double x =
            static_cast<double>(offsets[j]) + static_cast<double>(steps[j]) * static_cast<double>(c);
        const double from_middle = static_cast<double>(c - m_middle[j]);
        square += x * x;
        radius += from_middle * from_middle;
    }
    const float extra[2] = {static_cast<float>(square), static_cast<float>(std::sqrt(radius) * (1 + 1e-6))};
    static_assert(sizeof extra == kExtraBytes);
    std::memcpy(code + dim, extra, sizeof extra);
}

SqQuery::SqQuery(const ScalarQuantizer& quantizer, bool l2, const SqFilter& filter)
    : m_quantizer(&quantizer), m_about(&filter), m_kernels(&simd::sq_kernels()),
      m_rows(&m_kernels->rows(quantizer.form())), m_l2(l2), m_t(quantizer.dim()),
      m_w(filter.empty() ? 0 : quantizer.dim()), m_weights(filter.empty() ? 0 : quantizer.dim()) {}

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
    const float scale = static_cast<float>(simd::byte_dot_kernels().highest) / std::max(largest, 1e-30f);
    const simd::SqRounded rest =
        m_kernels->round(m_w.data(), m_about->middle(), scale, dim, m_weights.data());

    // Every sum here and in the kernels adds dim products: its error is at most ulps times the product of
    // lengths.
    const float ulps = static_cast<float>(dim + 8) * kUlp;
    const float left_out = std::sqrt(rest.square) * (1 + ulps);
    const float r = std::sqrt(square), offsets = m_about->offset_length(), reach = m_about->reach();
    const float lengths = (m_query_length + r + offsets + reach) * 2;
    const float slack = 2 * ulps * (lengths * (r + offsets + reach) + left_out * m_about->middle_length());
    if (m_l2) {
        m_scale = -2 / scale;
        m_base = square - 2 * along - 2 * rest.at - slack;
        m_left_out = 2 * left_out;
    } else {
        m_scale = -1 / scale;
        m_base = -rest.at - slack; // and the bias, which each list has for itself
        m_left_out = left_out;
    }
}

std::size_t SqQuery::filter(const std::uint8_t* codes, std::size_t stride, std::size_t n, float limit,
                            std::uint32_t* kept) noexcept {
    if (!m_filter_ready)
        prepare_filter();
    const std::size_t dim = m_quantizer->dim();
    std::int32_t products[kBlock];
    const std::int8_t* const weights = m_weights.data();
    std::int32_t* const into = products;
    simd::byte_dot_kernels().dots(&weights, 1, codes, stride, n, dim, &into);
    std::size_t count = 0;
    const float bias = m_l2 ? 0.0f : m_bias;
    const float cut =
        limit - m_base + bias + 4 * kUlp * (std::abs(limit) + std::abs(m_base) + std::abs(bias));
    if (!(cut < std::numeric_limits<float>::infinity())) { // everything, and so where a sum was not a number
        for (; count < n; ++count)
            kept[count] = static_cast<std::uint32_t>(count);
        return count;
    }
    const float by_square = m_l2 ? 1.0f : 0.0f;
    for (std::size_t i = 0; i < n; ++i) {
        float extra[2];
        std::memcpy(extra, codes + i * stride + dim, sizeof extra);
        const float bound =
            m_scale * static_cast<float>(products[i]) + by_square * extra[0] - m_left_out * extra[1];
        kept[count] = static_cast<std::uint32_t>(i);
        count += !(bound > cut);
    }
    return count;
}

} // namespace annscope
