// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/error.h"
#include "core/matrix_view.h"
#include "core/types.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace annscope {

/// Read-only vectors in memory or memory-mapped, of type f32, f16, u8 or i8. Copies share the storage, which
/// lives as long as any copy. Rows are dim() elements, stride() elements apart.
class VectorSet {
public:
    VectorSet() = default;
    /// Wraps storage that somebody else laid out, e.g. a mapped file: row i starts at data + i * stride *
    /// element size. data must be aligned to the element size. owner keeps it alive.
    VectorSet(std::shared_ptr<const void> owner, const void* data, ElementType type, std::size_t rows,
              std::size_t dim, std::size_t stride, bool mapped = false)
        : m_owner(std::move(owner)), m_data(static_cast<const std::byte*>(data)), m_type(type), m_rows(rows),
          m_dim(dim), m_stride(stride), m_mapped(mapped) {
        assert(stride >= dim);
    }
    /// Takes over a dense buffer of rows x dim.
    template<class T>
    static VectorSet adopt(AlignedBuffer<T> buffer, std::size_t rows, std::size_t dim) {
        assert(buffer.size() >= rows * dim);
        auto owner = std::make_shared<const AlignedBuffer<T>>(std::move(buffer));
        const T* data = owner->data();
        return {std::move(owner), data, ElementTypeOf<T>::value, rows, dim, dim};
    }
    /// Copies a view into storage of its own.
    template<class T>
    static VectorSet copy(MatrixView<T> view) {
        AlignedBuffer<T> buffer(view.rows() * view.cols());
        for (std::size_t i = 0; i < view.rows(); ++i)
            std::copy_n(view.row(i), view.cols(), buffer.data() + i * view.cols());
        return adopt(std::move(buffer), view.rows(), view.cols());
    }

    std::size_t size() const noexcept { return m_rows; }
    std::size_t dim() const noexcept { return m_dim; }
    std::size_t stride() const noexcept { return m_stride; }
    ElementType type() const noexcept { return m_type; }
    bool empty() const noexcept { return m_rows == 0; }
    bool mapped() const noexcept { return m_mapped; }
    /// Bytes of the values themselves (rows x dim x element size).
    std::size_t bytes() const noexcept { return m_rows * m_dim * element_size(m_type); }

    const void* row(std::size_t i) const noexcept {
        assert(i < m_rows);
        return m_data + i * m_stride * element_size(m_type);
    }
    /// The typed view; T must be the element type.
    template<class T>
    MatrixView<T> view() const noexcept {
        assert(ElementTypeOf<T>::value == m_type);
        return {reinterpret_cast<const T*>(m_data), m_rows, m_dim, m_stride};
    }
    /// Rows [begin, begin + count), sharing the storage.
    VectorSet slice(std::size_t begin, std::size_t count) const noexcept;

    /// The given rows in storage of their own, of the same type. Throws std::bad_alloc.
    VectorSet select(std::span<const std::uint32_t> rows) const;

    /// Writes row i, converted, to out[0..dim).
    void copy_row(std::size_t i, float* out) const noexcept;
    /// The given rows as dense float32, e.g. a training sample. Throws std::bad_alloc.
    AlignedBuffer<float> gather(std::span<const std::uint32_t> rows) const;
    /// All rows as dense float32; shares the storage where it already is. Throws std::bad_alloc.
    VectorSet to_float() const;

private:
    std::shared_ptr<const void> m_owner;
    const std::byte* m_data = nullptr;
    ElementType m_type = ElementType::F32;
    std::size_t m_rows = 0, m_dim = 0, m_stride = 0;
    bool m_mapped = false;
};

/// The narrowest of u8, i8 that holds every value of a float32 set exactly, or F32. Many published sets are
/// bytes widened to floats; an index that stores them as bytes gives identical distances from a quarter of
/// the memory. Cost: stops at the first value that is not an integer, else one pass.
ElementType lossless_type(const VectorSet& vectors);
/// The values in the given integer type; they must fit (see lossless_type).
VectorSet narrowed(const VectorSet& vectors, ElementType type);

/// Rows scaled to unit length as float32. Rows with norm below epsilon stay zero; their number is reported.
struct Normalized {
    VectorSet vectors;
    std::size_t zero_rows = 0;
};
inline constexpr float kNormEpsilon = 1e-12f;
Normalized normalized(const VectorSet& vectors);
/// In place; returns false and leaves zeros where the norm is below epsilon.
bool normalize(float* v, std::size_t dim) noexcept;

} // namespace annscope
