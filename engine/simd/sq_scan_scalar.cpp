// SPDX-License-Identifier: Apache-2.0
// Scalar codes without vector instructions, and the choice among the instruction sets.
#include "simd/sq_scan.h"

#include <bit>
#include <cmath>

namespace annscope::simd {
namespace {

template<SqForm kForm>
float value(const std::uint8_t* code, std::size_t j) noexcept {
    if constexpr (kForm == SqForm::Eight) {
        return code[j];
    } else if constexpr (kForm == SqForm::Four) {
        return static_cast<float>(code[j / 2] >> (j % 2 * 4) & 15);
    } else if constexpr (kForm == SqForm::Six) {
        const std::size_t bit = j * 6 % 8, byte = j * 6 / 8;
        const unsigned low = code[byte], high = bit > 2 ? code[byte + 1] : 0u;
        return static_cast<float>((low | high << 8) >> bit & 63u);
    } else {
        const auto bits = static_cast<std::uint16_t>(code[2 * j] | code[2 * j + 1] << 8);
        if constexpr (kForm == SqForm::Half)
            return half_to_float({bits});
        else
            return std::bit_cast<float>(std::uint32_t{bits} << 16);
    }
}

template<SqForm kForm>
struct Rows {
    static constexpr bool kScaled = kForm == SqForm::Eight || kForm == SqForm::Six || kForm == SqForm::Four;

    static float l2_one(const float* t, const float* s, const std::uint8_t* code, std::size_t d) noexcept {
        float sum = 0;
        for (std::size_t j = 0; j < d; ++j) {
            float difference = t[j];
            if constexpr (kScaled)
                difference -= s[j] * value<kForm>(code, j);
            else
                difference -= value<kForm>(code, j);
            sum += difference * difference;
        }
        return sum;
    }
    static float ip_one(const float* w, const std::uint8_t* code, std::size_t d) noexcept {
        float sum = 0;
        for (std::size_t j = 0; j < d; ++j)
            sum += w[j] * value<kForm>(code, j);
        return sum;
    }
    static void l2(const float* t, const float* s, const std::uint8_t* codes, std::size_t stride,
                   std::size_t n, std::size_t d, float* out) noexcept {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = l2_one(t, s, codes + i * stride, d);
    }
    static void ip(const float* w, const std::uint8_t* codes, std::size_t stride, std::size_t n,
                   std::size_t d, float* out) noexcept {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = ip_one(w, codes + i * stride, d);
    }
    static void l2_gather(const float* t, const float* s, const std::uint8_t* codes, std::size_t stride,
                          const std::uint32_t* ids, std::size_t n, std::size_t d, float* out) noexcept {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = l2_one(t, s, codes + ids[i] * stride, d);
    }
    static void ip_gather(const float* w, const std::uint8_t* codes, std::size_t stride,
                          const std::uint32_t* ids, std::size_t n, std::size_t d, float* out) noexcept {
        for (std::size_t i = 0; i < n; ++i)
            out[i] = ip_one(w, codes + ids[i] * stride, d);
    }
    static constexpr SqRowKernels table() noexcept { return {l2, ip, l2_gather, ip_gather}; }
};

float weigh(const float* q, const float* c, const float* b, const float* s, std::size_t d, float* w,
            float* square, float* along) noexcept {
    float largest = 0, squares = 0, products = 0;
    for (std::size_t j = 0; j < d; ++j) {
        const float r = c ? q[j] - c[j] : q[j];
        w[j] = r * s[j];
        squares += r * r;
        products += r * b[j];
        largest = std::fmax(largest, std::fabs(w[j]));
    }
    *square = squares;
    *along = products;
    return largest;
}

SqRounded round_weights(const float* w, const float* m, float scale, std::size_t d,
                        std::int8_t* out) noexcept {
    SqRounded rounded;
    const float step = 1 / scale;
    for (std::size_t j = 0; j < d; ++j) {
        out[j] = static_cast<std::int8_t>(std::nearbyint(w[j] * scale));
        const float remainder = w[j] - step * static_cast<float>(out[j]);
        rounded.square += remainder * remainder;
        rounded.at += remainder * m[j];
    }
    return rounded;
}

} // namespace

const SqKernels& sq_kernels_scalar() noexcept {
    static constexpr SqKernels kTable{Isa::Scalar,
                                      Rows<SqForm::Eight>::table(),
                                      Rows<SqForm::Six>::table(),
                                      Rows<SqForm::Four>::table(),
                                      Rows<SqForm::Half>::table(),
                                      Rows<SqForm::BFloat>::table(),
                                      weigh,
                                      round_weights};
    return kTable;
}

const SqKernels& sq_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return sq_kernels_avx2();
    case Isa::Avx512:
        return sq_kernels_avx512();
#endif
    default:
        return sq_kernels_scalar();
    }
}

const SqKernels& sq_kernels() noexcept {
    static const SqKernels& chosen = sq_kernels(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
