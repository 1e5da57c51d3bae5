// SPDX-License-Identifier: Apache-2.0
#include "quant/rabitq.h"

#include "simd/rabitq.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kWord = 16; ///< dimensions of a word of signs or of a plane

/// One pass over t = low * ratio^i, i < count; returns the best.
float best_of(const float* a, std::size_t padded, float top, float low, float ratio, int count) noexcept {
    float best = low, highest = -1;
    for (int i = 0; i < count; ++i, low *= ratio) {
        float dot, squares;
        simd::rabitq_kernels().score(a, padded, low, top, &dot, &squares);
        const float cosine = dot / std::sqrt(squares);
        if (cosine > highest) {
            highest = cosine;
            best = low;
        }
    }
    return best;
}

double dot(const float* a, const float* b, std::size_t n) noexcept {
    return static_cast<double>(simd::kernels().f32.ip(a, b, n));
}

void put_word(std::uint8_t* at, std::uint16_t word) noexcept {
    std::memcpy(at, &word, sizeof word);
}
std::uint16_t get_word(const std::uint8_t* at) noexcept {
    std::uint16_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

} // namespace

float rabitq_scale(const float* a, std::size_t padded, unsigned extra_bits) noexcept {
    const auto levels = static_cast<float>(1u << extra_bits);
    // Of normal values the best grid has about these steps (Max 1960), which more bits narrow by less than
    // half each.
    const float typical = levels / (1.f + 0.55f * static_cast<float>(extra_bits));
    const float norm = std::sqrt(simd::kernels().norm_f32(a, padded) / static_cast<float>(padded));
    if (!(norm > 0))
        return 1;
    const float top = levels - 1;
    // The fewer the dimensions, the rougher is the score and the cheaper a look at it.
    constexpr float kFarthest = 3.5f;
    const int dense = static_cast<int>(std::max<std::size_t>(1, 1024 / padded)), count = 18 * dense;
    const float ratio = std::pow(kFarthest, 2.f / static_cast<float>(count));
    const float coarse = best_of(a, padded, top, typical / (norm * kFarthest), ratio, count + 1);
    const int steps = 8 * dense;
    const float finer = std::pow(ratio, 2.f / static_cast<float>(steps));
    const float fine = best_of(a, padded, top, coarse / ratio, finer, steps + 1);
    const float finest = std::pow(finer, 1 / 3.f);
    return best_of(a, padded, top, fine / (finest * finest), finest, 5);
}

RabitqQuantizer::RabitqQuantizer(std::size_t dim, unsigned bits, Metric metric, std::uint64_t seed)
    : m_rotation(dim, seed), m_bits(bits), m_metric(metric) {}

RabitqFactors RabitqQuantizer::factors(double norm, double dot, double cross, double squares,
                                       double to_centroid) const noexcept {
    // dot, cross: of the code with the rotated residual and with the row about the centre; squares: of the
    // code. <residual, q - centroid> is estimated as share * <code, q - centroid>; of the latter, what
    // belongs to centroid - centre does not depend on the query.
    if (!(dot > 0))
        return {static_cast<float>(m_metric == Metric::L2 ? norm : -to_centroid), 0, 0};
    const double share = norm / dot, beside = share * (cross - dot);
    const double error =
        std::sqrt(std::max(0.0, share * share * squares - norm) / static_cast<double>(padded() - 1));
    if (m_metric == Metric::L2)
        return {static_cast<float>(norm + 2 * beside), static_cast<float>(-2 * share),
                static_cast<float>(2 * error)};
    return {static_cast<float>(beside - to_centroid), static_cast<float>(-share), static_cast<float>(error)};
}

void RabitqQuantizer::encode(const float* row, const float* centroid, Workspace& work,
                             std::uint8_t* code) const {
    const std::size_t d = dim(), wide = padded();
    work.residual.resize(d);
    work.rotated.resize(wide);
    work.about_centre.resize(wide);
    work.sizes.resize(wide);
    for (std::size_t i = 0; i < d; ++i)
        work.residual[i] = row[i] - m_centre[i];
    m_rotation.apply(work.residual.data(), work.about_centre.data());
    for (std::size_t i = 0; i < d; ++i)
        work.residual[i] = row[i] - centroid[i];
    m_rotation.apply(work.residual.data(), work.rotated.data());

    double sum = 0, cross = 0;
    for (std::size_t i = 0; i < wide; i += kWord) {
        unsigned word = 0;
        float sizes = 0, products = 0;
        for (std::size_t j = 0; j < kWord; ++j) {
            const float value = work.rotated[i + j], size = std::fabs(value),
                        other = work.about_centre[i + j];
            work.sizes[i + j] = size;
            word |= (value >= 0 ? 1u : 0u) << j;
            sizes += size;
            products += value >= 0 ? other : -other;
        }
        sum += static_cast<double>(sizes);
        cross += static_cast<double>(products);
        put_word(code + i / 8, static_cast<std::uint16_t>(word));
    }
    const double norm = dot(work.residual.data(), work.residual.data(), d);
    const double to_centroid = m_metric == Metric::L2 ? 0 : dot(work.residual.data(), centroid, d);
    const RabitqFactors own = factors(norm, sum, cross, static_cast<double>(wide), to_centroid);
    std::memcpy(code + sign_bytes(), &own, sizeof own);
    if (m_bits > 1)
        encode_extra(work, norm, to_centroid, code + sign_bytes() + sizeof own);
}

RabitqFactors RabitqQuantizer::encode_rotated(const float* row, const float* centroid, float beside,
                                              std::uint8_t* signs) const noexcept {
    const simd::RabitqSums sums = simd::rabitq_kernels().sign_code(row, centroid, padded(), signs);
    const auto sizes = static_cast<double>(sums.sizes);
    const double to_centroid =
        m_metric == Metric::L2 ? 0 : static_cast<double>(sums.product) + static_cast<double>(beside);
    return factors(static_cast<double>(sums.squares), sizes, sizes + static_cast<double>(sums.cross),
                   static_cast<double>(padded()), to_centroid);
}

void RabitqQuantizer::encode_extra(Workspace& work, double norm, double to_centroid,
                                   std::uint8_t* out) const {
    const std::size_t wide = padded(), planes = extra_bits();
    const float t = rabitq_scale(work.sizes.data(), wide, extra_bits());
    const unsigned top = (1u << planes) - 1;
    double product = 0, cross = 0, squares = 0;
    std::uint8_t* words = out + sizeof(RabitqFactors);
    for (std::size_t i = 0; i < wide; i += kWord) {
        unsigned plane[kMaxBits] = {};
        float products = 0, crosses = 0, square = 0;
        for (std::size_t j = 0; j < kWord; ++j) {
            const float size = work.sizes[i + j], value = work.rotated[i + j];
            const unsigned level = std::min(static_cast<unsigned>(t * size), top);
            const unsigned bits = value >= 0 ? level : top - level;
            const float m = static_cast<float>(level) + 0.5f;
            products += m * size;
            crosses += value >= 0 ? m * work.about_centre[i + j] : -m * work.about_centre[i + j];
            square += m * m;
            for (std::size_t p = 0; p < planes; ++p)
                plane[p] |= (bits >> p & 1) << j;
        }
        product += static_cast<double>(products);
        cross += static_cast<double>(crosses);
        squares += static_cast<double>(square);
        for (std::size_t p = 0; p < planes; ++p, words += 2)
            put_word(words, static_cast<std::uint16_t>(plane[p]));
    }
    const RabitqFactors whole = factors(norm, product, cross, squares, to_centroid);
    std::memcpy(out, &whole, sizeof whole);
}

void RabitqQuantizer::decode(const std::uint8_t* code, const float* centroid, float* out) const {
    const std::size_t wide = padded(), planes = extra_bits();
    const std::uint8_t* behind = code + sign_bytes() + (m_bits > 1 ? sizeof(RabitqFactors) : 0);
    RabitqFactors factors;
    std::memcpy(&factors, behind, sizeof factors);
    const std::uint8_t* words = behind + sizeof factors;
    std::vector<float> point(wide);
    double squares = 0;
    for (std::size_t i = 0; i < wide; i += kWord, words += 2 * planes) {
        const unsigned signs = get_word(code + i / 8);
        for (std::size_t j = 0; j < kWord; ++j) {
            unsigned level = signs >> j & 1;
            for (std::size_t p = planes; p-- > 0;)
                level = 2 * level + (get_word(words + 2 * p) >> j & 1u);
            const float value = static_cast<float>(level) + 0.5f - static_cast<float>(1u << planes);
            point[i + j] = value;
            squares += static_cast<double>(value) * static_cast<double>(value);
        }
    }
    const double unit = m_metric == Metric::L2 ? 2 : 1;
    const double share = -static_cast<double>(factors.scale) / unit,
                 error = static_cast<double>(factors.error) / unit;
    if (m_bits == 1) // its scale is for signs of 1, not 0.5
        squares *= 4;
    const double norm = share * share * squares - error * error * static_cast<double>(wide - 1);
    const double length = share > 0 ? std::max(0.0, norm) / (share * squares) * (m_bits == 1 ? 2 : 1) : 0;
    for (float& value : point)
        value *= static_cast<float>(length);
    m_rotation.invert(point.data());
    for (std::size_t i = 0; i < dim(); ++i)
        out[i] = centroid[i] + point[i];
}

void RabitqQuery::prepare(const RabitqQuantizer& quantizer, const float* query) {
    m_padded = quantizer.padded();
    m_extra_bits = quantizer.extra_bits();
    m_difference.resize(quantizer.dim());
    m_rotated.resize(m_padded);
    m_tables.resize(m_padded * 4);
    const std::vector<float>& centre = quantizer.centre();
    for (std::size_t i = 0; i < centre.size(); ++i)
        m_difference[i] = query[i] - centre[i];
    quantizer.rotation().apply(m_difference.data(), m_rotated.data());
    m_sum = std::accumulate(m_rotated.begin(), m_rotated.end(), 0.f);
    const std::size_t count = m_padded / 4;
    const float top = static_cast<float>(std::min<std::size_t>(255, 65535 / count));
    simd::rabitq_kernels().sign_tables(m_rotated.data(), m_padded, top, m_tables.data(), &m_step, &m_lowest);
    m_table_error = m_step * std::sqrt(static_cast<float>(count) / 12.f);
}

float RabitqQuery::sign_product(const std::uint8_t* signs) const noexcept {
    return 2 * simd::rabitq_kernels().dot_planes(signs, 1, m_rotated.data(), m_padded) - m_sum;
}

float RabitqQuery::product(float sign_product, const std::uint8_t* planes) const noexcept {
    const auto levels = static_cast<float>(1u << m_extra_bits);
    const float rest = simd::rabitq_kernels().dot_planes(planes, m_extra_bits, m_rotated.data(), m_padded);
    return 0.5f * levels * sign_product + rest - 0.5f * (levels - 1) * m_sum;
}

} // namespace annscope
