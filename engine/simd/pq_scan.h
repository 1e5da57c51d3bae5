// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace annscope::simd {

/// Sums of look-ups in a query's table (asymmetric distances of product codes).
struct PqScanKernels {
    Isa isa;
    /// out[i], i < n: the sum over m < M of table[m * 2^nbits + number m of code i]. Codes lie one after
    /// another, ceil(M nbits / 8) bytes each, numbers least significant bit first; nbits 1 to 16. Nothing is
    /// read beyond the n codes. A code's sum does not depend on the codes beside it.
    void (*sums)(const float* table, const std::uint8_t* codes, std::size_t n, std::size_t M,
                 std::size_t nbits, float* out) noexcept;
};

/// Of the set that kernels() chose.
const PqScanKernels& pq_scan_kernels() noexcept;
const PqScanKernels& pq_scan_kernels_for(Isa isa) noexcept; ///< for tests; isa must be supported()

} // namespace annscope::simd
