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
    static void square(Sum& sum, __m512i row) noexcept { // c (c - 128) - 127 c
        sum = _mm512_dpbusd_epi32(sum, row, _mm512_xor_si512(row, _mm512_set1_epi8(static_cast<char>(0x80))));
        sum = _mm512_dpbusd_epi32(sum, row, _mm512_set1_epi8(-127));
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

struct Floats {
    using Vec = __m512;
    static constexpr std::size_t kLanes = 16;
    static Vec set(float v) noexcept { return _mm512_set1_ps(v); }
    static Vec load(const float* p) noexcept { return _mm512_loadu_ps(p); }
    static Vec load_first(const float* p, std::size_t n, float rest) noexcept {
        return _mm512_mask_loadu_ps(set(rest), static_cast<__mmask16>((1u << n) - 1u), p);
    }
    static void store(float* p, Vec v) noexcept { _mm512_storeu_ps(p, v); }
    static Vec add(Vec a, Vec b) noexcept { return _mm512_add_ps(a, b); }
    static Vec sub(Vec a, Vec b) noexcept { return _mm512_sub_ps(a, b); }
    static Vec mul(Vec a, Vec b) noexcept { return _mm512_mul_ps(a, b); }
    static Vec min(Vec a, Vec b) noexcept { return _mm512_min_ps(a, b); }
    static Vec max(Vec a, Vec b) noexcept { return _mm512_max_ps(a, b); }
    static Vec abs(Vec v) noexcept { return _mm512_abs_ps(v); }
    static Vec round(Vec v) noexcept { return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT); }
    static void store_bytes(std::int8_t* p, Vec v, std::size_t n) noexcept {
        _mm512_mask_cvtepi32_storeu_epi8(p, static_cast<__mmask16>((std::uint32_t{1} << n) - 1u),
                                         _mm512_cvtps_epi32(v));
    }
};

} // namespace

const ByteDotKernels& byte_dot_kernels_avx512() noexcept {
    static constexpr ByteDotKernels kTable{dots<Vnni>, gather<Vnni>, range<Floats>, split<Floats, -128, 127>,
                                           -128,       127};
    return kTable;
}

} // namespace annscope::simd
#endif
