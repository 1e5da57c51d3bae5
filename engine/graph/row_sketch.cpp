// SPDX-License-Identifier: Apache-2.0
#include "graph/row_sketch.h"

#include "core/parallel.h"
#include "core/random.h"
#include "simd/byte_dot.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kBlock = 1024;
constexpr float kMiddle = 127.5f;
constexpr float kRounding = 1e-5f;     // relative; of float32 sums of squares, generously
constexpr float kSumRounding = 2e-6f;  // of a sum that is put together from larger terms
constexpr std::size_t kMaxDim = 65536; // up to which the byte kernels are exact
constexpr std::size_t kSmallestDim = 48;

std::size_t stride_of(std::size_t dim) noexcept {
    return (dim + 63) / 64 * 64;
}

struct Ranges {
    std::vector<float> low, high;
};

Result<Ranges> ranges_of(const VectorSet& rows, const Control& control) {
    const std::size_t dim = rows.dim();
    const auto threads = static_cast<std::size_t>(effective_threads(control));
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    std::vector<Ranges> own(threads,
                            Ranges{std::vector<float>(dim, kInfinity), std::vector<float>(dim, -kInfinity)});
    ANNSCOPE_TRY(
        parallel_for(rows.size(), kBlock, control, [&](std::size_t begin, std::size_t end, int thread) {
            Ranges& range = own[static_cast<std::size_t>(thread)];
            std::vector<float> row(dim);
            for (std::size_t i = begin; i < end; ++i) {
                rows.copy_row(i, row.data());
                for (std::size_t j = 0; j < dim; ++j) {
                    range.low[j] = std::min(range.low[j], row[j]);
                    range.high[j] = std::max(range.high[j], row[j]);
                }
            }
        }));
    for (std::size_t t = 1; t < threads; ++t)
        for (std::size_t j = 0; j < dim; ++j) {
            own[0].low[j] = std::min(own[0].low[j], own[t].low[j]);
            own[0].high[j] = std::max(own[0].high[j], own[t].high[j]);
        }
    return std::move(own[0]);
}

/// What rounding one row found out.
struct Rounded {
    float error = 0, reach = 0; ///< squares
};

Rounded round_row(const float* row, const float* middle, float step, std::size_t dim,
                  std::uint8_t* codes) noexcept {
    double error = 0, reach = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        const float code = std::clamp(std::nearbyint((row[j] - middle[j]) / step + kMiddle), 0.0f, 255.0f);
        codes[j] = static_cast<std::uint8_t>(code);
        const double steps = static_cast<double>(code) - static_cast<double>(kMiddle);
        const double left =
            static_cast<double>(row[j]) - static_cast<double>(middle[j]) - steps * static_cast<double>(step);
        error += left * left;
        reach += steps * steps;
    }
    return {static_cast<float>(error), static_cast<float>(reach)};
}

} // namespace

bool RowSketch::useful(ElementType type, std::size_t dim) noexcept {
    return type == ElementType::F32 && dim >= kSmallestDim && dim <= kMaxDim;
}

std::uint64_t RowSketch::bytes_of(std::size_t n, std::size_t dim) noexcept {
    return n * stride_of(dim);
}

Result<RowSketch> RowSketch::create(const VectorSet& rows, const Control& control) {
    const std::size_t dim = rows.dim();
    ANNSCOPE_TRY(check_memory(bytes_of(rows.size(), dim), "the sketch of the vectors"));
    ANNSCOPE_ASSIGN(const Ranges ranges, ranges_of(rows, control));
    RowSketch sketch;
    sketch.m_stride = stride_of(dim);
    sketch.m_codes = AlignedBuffer<std::uint8_t>(rows.size() * sketch.m_stride);
    sketch.m_step = 1e-30f;
    for (std::size_t j = 0; j < dim; ++j) {
        sketch.m_middle.push_back(ranges.low[j] / 2 + ranges.high[j] / 2);
        sketch.m_step = std::max(sketch.m_step, (ranges.high[j] - ranges.low[j]) / 255);
    }
    std::vector<Rounded> worst(static_cast<std::size_t>(effective_threads(control)));
    ANNSCOPE_TRY(
        parallel_for(rows.size(), kBlock, control, [&](std::size_t begin, std::size_t end, int thread) {
            Rounded& own = worst[static_cast<std::size_t>(thread)];
            std::vector<float> row(dim);
            for (std::size_t i = begin; i < end; ++i) {
                rows.copy_row(i, row.data());
                const Rounded one = round_row(row.data(), sketch.m_middle.data(), sketch.m_step, dim,
                                              sketch.m_codes.data() + i * sketch.m_stride);
                own = {std::max(own.error, one.error), std::max(own.reach, one.reach)};
            }
        }));
    for (const Rounded& own : worst) {
        sketch.m_error = std::max(sketch.m_error, std::sqrt(own.error) * (1 + 10 * kRounding));
        sketch.m_reach = std::max(sketch.m_reach, std::sqrt(own.reach) * (1 + 10 * kRounding));
    }
    return sketch;
}

Result<std::shared_ptr<const RowSketch>> RowSketch::for_walks(const VectorSet& rows, const Control& control) {
    std::shared_ptr<const RowSketch> none;
    if (rows.empty() || !useful(rows.type(), rows.dim()))
        return none;
    ANNSCOPE_ASSIGN(RowSketch sketch, create(rows, control));
    return sketch.precise(rows) ? std::make_shared<const RowSketch>(std::move(sketch)) : none;
}

bool RowSketch::precise(const VectorSet& rows) const {
    // Of squares: at a seventh of the distance to a neighbour, rounding moves that distance by about a
    // fortieth.
    constexpr double kShare = 0.02;
    constexpr std::size_t kProbes = 128, kOthers = 2048;
    const std::size_t n = rows.size();
    const std::vector<std::uint32_t> others = random_sample(n, kOthers, 1);
    std::vector<float> row(dim()), other(dim());
    std::vector<double> shares;
    for (std::size_t p = 0; p < std::min(kProbes, others.size()); ++p) {
        rows.copy_row(others[p], row.data());
        double nearest = std::numeric_limits<double>::infinity(), error = 0;
        for (std::size_t i = 0; i < others.size(); ++i) {
            if (i == p)
                continue;
            rows.copy_row(others[i], other.data());
            const float distance = simd::kernels().f32.l2(row.data(), other.data(), dim());
            if (distance > 0)
                nearest = std::min(nearest, static_cast<double>(distance));
        }
        const std::uint8_t* codes = m_codes.data() + others[p] * m_stride;
        for (std::size_t j = 0; j < dim(); ++j) {
            const double left =
                static_cast<double>(row[j]) - static_cast<double>(m_middle[j]) -
                (static_cast<double>(codes[j]) - static_cast<double>(kMiddle)) * static_cast<double>(m_step);
            error += left * left;
        }
        shares.push_back(error / nearest); // no other row: 0
    }
    const auto middle = shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2);
    std::nth_element(shares.begin(), middle, shares.end());
    return shares.empty() || *middle <= kShare;
}

/// Weights of the codes in two vectors of signed bytes, so that an inner product with a rounded row is
/// m_offset + m_per_coarse * (coarse, codes) + m_per_fine * (fine, codes).
Scorer SketchQuery::set(const RowSketch& sketch, const float* query) {
    const std::size_t dim = sketch.dim();
    const auto& kernels = simd::byte_dot_kernels();
    m_sketch = &sketch;
    m_weights.resize(dim);
    m_coarse.resize(dim);
    m_fine.resize(dim);
    float largest = 1e-30f, norm = 0, along = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        const float value = m_l2 ? query[j] - sketch.m_middle[j] : query[j];
        norm += value * value;
        along += m_l2 ? 0.0f : value * sketch.m_middle[j];
        m_weights[j] = value * sketch.m_step;
        largest = std::max(largest, std::abs(m_weights[j]));
    }
    m_norm = norm;
    m_per_coarse = largest / static_cast<float>(kernels.highest);
    m_per_fine = m_per_coarse / 2 / static_cast<float>(kernels.highest);
    const simd::ByteSplit split =
        kernels.split(m_weights.data(), dim, 0, m_per_coarse, m_per_fine, m_coarse.data(), m_fine.data());
    m_offset = along - kMiddle * split.sum;
    const float sums =
        std::sqrt(norm) * sketch.m_reach * sketch.m_step + std::abs(along) +
        std::sqrt(split.square) * (sketch.m_reach + kMiddle * std::sqrt(static_cast<float>(dim)));
    m_noise = std::sqrt(split.left_square) * sketch.m_reach * (1 + kRounding) + kSumRounding * sums;
    return {this, &score, sketch.m_codes.data(), sketch.m_stride};
}

Scorer SketchQuery::prepare(const RowSketch& sketch, const float* query, Metric metric) {
    m_l2 = metric == Metric::L2;
    m_lifts = nullptr;
    return set(sketch, query);
}

Scorer SketchQuery::prepare_lifted(const RowSketch& sketch, const float* query, const float* lifts,
                                   float lift, float length) {
    m_l2 = false;
    m_lifts = lifts;
    m_lift = lift;
    m_length = length;
    return set(sketch, query);
}

void SketchQuery::score(const Scorer& scorer, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
    static_cast<SketchQuery*>(scorer.context())->distances(ids, n, out);
}

void SketchQuery::distances(const std::uint32_t* ids, std::size_t n, float* out) noexcept {
    const RowSketch& sketch = *m_sketch;
    if (m_squares.size() < n) {
        m_products.resize(2 * n);
        m_squares.resize(n);
    }
    const std::int8_t* const vectors[2] = {m_coarse.data(), m_fine.data()};
    const std::size_t room = m_squares.size();
    std::int32_t* const products[2] = {m_products.data(), m_products.data() + room};
    simd::byte_dot_kernels().gather(vectors, sketch.m_codes.data(), sketch.m_stride, ids, n, sketch.dim(),
                                    products, m_l2 ? m_squares.data() : nullptr);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = m_offset + m_per_coarse * static_cast<float>(products[0][i]) +
                 m_per_fine * static_cast<float>(products[1][i]);
    if (m_l2) {
        const float square = sketch.m_step * sketch.m_step;
        const float constant = m_norm + square * kMiddle * kMiddle * static_cast<float>(sketch.dim());
        for (std::size_t i = 0; i < n; ++i)
            out[i] = std::max(constant + square * static_cast<float>(m_squares[i]) - 2 * out[i], 0.0f);
    } else if (m_lifts) {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = std::max(2 * (m_length - out[i] - m_lift * m_lifts[ids[i]]), 0.0f);
    } else {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = -out[i];
    }
}

float SketchQuery::least(float distance) const noexcept {
    const RowSketch& sketch = *m_sketch;
    if (!m_l2)
        return distance - std::sqrt(m_norm) * (1 + kRounding) * sketch.m_error - m_noise -
               kRounding * std::abs(distance);
    // The rounded row is at least so far, and rounding moved it by m_error at most.
    const float lengths = std::sqrt(m_norm) + sketch.m_reach * sketch.m_step;
    const float rounded = std::max(distance - 2 * m_noise - kSumRounding * lengths * lengths, 0.0f);
    const float near = std::max(std::sqrt(rounded) * (1 - kRounding) - sketch.m_error, 0.0f);
    return near * near * (1 - kRounding);
}

} // namespace annscope
