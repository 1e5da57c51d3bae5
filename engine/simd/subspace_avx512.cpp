// SPDX-License-Identifier: Apache-2.0
#include "simd/subspace_tables.h"

#if defined(__x86_64__)
#include "simd/subspace_kernels.h"

namespace annscope::simd {
namespace {

struct Zmm {
    using Reg = __m512;
    using Int = __m512i;
    static constexpr std::size_t kLanes = 16, kWide = 4;
    static Reg set(float v) noexcept { return _mm512_set1_ps(v); }
    static Int set_int(int v) noexcept { return _mm512_set1_epi32(v); }
    static Reg load(const float* p) noexcept { return _mm512_loadu_ps(p); }
    static void store(float* p, Reg v) noexcept { _mm512_storeu_ps(p, v); }
    static void store_int(std::uint32_t* p, Int v) noexcept { _mm512_storeu_si512(p, v); }
    static Reg subtract(Reg a, Reg b) noexcept { return _mm512_sub_ps(a, b); }
    static Reg fmadd(Reg a, Reg b, Reg sum) noexcept { return _mm512_fmadd_ps(a, b, sum); }
    static Reg fnmadd(Reg a, Reg b, Reg sum) noexcept { return _mm512_fnmadd_ps(a, b, sum); }
    static Reg add_square(Reg a, Reg sum) noexcept { return _mm512_fmadd_ps(a, a, sum); }
    static void take_less(Reg value, Int at, Reg& best, Int& best_at) noexcept {
        const __mmask16 less = _mm512_cmp_ps_mask(value, best, _CMP_LT_OQ);
        best = _mm512_mask_mov_ps(best, less, value);
        best_at = _mm512_mask_mov_epi32(best_at, less, at);
    }
};

} // namespace

const SubspaceKernels& avx512_subspace() noexcept {
    static constexpr SubspaceKernels table = Subspace<Zmm>::make(Isa::Avx512);
    return table;
}

} // namespace annscope::simd
#endif
