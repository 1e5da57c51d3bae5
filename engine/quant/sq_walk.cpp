// SPDX-License-Identifier: Apache-2.0
#include "quant/sq_walk.h"

#include "simd/byte_dot.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace annscope {
namespace {

constexpr float kSumRounding = 2e-6f; // of a sum that is put together from larger terms

} // namespace

SqWalk::SqWalk(const ScalarQuantizer& quantizer, bool l2, const SqFilter& filter)
    : m_quantizer(&quantizer), m_about(&filter), m_l2(l2), m_weights(quantizer.dim()),
      m_coarse(quantizer.dim()), m_fine(quantizer.dim()) {}

bool SqWalk::useful(const ScalarQuantizer& quantizer, const SqFilter& filter) noexcept {
    constexpr double kFar = 64;
    if (filter.empty())
        return false;
    double middle = 0, spread = 0;
    for (std::size_t j = 0; j < quantizer.dim(); ++j) {
        const double step = quantizer.steps()[j], at = quantizer.offsets()[j] + 127.5 * step;
        middle += at * at;
        spread += 255 * 255 * step * step / 12;
    }
    return middle <= kFar * spread;
}

void SqWalk::set(const float* query) noexcept {
    const std::size_t dim = m_quantizer->dim();
    const float *b = m_quantizer->offsets().data(), *s = m_quantizer->steps().data();
    float largest = 1e-30f;
    for (std::size_t j = 0; j < dim; ++j) {
        m_weights[j] = query[j] * s[j];
        largest = std::max(largest, std::abs(m_weights[j]));
    }
    const auto& kernels = simd::byte_dot_kernels();
    m_per_coarse = largest / static_cast<float>(kernels.highest);
    m_per_fine = m_per_coarse / 2 / static_cast<float>(kernels.highest);
    const simd::ByteSplit split =
        kernels.split(m_weights.data(), dim, 0, m_per_coarse, m_per_fine, m_coarse.data(), m_fine.data());
    m_norm = simd::kernels().norm_f32(query, dim);
    m_offset = simd::kernels().f32.ip(query, b, dim);
    const float codes = 255 * std::sqrt(static_cast<float>(dim)), reach = m_about->reach();
    const float product =
        std::sqrt(split.left_square) * codes +
        kSumRounding * (std::sqrt(split.square) * codes + std::sqrt(m_norm) * m_about->offset_length());
    m_noise = m_l2 ? 2 * product + kSumRounding * (m_norm + reach * reach) : product;
}

void SqWalk::distances(const std::uint8_t* codes, std::size_t stride, const std::uint32_t* ids, std::size_t n,
                       float* out) noexcept {
    const std::size_t dim = m_quantizer->dim();
    if (m_room < n) {
        m_room = n;
        m_products.resize(2 * n);
    }
    const std::int8_t* const vectors[2] = {m_coarse.data(), m_fine.data()};
    std::int32_t* const products[2] = {m_products.data(), m_products.data() + m_room};
    simd::byte_dot_kernels().gather(vectors, codes, stride, ids, n, dim, products, nullptr);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = m_offset + m_per_coarse * static_cast<float>(products[0][i]) +
                 m_per_fine * static_cast<float>(products[1][i]);
    if (!m_l2) {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = -out[i];
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        float square;
        std::memcpy(&square, codes + ids[i] * stride + dim, sizeof square);
        out[i] = std::max(m_norm + square - 2 * out[i], 0.0f);
    }
}

} // namespace annscope
