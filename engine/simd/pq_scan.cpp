// SPDX-License-Identifier: Apache-2.0
#include "simd/pq_scan.h"

#include "simd/pq_scan_tables.h"

namespace annscope::simd {

const PqScanKernels& pq_scan_kernels_for(Isa isa) noexcept {
#if defined(__x86_64__)
    if (isa == Isa::Avx512)
        return avx512_pq_scan();
#endif
    return scalar_pq_scan(isa);
}

const PqScanKernels& pq_scan_kernels() noexcept {
    static const PqScanKernels& chosen = pq_scan_kernels_for(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
