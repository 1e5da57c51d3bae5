// SPDX-License-Identifier: Apache-2.0
#include "data/exact_query.h"

#include "simd/kernels.h"

#include <cmath>
#include <limits>
#include <vector>

namespace annscope {
namespace {

constexpr std::size_t kLanes = 8; // partial sums, so that the additions do not wait for each other

/// The sum of term(j) over [0, n), always in the same order.
template<class Term>
inline double sum_of(std::size_t n, const Term& term) noexcept {
    double lanes[kLanes] = {};
    std::size_t j = 0;
    for (; j + kLanes <= n; j += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += term(j + lane);
    for (; j < n; ++j)
        lanes[j % kLanes] += term(j);
    for (std::size_t width = kLanes / 2; width > 0; width /= 2)
        for (std::size_t lane = 0; lane < width; ++lane)
            lanes[lane] += lanes[lane + width];
    return lanes[0];
}

template<class T>
double distance_to(std::span<const float> q, const T* x, Metric metric, double query_norm) noexcept {
    const std::size_t n = q.size();
    if (metric == Metric::L2)
        return sum_of(n, [&](std::size_t j) {
            const double difference = static_cast<double>(q[j]) - static_cast<double>(x[j]);
            return difference * difference;
        });
    const double product =
        sum_of(n, [&](std::size_t j) { return static_cast<double>(q[j]) * static_cast<double>(x[j]); });
    if (metric == Metric::InnerProduct)
        return -product;
    const double row_norm = std::sqrt(
        sum_of(n, [&](std::size_t j) { return static_cast<double>(x[j]) * static_cast<double>(x[j]); }));
    if (!(query_norm >= kNormEpsilon) || !(row_norm >= kNormEpsilon))
        return 0.0;
    return -product / (query_norm * row_norm);
}

} // namespace

double squared_norm(std::span<const float> v) noexcept {
    return sum_of(v.size(), [&](std::size_t j) { return static_cast<double>(v[j]) * v[j]; });
}

ExactQuery::ExactQuery(std::span<const float> query, Metric metric) noexcept
    : m_query(query), m_metric(metric), m_squared_norm(annscope::squared_norm(query)) {}

double ExactQuery::distance(const VectorSet& base, std::size_t row) const {
    const double norm = std::sqrt(m_squared_norm);
    double result = 0;
    switch (base.type()) {
    case ElementType::F32:
        result = distance_to(m_query, static_cast<const float*>(base.row(row)), m_metric, norm);
        break;
    case ElementType::U8:
        result = distance_to(m_query, static_cast<const std::uint8_t*>(base.row(row)), m_metric, norm);
        break;
    case ElementType::I8:
        result = distance_to(m_query, static_cast<const std::int8_t*>(base.row(row)), m_metric, norm);
        break;
    case ElementType::F16: {
        thread_local std::vector<float> floats;
        floats.resize(base.dim());
        simd::kernels().half_to_float(static_cast<const Half*>(base.row(row)), floats.data(), base.dim());
        result = distance_to(m_query, floats.data(), m_metric, norm);
        break;
    }
    }
    return std::isnan(result) ? std::numeric_limits<double>::infinity() : result;
}

} // namespace annscope
