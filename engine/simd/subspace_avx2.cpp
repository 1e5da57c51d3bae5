// SPDX-License-Identifier: Apache-2.0
#include "simd/subspace_tables.h"

#if defined(__x86_64__)
#include "simd/subspace_kernels.h"

namespace annscope::simd {
namespace {

struct Ymm {
    using Reg = __m256;
    using Int = __m256i;
    static constexpr std::size_t kLanes = 8, kWide = 2;
    static Reg set(float v) noexcept { return _mm256_set1_ps(v); }
    static Int set_int(int v) noexcept { return _mm256_set1_epi32(v); }
    static Reg load(const float* p) noexcept { return _mm256_loadu_ps(p); }
    static void store(float* p, Reg v) noexcept { _mm256_storeu_ps(p, v); }
    static void store_int(std::uint32_t* p, Int v) noexcept {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
    }
    static Reg subtract(Reg a, Reg b) noexcept { return _mm256_sub_ps(a, b); }
    static Reg fmadd(Reg a, Reg b, Reg sum) noexcept { return _mm256_fmadd_ps(a, b, sum); }
    static Reg fnmadd(Reg a, Reg b, Reg sum) noexcept { return _mm256_fnmadd_ps(a, b, sum); }
    static Reg add_square(Reg a, Reg sum) noexcept { return _mm256_fmadd_ps(a, a, sum); }
    static void take_less(Reg value, Int at, Reg& best, Int& best_at) noexcept {
        const Reg less = _mm256_cmp_ps(value, best, _CMP_LT_OQ);
        best = _mm256_blendv_ps(best, value, less);
        best_at = _mm256_castps_si256(
            _mm256_blendv_ps(_mm256_castsi256_ps(best_at), _mm256_castsi256_ps(at), less));
    }
};

} // namespace

const SubspaceKernels& avx2_subspace() noexcept {
    static constexpr SubspaceKernels table = Subspace<Ymm>::make(Isa::Avx2);
    return table;
}

} // namespace annscope::simd
#endif
