// SPDX-License-Identifier: Apache-2.0
#include "simd/pair_tiles.h"

namespace annscope::simd {
namespace {

void l2_f32(const float* a, std::size_t m, const float* b, std::size_t n, std::size_t stride, float* out,
            std::size_t out_stride) noexcept {
    constexpr std::size_t kLanes = 8; // sums that the compiler can keep side by side
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            float sums[kLanes] = {};
            for (std::size_t at = 0; at < stride; at += kLanes)
                for (std::size_t lane = 0; lane < kLanes; ++lane) {
                    const float difference = a[i * stride + at + lane] - b[j * stride + at + lane];
                    sums[lane] += difference * difference;
                }
            float sum = 0;
            for (const float part : sums)
                sum += part;
            out[i * out_stride + j] = sum;
        }
}

void l2_u8(const std::uint8_t* a, const std::uint32_t*, std::size_t m, const std::uint8_t* b,
           const std::uint32_t*, std::size_t n, std::size_t stride, float* out,
           std::size_t out_stride) noexcept {
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            std::uint32_t sum = 0;
            for (std::size_t at = 0; at < stride; ++at) {
                const int difference = int{a[i * stride + at]} - int{b[j * stride + at]};
                sum += static_cast<std::uint32_t>(difference * difference);
            }
            out[i * out_stride + j] = static_cast<float>(sum);
        }
}

void terms(const std::uint8_t*, std::size_t, std::uint32_t* a_term, std::uint32_t* b_term) noexcept {
    *a_term = *b_term = 0;
}

} // namespace

const PairTileKernels& pair_tile_kernels_scalar() noexcept {
    static constexpr PairTileKernels kTable{l2_f32, l2_u8, terms};
    return kTable;
}

} // namespace annscope::simd
