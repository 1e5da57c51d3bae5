// SPDX-License-Identifier: Apache-2.0
#include "index/storage.h"

#include "core/parallel.h"
#include "simd/byte_dot.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <type_traits>

namespace annscope {
namespace {

/// False, without result, where a value is not one of T's.
template<class T>
bool to_integers(const float* query, std::size_t dim, T* out) noexcept {
    float low, high;
    if (!simd::byte_dot_kernels().range(query, dim, &low, &high) ||
        low < static_cast<float>(std::numeric_limits<T>::min()) ||
        high > static_cast<float>(std::numeric_limits<T>::max()))
        return false;
    for (std::size_t i = 0; i < dim; ++i)
        out[i] = static_cast<T>(static_cast<int>(query[i]));
    return true;
}

/// Rows a block: about a millisecond of conversion.
std::size_t block_rows(const VectorSet& vectors) noexcept {
    return std::max<std::size_t>(1, (std::size_t{1} << 19) / std::max<std::size_t>(1, vectors.dim()));
}

Result<StoredForm> unit_rows(const VectorSet& vectors, const Control& control) {
    const std::size_t dim = vectors.dim();
    ANNSCOPE_TRY(check_memory(vectors.size() * dim * sizeof(float), "Normalising the vectors"));
    AlignedBuffer<float> out(vectors.size() * dim);
    std::atomic<std::size_t> zero_rows{0};
    ANNSCOPE_TRY(parallel_for(vectors.size(), block_rows(vectors), control,
                              [&](std::size_t begin, std::size_t end, int) {
                                  for (std::size_t i = begin; i < end; ++i) {
                                      float* row = out.data() + i * dim;
                                      vectors.copy_row(i, row);
                                      if (!normalize(row, dim))
                                          zero_rows.fetch_add(1, std::memory_order_relaxed);
                                  }
                              }));
    return StoredForm{VectorSet::adopt(std::move(out), vectors.size(), dim), zero_rows.load()};
}

/// The narrowest type of all blocks: each block's is found by lossless_type.
Result<ElementType> narrowest(const VectorSet& vectors, const Control& control) {
    std::atomic<bool> wide{vectors.type() != ElementType::F32}, has_signed{false}, has_large{false};
    ANNSCOPE_TRY(parallel_for(
        vectors.size(), block_rows(vectors), control, [&](std::size_t begin, std::size_t end, int) {
            if (wide.load(std::memory_order_relaxed))
                return;
            const VectorSet block = vectors.slice(begin, end - begin);
            const ElementType type = lossless_type(block);
            if (type == ElementType::F32)
                wide = true;
            else if (type == ElementType::I8)
                has_signed = true;
            else if (const auto view = block.view<float>(); !has_large.load(std::memory_order_relaxed))
                for (std::size_t i = 0; i < view.rows(); ++i)
                    if (std::ranges::any_of(view[i], [](float v) { return v > 127; }))
                        has_large = true;
        }));
    if (wide || (has_signed && has_large))
        return vectors.type();
    return has_signed ? ElementType::I8 : ElementType::U8;
}

template<class T>
Result<VectorSet> narrow_rows(const VectorSet& vectors, const Control& control) {
    const std::size_t dim = vectors.dim();
    AlignedBuffer<T> out(vectors.size() * dim);
    const auto view = vectors.view<float>();
    ANNSCOPE_TRY(parallel_for(vectors.size(), block_rows(vectors), control,
                              [&](std::size_t begin, std::size_t end, int) {
                                  for (std::size_t i = begin; i < end; ++i)
                                      std::transform(view.row(i), view.row(i) + dim, out.data() + i * dim,
                                                     [](float v) { return static_cast<T>(v); });
                              }));
    return VectorSet::adopt(std::move(out), vectors.size(), dim);
}

template<class T>
Result<VectorSet> joined(std::span<const VectorSet> parts, std::size_t rows, std::size_t dim,
                         const Control& control) {
    AlignedBuffer<T> out(rows * dim);
    std::size_t first = 0;
    for (const VectorSet& part : parts) {
        ANNSCOPE_TRY(parallel_for(part.size(), block_rows(part), control,
                                  [&](std::size_t begin, std::size_t end, int) {
                                      for (std::size_t i = begin; i < end; ++i) {
                                          T* row = out.data() + (first + i) * dim;
                                          if constexpr (std::is_same_v<T, float>)
                                              part.copy_row(i, row);
                                          else
                                              std::copy_n(static_cast<const T*>(part.row(i)), dim, row);
                                      }
                                  }));
        first += part.size();
    }
    return VectorSet::adopt(std::move(out), rows, dim);
}

} // namespace

Result<VectorSet> concatenated(std::span<const VectorSet> parts, const Control& control) {
    if (parts.empty())
        return VectorSet();
    const std::size_t dim = parts.front().dim();
    ElementType type = parts.front().type();
    std::size_t rows = 0;
    for (const VectorSet& part : parts) {
        assert(part.dim() == dim);
        rows += part.size();
        if (part.type() != type)
            type = ElementType::F32;
    }
    ANNSCOPE_TRY(check_memory(rows * dim * element_size(type), "Joining the vectors"));
    switch (type) {
    case ElementType::F16:
        return joined<Half>(parts, rows, dim, control);
    case ElementType::U8:
        return joined<std::uint8_t>(parts, rows, dim, control);
    case ElementType::I8:
        return joined<std::int8_t>(parts, rows, dim, control);
    case ElementType::F32:
        break;
    }
    return joined<float>(parts, rows, dim, control);
}

StoredForm stored_form(const VectorSet& vectors, Metric metric, bool narrow) {
    if (metric == Metric::Cosine) {
        Normalized unit = normalized(vectors);
        return {std::move(unit.vectors), unit.zero_rows};
    }
    return {narrow ? narrowed(vectors, lossless_type(vectors)) : vectors};
}

Result<StoredForm> stored_form(const VectorSet& vectors, Metric metric, bool narrow, const Control& control) {
    if (metric == Metric::Cosine)
        return unit_rows(vectors, control);
    if (!narrow || vectors.type() != ElementType::F32)
        return StoredForm{vectors};
    ANNSCOPE_ASSIGN(const ElementType type, narrowest(vectors, control));
    if (type == ElementType::F32)
        return StoredForm{vectors};
    ANNSCOPE_TRY(check_memory(vectors.size() * vectors.dim(), "Narrowing the vectors"));
    ANNSCOPE_ASSIGN(VectorSet out, type == ElementType::U8 ? narrow_rows<std::uint8_t>(vectors, control)
                                                           : narrow_rows<std::int8_t>(vectors, control));
    return StoredForm{std::move(out)};
}

ElementType stored_type(const VectorSet& vectors, Metric metric, bool narrow) {
    if (metric == Metric::Cosine)
        return ElementType::F32;
    return narrow ? lossless_type(vectors) : vectors.type();
}

Status reconstruct_stored(const VectorSet& vectors, std::size_t dim, std::string_view index, Id id,
                          std::span<float> out) {
    if (id < 0 || id >= static_cast<Id>(vectors.size()))
        return Error{ErrorCode::InvalidArgument, "The index " + std::string(index) + " has no vector " +
                                                     std::to_string(id) + "; it holds " +
                                                     std::to_string(vectors.size()) + "."};
    if (out.size() != dim)
        return Error{ErrorCode::DimensionMismatch, "A vector of the index " + std::string(index) + " has " +
                                                       std::to_string(dim) + " dimensions, not " +
                                                       std::to_string(out.size()) + "."};
    vectors.copy_row(static_cast<std::size_t>(id), out.data());
    return {};
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
