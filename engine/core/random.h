// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

namespace annscope {

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every platform, unlike std:: distributions.
class Random {
public:
    using result_type = std::uint64_t;
    explicit Random(std::uint64_t seed) noexcept : m_state(seed) {}

    static constexpr result_type min() noexcept { return 0; }
    static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }
    result_type operator()() noexcept {
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    /// Uniform integer in [0, bound), bound > 0 (Lemire's multiply-shift; its bias is below 2^-32 for bound <
    /// 2^32).
    std::uint64_t below(std::uint64_t bound) noexcept {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::uint64_t>((static_cast<Wide>((*this)()) * bound) >> 64);
    }
    /// Uniform in [0, 1).
    double uniform() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
    /// Standard normal by Box and Muller.
    double normal() noexcept {
        if (m_has_spare) {
            m_has_spare = false;
            return m_spare;
        }
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        const double angle = 2.0 * std::numbers::pi * uniform();
        m_spare = radius * std::sin(angle);
        m_has_spare = true;
        return radius * std::cos(angle);
    }

private:
    std::uint64_t m_state;
    double m_spare = 0;
    bool m_has_spare = false;
};

/// The first count entries of a seeded random permutation of 0..n-1. Cost: O(n).
inline std::vector<std::uint32_t> random_sample(std::size_t n, std::size_t count, std::uint64_t seed) {
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    Random random(seed);
    count = count < n ? count : n;
    for (std::size_t i = 0; i < count; ++i)
        std::swap(order[i], order[i + random.below(n - i)]);
    order.resize(count);
    return order;
}

} // namespace annscope
