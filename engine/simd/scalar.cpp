// SPDX-License-Identifier: Apache-2.0
#include "simd/tables.h"

#include <type_traits>

namespace annscope::simd {
namespace {

inline float widen(float v) noexcept {
    return v;
}
inline float widen(Half v) noexcept {
    return half_to_float(v);
}
inline float widen(std::uint8_t v) noexcept {
    return v;
}
inline float widen(std::int8_t v) noexcept {
    return v;
}

template<class Q, class X>
constexpr bool kIntegers = std::is_integral_v<Q>&& std::is_integral_v<X>;

template<class Q, class X>
float l2(const Q* q, const X* x, std::size_t d) noexcept {
    if constexpr (kIntegers<Q, X>) {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < d; ++i) {
            const int difference = int{q[i]} - int{x[i]};
            sum += static_cast<std::uint32_t>(difference * difference);
        }
        return static_cast<float>(sum);
    } else {
        float sum = 0;
        for (std::size_t i = 0; i < d; ++i) {
            const float difference = widen(q[i]) - widen(x[i]);
            sum += difference * difference;
        }
        return sum;
    }
}

template<class Q, class X>
float ip(const Q* q, const X* x, std::size_t d) noexcept {
    if constexpr (kIntegers<Q, X>) {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < d; ++i)
            sum += int{q[i]} * int{x[i]};
        return static_cast<float>(sum);
    } else {
        float sum = 0;
        for (std::size_t i = 0; i < d; ++i)
            sum += widen(q[i]) * widen(x[i]);
        return sum;
    }
}

template<class Q, class X, float (*One)(const Q*, const X*, std::size_t) noexcept>
void rows(const Q* q, const X* base, std::size_t stride, std::size_t n, std::size_t d, float* out) noexcept {
    for (std::size_t i = 0; i < n; ++i)
        out[i] = One(q, base + i * stride, d);
}

template<class Q, class X, float (*One)(const Q*, const X*, std::size_t) noexcept>
void gather(const Q* q, const X* base, std::size_t stride, const std::uint32_t* ids, std::size_t n,
            std::size_t d, float* out) noexcept {
    for (std::size_t i = 0; i < n; ++i)
        out[i] = One(q, base + ids[i] * stride, d);
}

template<class Q, class X>
constexpr DistanceKernels<Q, X> make() noexcept {
    return {l2<Q, X>,
            ip<Q, X>,
            rows<Q, X, l2<Q, X>>,
            rows<Q, X, ip<Q, X>>,
            gather<Q, X, l2<Q, X>>,
            gather<Q, X, ip<Q, X>>};
}

float norm(const float* x, std::size_t d) noexcept {
    return ip<float, float>(x, x, d);
}

std::size_t argmin_l2(const float* products, const float* norms, std::size_t n, float* best) noexcept {
    std::size_t at = 0;
    float low = norms[0] - 2 * products[0];
    for (std::size_t j = 1; j < n; ++j) {
        const float value = norms[j] - 2 * products[j];
        if (value < low) {
            low = value;
            at = j;
        }
    }
    *best = low;
    return at;
}

void halves(const Half* in, float* out, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i)
        out[i] = half_to_float(in[i]);
}

} // namespace

const Kernels& scalar_kernels() noexcept {
    static constexpr Kernels kTable{
        Isa::Scalar,
        make<float, float>(),
        make<float, Half>(),
        make<float, std::uint8_t>(),
        make<float, std::int8_t>(),
        make<std::uint8_t, std::uint8_t>(),
        make<std::int8_t, std::int8_t>(),
        norm,
        argmin_l2,
        halves,
    };
    return kTable;
}

} // namespace annscope::simd
