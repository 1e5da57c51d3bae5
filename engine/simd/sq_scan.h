// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace annscope::simd {

/// How a scalar code holds the value of a dimension: a whole number of 8, 6 or 4 bits, packed as Faiss does
/// (6 bits: four in three bytes, the first in the lowest bits; 4 bits: an even dimension in the low half of
/// its byte), or a 16-bit float.
enum class SqForm : std::uint8_t { Eight, Six, Four, Half, BFloat };

/// Bytes of a code of d dimensions.
constexpr std::size_t sq_code_bytes(SqForm form, std::size_t d) noexcept {
    switch (form) {
    case SqForm::Eight:
        return d;
    case SqForm::Six:
        return (d * 6 + 7) / 8;
    case SqForm::Four:
        return (d + 1) / 2;
    case SqForm::Half:
    case SqForm::BFloat:
        break;
    }
    return d * 2;
}

/// Sums over the dimensions j of code i, whose values are c_ij; nothing is decoded to memory and nothing
/// beyond a code is read. Rows lie stride bytes apart. A row's sum does not depend on which rows stand beside
/// it. No alignment is needed. Cost: about five instructions a register of dimensions.
struct SqRowKernels {
    /// sum of (t[j] - s[j] * c_ij)^2; s counts for whole numbers only (it is not read for floats).
    using L2 = void (*)(const float* t, const float* s, const std::uint8_t* codes, std::size_t stride,
                        std::size_t n, std::size_t d, float* out) noexcept;
    /// sum of w[j] * c_ij
    using Ip = void (*)(const float* w, const std::uint8_t* codes, std::size_t stride, std::size_t n,
                        std::size_t d, float* out) noexcept;
    /// The same of rows ids[i].
    using L2Gather = void (*)(const float* t, const float* s, const std::uint8_t* codes, std::size_t stride,
                              const std::uint32_t* ids, std::size_t n, std::size_t d, float* out) noexcept;
    using IpGather = void (*)(const float* w, const std::uint8_t* codes, std::size_t stride,
                              const std::uint32_t* ids, std::size_t n, std::size_t d, float* out) noexcept;
    L2 l2;
    Ip ip;
    L2Gather l2_gather;
    IpGather ip_gather;
};

/// A filter on 8-bit codes takes whole-number products, exact up to so many dimensions (simd/byte_dot.h).
inline constexpr std::size_t kSqMaxDotDim = 65536;

/// What rounding weights left behind.
struct SqRounded {
    float square = 0; ///< of the remainders
    float at = 0;     ///< remainders times the point m
};

struct SqKernels {
    Isa isa;
    SqRowKernels eight, six, four, half, bfloat;
    /// r = q - c and w = r * s (c null: zero); *square is r's squared length, *along is r times b; returns
    /// the largest |w|.
    float (*weigh)(const float* q, const float* c, const float* b, const float* s, std::size_t d, float* w,
                   float* square, float* along) noexcept;
    /// out = w * scale, rounded; tells of the remainders w - out / scale. |w * scale| must be within 127.5.
    /// Products of these weights with codes are those of simd/byte_dot.h.
    SqRounded (*round)(const float* w, const float* m, float scale, std::size_t d, std::int8_t* out) noexcept;

    const SqRowKernels& rows(SqForm form) const noexcept {
        switch (form) {
        case SqForm::Eight:
            return eight;
        case SqForm::Six:
            return six;
        case SqForm::Four:
            return four;
        case SqForm::Half:
            return half;
        case SqForm::BFloat:
            break;
        }
        return bfloat;
    }
};

const SqKernels& sq_kernels(Isa isa) noexcept; ///< isa must be supported()
const SqKernels& sq_kernels() noexcept;        ///< of kernels().isa

// Each is defined in the file of its ISA.
const SqKernels& sq_kernels_scalar() noexcept;
const SqKernels& sq_kernels_avx2() noexcept;
const SqKernels& sq_kernels_avx512() noexcept;

} // namespace annscope::simd
