// SPDX-License-Identifier: Apache-2.0
#include "data/vector_set.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace annscope {

VectorSet VectorSet::slice(std::size_t begin, std::size_t count) const noexcept {
    assert(begin + count <= m_rows);
    VectorSet part = *this;
    part.m_data = m_data + begin * m_stride * element_size(m_type);
    part.m_rows = count;
    return part;
}

VectorSet VectorSet::select(std::span<const std::uint32_t> rows) const {
    const std::size_t bytes = m_dim * element_size(m_type);
    const auto owner = std::make_shared<AlignedBuffer<std::byte>>(rows.size() * bytes);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::memcpy(owner->data() + i * bytes, row(rows[i]), bytes);
    return {owner, owner->data(), m_type, rows.size(), m_dim, m_dim};
}

void VectorSet::copy_row(std::size_t i, float* out) const noexcept {
    switch (m_type) {
    case ElementType::F32:
        std::copy_n(static_cast<const float*>(row(i)), m_dim, out);
        break;
    case ElementType::F16:
        std::transform(static_cast<const Half*>(row(i)), static_cast<const Half*>(row(i)) + m_dim, out,
                       half_to_float);
        break;
    case ElementType::U8:
        std::copy_n(static_cast<const std::uint8_t*>(row(i)), m_dim, out);
        break;
    case ElementType::I8:
        std::copy_n(static_cast<const std::int8_t*>(row(i)), m_dim, out);
        break;
    }
}

AlignedBuffer<float> VectorSet::gather(std::span<const std::uint32_t> rows) const {
    AlignedBuffer<float> out(rows.size() * m_dim);
    for (std::size_t i = 0; i < rows.size(); ++i)
        copy_row(rows[i], out.data() + i * m_dim);
    return out;
}

VectorSet VectorSet::to_float() const {
    if (m_type == ElementType::F32)
        return *this;
    AlignedBuffer<float> out(m_rows * m_dim);
    for (std::size_t i = 0; i < m_rows; ++i)
        copy_row(i, out.data() + i * m_dim);
    return adopt(std::move(out), m_rows, m_dim);
}

ElementType lossless_type(const VectorSet& vectors) {
    if (vectors.type() != ElementType::F32)
        return vectors.type();
    float low = 0, high = 0;
    const auto view = vectors.view<float>();
    for (std::size_t i = 0; i < view.rows(); ++i) {
        bool exact = true;
        for (const float v : view[i]) {
            // The cast is defined only within int's range, which NaN is not.
            exact &= v >= -128.0f && v <= 255.0f && static_cast<float>(static_cast<int>(v)) == v;
            if (!exact)
                return ElementType::F32;
            low = std::min(low, v);
            high = std::max(high, v);
        }
        if (low < 0 && high > 127)
            return ElementType::F32;
    }
    return low < 0 ? ElementType::I8 : ElementType::U8;
}

namespace {

template<class T>
VectorSet narrow_to(const VectorSet& vectors) {
    AlignedBuffer<T> out(vectors.size() * vectors.dim());
    const auto view = vectors.view<float>();
    for (std::size_t i = 0; i < view.rows(); ++i)
        std::transform(view.row(i), view.row(i) + view.cols(), out.data() + i * view.cols(),
                       [](float v) { return static_cast<T>(v); });
    return VectorSet::adopt(std::move(out), vectors.size(), vectors.dim());
}

} // namespace

VectorSet narrowed(const VectorSet& vectors, ElementType type) {
    if (type == vectors.type())
        return vectors;
    assert(vectors.type() == ElementType::F32);
    return type == ElementType::U8 ? narrow_to<std::uint8_t>(vectors) : narrow_to<std::int8_t>(vectors);
}

bool normalize(float* v, std::size_t dim) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < dim; ++i)
        sum += static_cast<double>(v[i]) * v[i];
    const double norm = std::sqrt(sum);
    if (norm < kNormEpsilon) {
        std::fill_n(v, dim, 0.0f);
        return false;
    }
    const double scale = 1.0 / norm;
    for (std::size_t i = 0; i < dim; ++i)
        v[i] = static_cast<float>(v[i] * scale);
    return true;
}

Normalized normalized(const VectorSet& vectors) {
    AlignedBuffer<float> out(vectors.size() * vectors.dim());
    std::size_t zero_rows = 0;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        float* row = out.data() + i * vectors.dim();
        vectors.copy_row(i, row);
        zero_rows += normalize(row, vectors.dim()) ? 0 : 1;
    }
    return {VectorSet::adopt(std::move(out), vectors.size(), vectors.dim()), zero_rows};
}

} // namespace annscope
