// SPDX-License-Identifier: Apache-2.0
#include "simd/pq_scan_tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace annscope::simd {
namespace {

constexpr std::size_t kLanes = 16;

/// The next 16 numbers of a code, one a lane; only the first `count` are read.
struct Bits8 {
    static constexpr int kBits = 8;
    static __m512i numbers(const std::uint8_t* code) noexcept {
        return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(code)));
    }
    static __m512i first(const std::uint8_t* code, std::size_t count) noexcept {
        const auto mask = static_cast<__mmask16>((1u << count) - 1);
        return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, code));
    }
};

struct Bits4 {
    static constexpr int kBits = 4;
    static __m512i spread(__m128i bytes) noexcept { // byte i -> lanes 2 i (low half) and 2 i + 1 (high half)
        const __m512i pairs = _mm512_cvtepu8_epi32(_mm_unpacklo_epi8(bytes, bytes));
        const __m512i shifts = _mm512_setr_epi32(0, 4, 0, 4, 0, 4, 0, 4, 0, 4, 0, 4, 0, 4, 0, 4);
        return _mm512_and_si512(_mm512_srlv_epi32(pairs, shifts), _mm512_set1_epi32(15));
    }
    static __m512i numbers(const std::uint8_t* code) noexcept {
        return spread(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(code)));
    }
    static __m512i first(const std::uint8_t* code, std::size_t count) noexcept {
        const auto mask = static_cast<__mmask16>((1u << (count + 1) / 2) - 1);
        return spread(_mm_maskz_loadu_epi8(mask, code));
    }
};

/// 16 numbers of each of kCodes codes at a time: rows of codes need no other layout for this, and gathers
/// from codes laid out across lanes were measured no faster.
template<class Bits, std::size_t kCodes>
inline __attribute__((always_inline)) void block(const float* table, const std::uint8_t* codes,
                                                 std::size_t code_size, std::size_t M, float* out) noexcept {
    const __m512i offsets = _mm512_slli_epi32(
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Bits::kBits);
    __m512 sum[kCodes];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kCodes; ++i)
        sum[i] = _mm512_setzero_ps();
    std::size_t m = 0;
    for (; m + kLanes <= M; m += kLanes) {
        const float* entries = table + (m << Bits::kBits);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < kCodes; ++i) {
            const __m512i at =
                _mm512_add_epi32(offsets, Bits::numbers(codes + i * code_size + m * Bits::kBits / 8));
            sum[i] = _mm512_add_ps(sum[i], _mm512_i32gather_ps(at, entries, 4));
        }
    }
    if (m < M) {
        const float* entries = table + (m << Bits::kBits);
        const auto mask = static_cast<__mmask16>((1u << (M - m)) - 1);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < kCodes; ++i) {
            const __m512i at =
                _mm512_add_epi32(offsets, Bits::first(codes + i * code_size + m * Bits::kBits / 8, M - m));
            sum[i] =
                _mm512_add_ps(sum[i], _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, at, entries, 4));
        }
    }
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kCodes; ++i)
        out[i] = _mm512_reduce_add_ps(sum[i]);
}

template<class Bits>
void rows(const float* table, const std::uint8_t* codes, std::size_t n, std::size_t M, float* out) noexcept {
    const std::size_t code_size = (M * Bits::kBits + 7) / 8;
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4)
        block<Bits, 4>(table, codes + i * code_size, code_size, M, out + i);
    for (; i < n; ++i)
        block<Bits, 1>(table, codes + i * code_size, code_size, M, out + i);
}

void sums(const float* table, const std::uint8_t* codes, std::size_t n, std::size_t M, std::size_t nbits,
          float* out) noexcept {
    if (nbits == 8)
        rows<Bits8>(table, codes, n, M, out);
    else if (nbits == 4)
        rows<Bits4>(table, codes, n, M, out);
    else
        scalar_pq_scan(Isa::Avx512).sums(table, codes, n, M, nbits, out);
}

} // namespace

const PqScanKernels& avx512_pq_scan() noexcept {
    static constexpr PqScanKernels table{Isa::Avx512, sums};
    return table;
}

} // namespace annscope::simd
#endif
