// SPDX-License-Identifier: Apache-2.0
#include "simd/subspace.h"

#include "simd/subspace_tables.h"

namespace annscope::simd {

const SubspaceKernels& subspace_kernels_for(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return avx2_subspace();
    case Isa::Avx512:
        return avx512_subspace();
#endif
    default:
        return scalar_subspace();
    }
}

const SubspaceKernels& subspace_kernels() noexcept {
    static const SubspaceKernels& chosen = subspace_kernels_for(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
