// SPDX-License-Identifier: Apache-2.0
#include "quant/hadamard.h"

#include "core/random.h"
#include "simd/hadamard.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace annscope {
namespace {

constexpr std::size_t kSmallestBlock = 16; // of the kernels

/// In place, not normalised: the transform is its own inverse up to the factor n.
void walsh_hadamard(float* v, std::size_t n) noexcept {
    if (n >= kSmallestBlock)
        return simd::hadamard_kernels().transform(v, n);
    for (std::size_t step = 1; step < n; step *= 2)
        for (std::size_t i = 0; i < n; i += 2 * step)
            for (std::size_t j = i; j < i + step; ++j) {
                const float a = v[j], b = v[j + step];
                v[j] = a + b;
                v[j + step] = a - b;
            }
}

float scale_of(std::size_t n) noexcept {
    return 1.0f / (static_cast<float>(n) * std::sqrt(static_cast<float>(n)));
}

} // namespace

HadamardRotation::HadamardRotation(std::size_t d_in, std::uint32_t seed)
    : VectorTransform(d_in, std::bit_ceil(std::max<std::size_t>(d_in, 1))), m_signs(3 * d_out()) {
    Random random(seed);
    for (float& sign : m_signs)
        sign = (random() & 1) == 0 ? -1.0f : 1.0f;
}

void HadamardRotation::apply(const float* in, float* out) const noexcept {
    const std::size_t n = d_out();
    std::copy_n(in, d_in(), out);
    std::fill(out + d_in(), out + n, 0.0f);
    for (std::size_t round = 0; round < 3; ++round) {
        simd::hadamard_kernels().scale(out, m_signs.data() + round * n, n);
        walsh_hadamard(out, n);
    }
    const float scale = scale_of(n);
    for (std::size_t j = 0; j < n; ++j)
        out[j] *= scale;
}

void HadamardRotation::reverse(const float* in, float* out) const noexcept {
    const std::size_t n = d_out();
    thread_local std::vector<float> work;
    work.assign(in, in + n);
    for (std::size_t round = 3; round-- > 0;) {
        walsh_hadamard(work.data(), n);
        simd::hadamard_kernels().scale(work.data(), m_signs.data() + round * n, n);
    }
    const float scale = scale_of(n);
    for (std::size_t j = 0; j < d_in(); ++j)
        out[j] = work[j] * scale;
}

std::vector<TransformArray> HadamardRotation::arrays() const {
    return {{"signs", m_signs.size(), "3 * d_out * 4", {m_signs.data(), m_signs.size()}}};
}

Status HadamardRotation::load(std::vector<AlignedBuffer<float>> arrays) {
    if (!std::all_of(arrays[0].begin(), arrays[0].end(), [](float s) { return s == 1.0f || s == -1.0f; }))
        return Error{ErrorCode::CorruptFile, "The signs of HR hold a number that is neither 1 nor -1."};
    m_signs = std::move(arrays[0]);
    return {};
}

} // namespace annscope
