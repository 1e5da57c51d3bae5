// SPDX-License-Identifier: Apache-2.0
#include "simd/byte_dot.h"

#include <cmath>

namespace annscope::simd {
namespace {

void dots(const std::int8_t* const* vectors, std::size_t count, const std::uint8_t* rows, std::size_t stride,
          std::size_t n, std::size_t d, std::int32_t* const* out) noexcept {
    for (std::size_t v = 0; v < count; ++v)
        for (std::size_t i = 0; i < n; ++i) {
            std::int32_t sum = 0;
            for (std::size_t j = 0; j < d; ++j)
                sum += std::int32_t{vectors[v][j]} * std::int32_t{rows[i * stride + j]};
            out[v][i] = sum;
        }
}

void gather(const std::int8_t* const* vectors, const std::uint8_t* rows, std::size_t stride,
            const std::uint32_t* ids, std::size_t n, std::size_t d, std::int32_t* const* out,
            std::int32_t* squares) noexcept {
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint8_t* row = rows + ids[i] * stride;
        std::int32_t* const at[2] = {out[0] + i, out[1] + i};
        dots(vectors, 2, row, stride, 1, d, at);
        if (!squares)
            continue;
        squares[i] = 0;
        for (std::size_t j = 0; j < d; ++j)
            squares[i] += std::int32_t{row[j]} * (std::int32_t{row[j]} - 255);
    }
}

bool range(const float* v, std::size_t d, float* low, float* high) noexcept {
    *low = *high = v[0];
    bool whole = true;
    for (std::size_t j = 0; j < d; ++j) {
        *low = v[j] < *low ? v[j] : *low;
        *high = v[j] > *high ? v[j] : *high;
        whole &= std::nearbyint(v[j]) == v[j] && std::abs(v[j]) < 0x1p22f;
    }
    return whole;
}

float rounded(float v) noexcept {
    const float whole = std::nearbyint(v);
    return whole < -128 ? -128.0f : whole > 127 ? 127.0f : whole;
}

ByteSplit split(const float* v, std::size_t d, float zero, float coarse_step, float fine_step,
                std::int8_t* coarse, std::int8_t* fine) noexcept {
    const float per_coarse = 1 / coarse_step, per_fine = 1 / fine_step;
    ByteSplit out;
    for (std::size_t j = 0; j < d; ++j) {
        const float value = v[j] - zero, first = rounded(value * per_coarse);
        float left = value - first * coarse_step;
        coarse[j] = static_cast<std::int8_t>(first);
        if (fine) {
            const float second = rounded(left * per_fine);
            fine[j] = static_cast<std::int8_t>(second);
            left -= second * fine_step;
        }
        out.sum += value - left;
        out.square += (value - left) * (value - left);
        out.left_square += left * left;
    }
    return out;
}

} // namespace

const ByteDotKernels& byte_dot_kernels_scalar() noexcept {
    static constexpr ByteDotKernels kTable{dots, gather, range, split, -128, 127};
    return kTable;
}

const ByteDotKernels& byte_dot_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return byte_dot_kernels_avx2();
    case Isa::Avx512:
        return byte_dot_kernels_avx512();
#endif
    default:
        return byte_dot_kernels_scalar();
    }
}

const ByteDotKernels& byte_dot_kernels() noexcept {
    return byte_dot_kernels(kernels().isa);
}

} // namespace annscope::simd
