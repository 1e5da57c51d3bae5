// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace annscope {

/// Zeroed, 64-byte aligned array of trivial T that does not run constructors. Throws std::bad_alloc.
template<class T>
class AlignedBuffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t count) : m_size(count) {
        if (count == 0)
            return;
        if (count > (std::size_t(-1) - 63) / sizeof(T))
            throw std::bad_alloc();
        const std::size_t bytes = (count * sizeof(T) + 63) / 64 * 64;
        m_data.reset(static_cast<T*>(std::aligned_alloc(64, bytes)));
        if (!m_data)
            throw std::bad_alloc();
        std::memset(static_cast<void*>(m_data.get()), 0, bytes);
    }

    T* data() noexcept { return m_data.get(); }
    const T* data() const noexcept { return m_data.get(); }
    std::size_t size() const noexcept { return m_size; }
    T& operator[](std::size_t i) noexcept { return m_data.get()[i]; }
    const T& operator[](std::size_t i) const noexcept { return m_data.get()[i]; }
    T* begin() noexcept { return data(); }
    T* end() noexcept { return data() + m_size; }
    const T* begin() const noexcept { return data(); }
    const T* end() const noexcept { return data() + m_size; }

private:
    struct Free {
        void operator()(T* p) const noexcept { std::free(p); }
    };
    std::unique_ptr<T[], Free> m_data;
    std::size_t m_size = 0;
};

} // namespace annscope
