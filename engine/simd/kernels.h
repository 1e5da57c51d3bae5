// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"

#include <cstddef>
#include <cstdint>

namespace annscope::simd {

enum class Isa : std::uint8_t { Scalar, Avx2, Avx512 };

/// Distances between a query of Q and rows of X, all of d elements, no alignment needed. l2: squared. ip: the
/// product itself (callers negate it). Integer pairs (u8 u8, i8 i8) are exact up to d = 65,536; the rest is
/// float32 arithmetic.
template<class Q, class X>
struct DistanceKernels {
    using One = float (*)(const Q* q, const X* x, std::size_t d) noexcept;
    /// rows n apart by stride elements; out[i]
    using Rows = void (*)(const Q* q, const X* rows, std::size_t stride, std::size_t n, std::size_t d,
                          float* out) noexcept;
    /// row ids[i] of base; prefetches ahead
    using Gather = void (*)(const Q* q, const X* base, std::size_t stride, const std::uint32_t* ids,
                            std::size_t n, std::size_t d, float* out) noexcept;
    One l2, ip;
    Rows l2_rows, ip_rows;
    Gather l2_gather, ip_gather;
};

/// One table a process, chosen once by CPU features; ANNSCOPE_SIMD=scalar|avx2|avx512 forces one (and falls
/// back, with isa telling so, where the CPU lacks it). Each ISA is a file of its own, named *avx2.cpp or
/// *avx512.cpp and compiled with its own flags: whole-row and whole-block functions only, and no weak symbol
/// may leave such an object. Kernels of codes have tables of their own beside this one.
struct Kernels {
    Isa isa;
    DistanceKernels<float, float> f32;
    DistanceKernels<float, Half> f16;
    DistanceKernels<float, std::uint8_t> u8;
    DistanceKernels<float, std::int8_t> i8;
    DistanceKernels<std::uint8_t, std::uint8_t> u8_u8;
    DistanceKernels<std::int8_t, std::int8_t> i8_i8;
    /// squared norm of a row
    float (*norm_f32)(const float* x, std::size_t d) noexcept;
    /// index of the smallest of c[j] - 2 * p[j], j < n, the first of equals; its value to *best (k-means on a
    /// block of products)
    std::size_t (*argmin_l2)(const float* products, const float* centroid_norms, std::size_t n,
                             float* best) noexcept;
    void (*half_to_float)(const Half* in, float* out, std::size_t n) noexcept;
};

const Kernels& kernels() noexcept;
const Kernels& kernels_for(Isa isa) noexcept; ///< for tests; isa must be supported()
bool supported(Isa isa) noexcept;
const char* name(Isa isa) noexcept;

/// The kernels for one pair of types, e.g. distance_kernels<float, Half>().
template<class Q, class X>
const DistanceKernels<Q, X>& distance_kernels(const Kernels& table = kernels()) noexcept;

template<>
inline const DistanceKernels<float, float>& distance_kernels(const Kernels& t) noexcept {
    return t.f32;
}
template<>
inline const DistanceKernels<float, Half>& distance_kernels(const Kernels& t) noexcept {
    return t.f16;
}
template<>
inline const DistanceKernels<float, std::uint8_t>& distance_kernels(const Kernels& t) noexcept {
    return t.u8;
}
template<>
inline const DistanceKernels<float, std::int8_t>& distance_kernels(const Kernels& t) noexcept {
    return t.i8;
}
template<>
inline const DistanceKernels<std::uint8_t, std::uint8_t>& distance_kernels(const Kernels& t) noexcept {
    return t.u8_u8;
}
template<>
inline const DistanceKernels<std::int8_t, std::int8_t>& distance_kernels(const Kernels& t) noexcept {
    return t.i8_i8;
}

} // namespace annscope::simd
