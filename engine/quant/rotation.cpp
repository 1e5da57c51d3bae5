// SPDX-License-Identifier: Apache-2.0
#include "quant/rotation.h"

#include "core/random.h"
#include "simd/hadamard.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kRounds = 4;

} // namespace

RandomRotation::RandomRotation(std::size_t dim, std::uint64_t seed)
    : m_dim(dim), m_padded(padded_dim(dim)), m_power(std::bit_floor(m_padded)),
      m_factors(kRounds * m_padded) {
    Random random(seed);
    for (std::size_t round = 0; round < kRounds; ++round) {
        const double fold = folds(round) ? std::numbers::sqrt2 / 2 : 1;
        const double transform = fold / std::sqrt(static_cast<double>(m_power));
        float* factors = m_factors.data() + round * m_padded;
        std::fill_n(factors, m_padded, static_cast<float>(fold));
        std::fill_n(part(factors, round), m_power, static_cast<float>(transform));
        for (std::size_t i = 0; i < m_padded; ++i)
            if (random() >> 63)
                factors[i] = -factors[i];
    }
}

void RandomRotation::apply(const float* in, float* out) const noexcept {
    const simd::HadamardKernels& kernels = simd::hadamard_kernels();
    std::copy_n(in, m_dim, out);
    std::fill(out + m_dim, out + m_padded, 0.f);
    for (std::size_t round = 0; round < kRounds; ++round) {
        kernels.scale(out, m_factors.data() + round * m_padded, m_padded);
        kernels.transform(part(out, round), m_power);
        if (folds(round))
            kernels.fold(out, m_padded / 2);
    }
}

void RandomRotation::invert(float* x) const noexcept {
    // Each step is a symmetric matrix and the whole is orthonormal, so the steps in reverse order are its
    // inverse.
    const simd::HadamardKernels& kernels = simd::hadamard_kernels();
    for (std::size_t round = kRounds; round-- > 0;) {
        if (folds(round))
            kernels.fold(x, m_padded / 2);
        kernels.transform(part(x, round), m_power);
        kernels.scale(x, m_factors.data() + round * m_padded, m_padded);
    }
}

} // namespace annscope
