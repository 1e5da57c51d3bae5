// SPDX-License-Identifier: Apache-2.0
#include "index/storage.h"

#include <limits>

namespace annscope {
namespace {

template<class T>
bool to_integers(const float* query, std::size_t dim, T* out) noexcept {
    constexpr float kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
    bool exact = true;
    for (std::size_t i = 0; i < dim; ++i) {
        const float v =
            query[i] >= kLow && query[i] <= kHigh ? query[i] : kLow; // NaN too; the cast must be defined
        out[i] = static_cast<T>(v);
        exact &= static_cast<float>(out[i]) == query[i];
    }
    return exact;
}

} // namespace

StoredForm stored_form(const VectorSet& vectors, Metric metric, bool narrow) {
    if (metric == Metric::Cosine) {
        Normalized unit = normalized(vectors);
        return {std::move(unit.vectors), unit.zero_rows};
    }
    return {narrow ? narrowed(vectors, lossless_type(vectors)) : vectors};
}

ElementType stored_type(const VectorSet& vectors, Metric metric, bool narrow) {
    if (metric == Metric::Cosine)
        return ElementType::F32;
    return narrow ? lossless_type(vectors) : vectors.type();
}

void PreparedQuery::prepare(const float* query, std::size_t dim, Metric metric, ElementType stored) {
    m_floats = query;
    m_integer = false;
    if (metric == Metric::Cosine) {
        m_owned.assign(query, query + dim);
        normalize(m_owned.data(), dim);
        m_floats = m_owned.data();
    }
    if (stored == ElementType::U8 || stored == ElementType::I8) {
        m_bytes.resize(dim);
        m_integer = stored == ElementType::U8
                        ? to_integers(query, dim, m_bytes.data())
                        : to_integers(query, dim, reinterpret_cast<std::int8_t*>(m_bytes.data()));
    }
}

} // namespace annscope
