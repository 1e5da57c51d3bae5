// SPDX-License-Identifier: Apache-2.0
#include "simd/byte_dot.h"

#if defined(__x86_64__)
#include "simd/byte_dot_kernels.h"

namespace annscope::simd {
namespace {

struct Vnni {
    using Sum = __m512i;
    static constexpr std::size_t kStep = 64;
    static void clear(Sum& sum) noexcept { sum = _mm512_setzero_si512(); }
    static __m512i load(const void* p) noexcept { return _mm512_loadu_si512(p); }
    static __m512i load_first(const void* p, std::size_t n) noexcept {
        return _mm512_maskz_loadu_epi8((std::uint64_t{1} << n) - 1, p);
    }
    static void step(Sum& sum, __m512i row, __m512i vector) noexcept {
        sum = _mm512_dpbusd_epi32(sum, row, vector);
    }
    static __m128i quarter(__m512i sum) noexcept {
        const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
        return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    }
    static __m128i totals(const Sum* sum) noexcept {
        const __m128i low = _mm_hadd_epi32(quarter(sum[0]), quarter(sum[1]));
        return _mm_hadd_epi32(low, _mm_hadd_epi32(quarter(sum[2]), quarter(sum[3])));
    }
};

} // namespace

const ByteDotKernels& byte_dot_kernels_avx512() noexcept {
    static constexpr ByteDotKernels kTable{dots<Vnni>, -128, 127};
    return kTable;
}

} // namespace annscope::simd
#endif
