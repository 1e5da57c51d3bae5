// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace annscope {

/// Working memory for concurrent searches: as many pieces as there were searches at one time, each lent to
/// one at a time and grown by what it did before.
template<class T>
class ScratchPool {
public:
    /// Gives its piece back when it goes out of scope.
    class Loan {
    public:
        Loan(ScratchPool& pool, std::unique_ptr<T> piece) : m_pool(pool), m_piece(std::move(piece)) {}
        ~Loan() {
            if (m_piece)
                m_pool.put(std::move(m_piece));
        }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        T* operator->() const noexcept { return m_piece.get(); }
        T& operator*() const noexcept { return *m_piece; }

    private:
        ScratchPool& m_pool;
        std::unique_ptr<T> m_piece;
    };

    Loan take() {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_free.empty()) {
                auto piece = std::move(m_free.back());
                m_free.pop_back();
                return {*this, std::move(piece)};
            }
        }
        auto piece = std::make_unique<T>();
        const std::lock_guard lock(m_mutex);
        m_free.reserve(++m_made); // so that giving back never allocates
        return {*this, std::move(piece)};
    }

private:
    void put(std::unique_ptr<T> piece) noexcept {
        const std::lock_guard lock(m_mutex);
        m_free.push_back(std::move(piece));
    }

    std::mutex m_mutex;
    std::vector<std::unique_ptr<T>> m_free;
    std::size_t m_made = 0;
};

} // namespace annscope
