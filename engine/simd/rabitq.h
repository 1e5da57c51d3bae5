// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace annscope::simd {

/// What turns the sums of one block of 32 codes into distances. sum is that of byte tables; the sign code's
/// inner product with the query is step * sum + lowest.
struct RabitqBlock {
    const std::uint16_t* sums = nullptr; ///< 32
    const float* factors = nullptr;      ///< 32 add, 32 scale, 32 error; 64-byte aligned
    float step = 0, lowest = 0;
    float offset = 0;      ///< the part of the distance that all codes share
    float reach = 0;       ///< how far the query is from the codes' centroid, times epsilon
    float table_error = 0; ///< what rounding the tables may move the inner product by, times epsilon
};

/// The same for neighbours' codes beside a node, whose bounds are not asked for.
struct RabitqNeighbors {
    const std::uint16_t* sums = nullptr; ///< 32
    const float* factors = nullptr;      ///< 32 add, 32 scale; 64-byte aligned; add is infinite for no code
    const std::uint32_t* ids = nullptr;  ///< 32; 64-byte aligned
    float step = 0, lowest = 0, offset = 0;
};

/// What a sign code's factors are made from.
struct RabitqSums {
    float squares = 0; ///< of the residual
    float sizes = 0;   ///< of its absolute values
    float cross = 0;   ///< of the centroid by the residual's signs
    float product = 0; ///< of the centroid with the residual
};

/// The parts of RaBitQ that a vector unit is good at (Gao and Long, SIGMOD 2024; Gao et al., SIGMOD 2025).
/// Signs and planes of 16 dimensions a time: d is a multiple of 16.
struct RabitqKernels {
    Isa isa;
    /// With m(i) = min(floor(t * a[i]), top) + 0.5: the sums of m(i) a(i) and of m(i)^2. a >= 0.
    void (*score)(const float* a, std::size_t d, float t, float top, float* dot, float* squares) noexcept;
    /// Sum of u(i) x(i), u of `planes` bits: 16-bit words, one for each plane of each 16 dimensions, bit j of
    /// it that of dimension j; the lowest plane first. planes: 1 to 8.
    float (*dot_planes)(const std::uint8_t* words, std::size_t planes, const float* x,
                        std::size_t d) noexcept;
    /// For each 4 dimensions a table of the 16 sums of +x and -x (bit j of the index set: plus), d / 4 * 16
    /// bytes: table entry = step * byte + that table's lowest. *lowest: the sum of all tables' lowest.
    void (*sign_tables)(const float* x, std::size_t d, float top, std::uint8_t* tables, float* step,
                        float* lowest) noexcept;
    /// estimates[i] = offset + add + scale * (step * sum + lowest). Returns which codes' lower bounds, the
    /// estimate less reach * error and table_error * |scale|, are at most limit: bit i. scale <= 0.
    std::uint32_t (*estimate)(const RabitqBlock& block, float limit, float* estimates) noexcept;
    /// Those of the 32 whose estimates are below limit, in their order: their estimates and ids. Both have
    /// room for 32, anything may be behind the last. Returns how many.
    std::size_t (*nearer)(const RabitqNeighbors& block, float limit, float* estimates,
                          std::uint32_t* ids) noexcept;
    /// Signs of row - centroid, d / 8 bytes (bit i: dimension i is not negative).
    RabitqSums (*sign_code)(const float* row, const float* centroid, std::size_t d,
                            std::uint8_t* signs) noexcept;
};

const RabitqKernels& rabitq_kernels() noexcept;
const RabitqKernels& rabitq_kernels(Isa isa) noexcept; ///< for tests; isa must be supported()

// Each is defined in the file of its ISA.
const RabitqKernels& rabitq_scalar() noexcept;
const RabitqKernels& rabitq_avx2() noexcept;
const RabitqKernels& rabitq_avx512() noexcept;

} // namespace annscope::simd
