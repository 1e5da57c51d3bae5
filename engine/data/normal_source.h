// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/random.h"

#include <array>
#include <cstddef>

namespace annscope {

/// Standard normal numbers by Box and Muller (1958), from additions, products, quotients and square roots
/// alone: libm's log and cos may differ in the last bit between processors, these may not.
class NormalSource {
public:
    explicit NormalSource(Random random) noexcept : m_random(random) {}

    /// The generator behind it, for other draws. Numbers already made in advance are not affected.
    Random& random() noexcept { return m_random; }
    double next() noexcept {
        if (m_next == kBatch)
            refill();
        return m_values[m_next++];
    }
    void fill(float* out, std::size_t count) noexcept {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<float>(next());
    }

private:
    static constexpr std::size_t kBatch = 64;
    void refill() noexcept;

    Random m_random;
    std::array<double, kBatch> m_values{};
    std::size_t m_next = kBatch;
};

} // namespace annscope
