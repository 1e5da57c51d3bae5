// SPDX-License-Identifier: Apache-2.0
#include "simd/fastscan_tables.h"

namespace annscope::simd {

const FastScanKernels& fastscan_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx512: // its byte permutation came a generation later than what Isa::Avx512 asks for
        return __builtin_cpu_supports("avx512vbmi") ? fastscan_avx512() : fastscan_avx2();
    case Isa::Avx2:
        return fastscan_avx2();
#endif
    default:
        return fastscan_scalar();
    }
}

const FastScanKernels& fastscan_kernels() noexcept {
    static const FastScanKernels& chosen = fastscan_kernels(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
