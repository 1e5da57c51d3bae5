// SPDX-License-Identifier: Apache-2.0
#include "data/normal_source.h"

#include <bit>

namespace annscope {
namespace {

/// Natural logarithm of x in (0, 1], by log m = 2 atanh((m - 1) / (m + 1)) for m in [1/sqrt 2, sqrt 2).
/// Relative error below 1e-15.
inline double log_of(double x) noexcept {
    constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcdu;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t shifted = bits - kSqrtHalf;
    const auto exponent = static_cast<std::int64_t>(shifted) >> 52;
    const double m = std::bit_cast<double>((shifted & 0x000fffffffffffffu) + kSqrtHalf);
    const double s = (m - 1) / (m + 1);
    const double z = s * s;
    double p = 1.0 / 19;
    for (int odd = 17; odd >= 1; odd -= 2)
        p = p * z + 1.0 / odd;
    return static_cast<double>(exponent) * std::numbers::ln2 + 2 * s * p;
}

/// Cosine and sine of a quarter turn times t, t in [-1/2, 1/2], by their Taylor series.
inline void cos_sin_quarter(double t, double& cosine, double& sine) noexcept {
    const double a = t * (std::numbers::pi / 2);
    const double z = a * a;
    double c = 1, s = 1;
    for (int n = 16; n >= 2; n -= 2) {
        c = 1 - c * z / (n * (n - 1));
        s = 1 - s * z / (n * (n + 1));
    }
    cosine = c;
    sine = s * a;
}

} // namespace

void NormalSource::refill() noexcept {
    for (std::size_t i = 0; i < kBatch; i += 2) {
        const double radius = std::sqrt(-2 * log_of(1 - m_random.uniform()));
        const std::uint64_t bits = m_random();
        // Two bits choose the quadrant; the rest is the angle within it, around its middle.
        const double t = static_cast<double>(bits >> 11 & 0x7ffffffffffffu) * 0x1p-51 - 0.5;
        double c = 0, s = 0;
        cos_sin_quarter(t, c, s);
        if (bits >> 62 & 1)
            c = std::exchange(s, -c);
        if (bits >> 63)
            c = -c, s = -s;
        m_values[i] = radius * c;
        m_values[i + 1] = radius * s;
    }
    m_next = 0;
}

} // namespace annscope
