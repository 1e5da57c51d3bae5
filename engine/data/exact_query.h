// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"
#include "data/vector_set.h"

#include <span>

namespace annscope {

/// Distances of one query in float64, the reference that everything else is judged by: squared L2, minus the
/// product, minus the cosine (0 where either vector is shorter than kNormEpsilon). Equal rows give equal
/// distances. Keeps a pointer to the query.
class ExactQuery {
public:
    ExactQuery(std::span<const float> query, Metric metric) noexcept;

    /// Cost: dim multiply-adds. NaN becomes infinity, so that results can be sorted.
    double distance(const VectorSet& base, std::size_t row) const;
    double squared_norm() const noexcept { return m_squared_norm; }

private:
    std::span<const float> m_query;
    Metric m_metric;
    double m_squared_norm = 0;
};

/// Sum of squares in float64.
double squared_norm(std::span<const float> v) noexcept;

} // namespace annscope
