// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <span>

namespace annscope {

/// Read-only view of row-major vectors: row i starts at data + i * stride (in elements, never bytes).
template<class T>
class MatrixView {
public:
    MatrixView() = default;
    MatrixView(const T* data, std::size_t rows, std::size_t cols) : MatrixView(data, rows, cols, cols) {}
    MatrixView(const T* data, std::size_t rows, std::size_t cols, std::size_t stride)
        : m_data(data), m_rows(rows), m_cols(cols), m_stride(stride) {
        assert(stride >= cols);
    }

    std::size_t rows() const noexcept { return m_rows; }
    std::size_t cols() const noexcept { return m_cols; }
    std::size_t stride() const noexcept { return m_stride; }
    const T* data() const noexcept { return m_data; }
    bool empty() const noexcept { return m_rows == 0; }
    bool contiguous() const noexcept { return m_stride == m_cols; }

    const T* row(std::size_t i) const noexcept {
        assert(i < m_rows);
        return m_data + i * m_stride;
    }
    std::span<const T> operator[](std::size_t i) const noexcept { return {row(i), m_cols}; }
    MatrixView rows(std::size_t begin, std::size_t count) const noexcept {
        assert(begin + count <= m_rows);
        return {m_data + begin * m_stride, count, m_cols, m_stride};
    }

private:
    const T* m_data = nullptr;
    std::size_t m_rows = 0, m_cols = 0, m_stride = 0;
};

using VectorView = MatrixView<float>;

} // namespace annscope
