// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/pq_scan.h"

namespace annscope::simd {

/// Scalar loads, also for AVX2: its gathers were measured 10 % faster at best, and several times slower on
/// the many processors whose microcode guards gathers.
const PqScanKernels& scalar_pq_scan(Isa isa) noexcept;
const PqScanKernels& avx512_pq_scan() noexcept;

} // namespace annscope::simd
