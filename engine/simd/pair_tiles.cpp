// SPDX-License-Identifier: Apache-2.0
#include "simd/pair_tiles.h"

namespace annscope::simd {

const PairTileKernels& pair_tile_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return pair_tile_kernels_avx2();
    case Isa::Avx512:
        return pair_tile_kernels_avx512();
#endif
    default:
        return pair_tile_kernels_scalar();
    }
}

const PairTileKernels& pair_tile_kernels() noexcept {
    static const PairTileKernels& chosen = pair_tile_kernels(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
