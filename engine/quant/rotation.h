// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"

#include <cstddef>
#include <cstdint>

namespace annscope {

/// A random rotation that costs d log d instead of d^2: four rounds of random signs and a Walsh-Hadamard
/// transform of the largest power of two, of the first and of the last dimensions in turn; where that is not
/// all, a Kac step after both mixes the halves. Orthonormal up to rounding; the same for a seed on every
/// machine. Source: the fast Hadamard-Kac rotation of RaBitQ's authors (Gao et al., SIGMOD 2025), after Ailon
/// and Chazelle 2006. They fold after every transform, which leaves a sixteenth of an axis that only one of
/// the transforms covers where it was.
class RandomRotation {
public:
    static constexpr std::size_t kMultiple = 16; ///< the padded dimension is a multiple of this

    static std::size_t padded_dim(std::size_t dim) noexcept {
        return (dim + kMultiple - 1) / kMultiple * kMultiple;
    }

    RandomRotation() = default;
    /// Of vectors of dim floats, to which zeros are appended.
    RandomRotation(std::size_t dim, std::uint64_t seed);

    std::size_t dim() const noexcept { return m_dim; }
    std::size_t padded() const noexcept { return m_padded; }
    std::size_t bytes() const noexcept { return m_factors.size() * sizeof(float); }

    /// in: dim floats; out: padded() floats, not overlapping in. Cost: about 1 us for 784.
    void apply(const float* in, float* out) const noexcept;
    /// x: padded() floats, turned back in place; the first dim are the vector.
    void invert(float* x) const noexcept;

private:
    float* part(float* x, std::size_t round) const noexcept {
        return round % 2 == 0 ? x : x + (m_padded - m_power);
    }

    bool folds(std::size_t round) const noexcept { return m_power != m_padded && round % 2 == 1; }

    std::size_t m_dim = 0, m_padded = 0;
    std::size_t m_power = 0;        ///< largest power of two up to m_padded
    AlignedBuffer<float> m_factors; ///< rounds x padded: random signs times what normalises the round
};

} // namespace annscope
