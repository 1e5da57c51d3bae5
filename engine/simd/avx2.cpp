// SPDX-License-Identifier: Apache-2.0
#include "simd/tables.h"

#if defined(__x86_64__)
#include "simd/blocked_kernels.h"

namespace annscope::simd {
namespace {

inline __m256 load(const float* p) noexcept {
    return _mm256_loadu_ps(p);
}
inline __m256 load(const Half* p) noexcept {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline __m256 load(const std::uint8_t* p) noexcept {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
inline __m256 load(const std::int8_t* p) noexcept {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}

/// The first n < 8 elements, zeros after them; AVX2 has no masked load for small types.
template<class T>
inline __m256 load_first(const T* p, std::size_t n) noexcept {
    alignas(32) T padded[8] = {};
    for (std::size_t i = 0; i < n; ++i)
        padded[i] = p[i];
    return load(padded);
}

struct FloatOp {
    using Sum = __m256;
    static constexpr std::size_t kStep = 8, kAccumulators = 4, kRows = 2;
    static void clear(Sum& sum) noexcept { sum = _mm256_setzero_ps(); }
    static void merge(Sum& sum, const Sum& other) noexcept { sum = _mm256_add_ps(sum, other); }
    static float finish(const Sum& sum) noexcept {
        __m128 half = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
        half = _mm_add_ps(half, _mm_movehl_ps(half, half));
        return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
    }
};

template<class Q, class X>
struct FloatL2 : FloatOp {
    static void step(Sum& sum, const Q* q, const X* x) noexcept { add(sum, load(q), load(x)); }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        add(sum, load_first(q, n), load_first(x, n));
    }
    static void add(Sum& sum, __m256 a, __m256 b) noexcept {
        const __m256 difference = _mm256_sub_ps(a, b);
        sum = _mm256_fmadd_ps(difference, difference, sum);
    }
};

template<class Q, class X>
struct FloatIp : FloatOp {
    static void step(Sum& sum, const Q* q, const X* x) noexcept {
        sum = _mm256_fmadd_ps(load(q), load(x), sum);
    }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        sum = _mm256_fmadd_ps(load_first(q, n), load_first(x, n), sum);
    }
};

inline __m256i bytes(const void* p) noexcept {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
inline __m256i first_bytes(const void* p, std::size_t n) noexcept {
    alignas(32) unsigned char padded[32] = {};
    __builtin_memcpy(padded, p, n);
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(padded));
}

struct ByteOp {
    using Sum = __m256i;
    static constexpr std::size_t kStep = 32, kAccumulators = 2, kRows = 4;
    static void clear(Sum& sum) noexcept { sum = _mm256_setzero_si256(); }
    static void merge(Sum& sum, const Sum& other) noexcept { sum = _mm256_add_epi32(sum, other); }
    static std::int32_t total(const Sum& sum) noexcept {
        __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
        return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
    }
};

/// Sum of squared differences: |a - b| fits a byte; its even and odd bytes are squared as 16-bit numbers.
template<class Q, class X>
struct ByteL2 : ByteOp {
    static float finish(const Sum& sum) noexcept {
        return static_cast<float>(static_cast<std::uint32_t>(total(sum)));
    }
    static void step(Sum& sum, const Q* q, const X* x) noexcept { add(sum, bytes(q), bytes(x)); }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        add(sum, first_bytes(q, n), first_bytes(x, n));
    }
    static void add(Sum& sum, __m256i a, __m256i b) noexcept {
        const __m256i difference = static_cast<Q>(-1) > 0
                                       ? _mm256_sub_epi8(_mm256_max_epu8(a, b), _mm256_min_epu8(a, b))
                                       : _mm256_sub_epi8(_mm256_max_epi8(a, b), _mm256_min_epi8(a, b));
        const __m256i even = _mm256_and_si256(difference, _mm256_set1_epi16(0xff));
        const __m256i odd = _mm256_srli_epi16(difference, 8);
        sum = _mm256_add_epi32(sum,
                               _mm256_add_epi32(_mm256_madd_epi16(even, even), _mm256_madd_epi16(odd, odd)));
    }
};

template<class Q, class X>
struct ByteIp : ByteOp {
    static constexpr bool kUnsigned = static_cast<Q>(-1) > 0;
    static float finish(const Sum& sum) noexcept {
        return kUnsigned ? static_cast<float>(static_cast<std::uint32_t>(total(sum)))
                         : static_cast<float>(total(sum));
    }
    static void step(Sum& sum, const Q* q, const X* x) noexcept { add(sum, bytes(q), bytes(x)); }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        add(sum, first_bytes(q, n), first_bytes(x, n));
    }
    static __m256i even(__m256i v) noexcept {
        return kUnsigned ? _mm256_and_si256(v, _mm256_set1_epi16(0xff))
                         : _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8);
    }
    static __m256i odd(__m256i v) noexcept {
        return kUnsigned ? _mm256_srli_epi16(v, 8) : _mm256_srai_epi16(v, 8);
    }
    static void add(Sum& sum, __m256i a, __m256i b) noexcept {
        sum = _mm256_add_epi32(
            sum, _mm256_add_epi32(_mm256_madd_epi16(even(a), even(b)), _mm256_madd_epi16(odd(a), odd(b))));
    }
};

float norm(const float* x, std::size_t d) noexcept {
    return Blocked<FloatIp<float, float>, float, float>::one(x, x, d);
}

std::size_t argmin_l2(const float* products, const float* norms, std::size_t n, float* best) noexcept {
    float low = __builtin_inff();
    std::size_t at = 0, j = 0;
    if (n >= 8) {
        __m256 lows = _mm256_set1_ps(low);
        __m256i ats = _mm256_setzero_si256(), index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        for (; j + 8 <= n; j += 8) {
            const __m256 value = _mm256_fnmadd_ps(_mm256_set1_ps(2), _mm256_loadu_ps(products + j),
                                                  _mm256_loadu_ps(norms + j));
            const __m256 less = _mm256_cmp_ps(value, lows, _CMP_LT_OQ);
            lows = _mm256_blendv_ps(lows, value, less);
            ats = _mm256_blendv_epi8(ats, index, _mm256_castps_si256(less));
            index = _mm256_add_epi32(index, _mm256_set1_epi32(8));
        }
        alignas(32) float lane_low[8];
        alignas(32) std::uint32_t lane_at[8];
        _mm256_store_ps(lane_low, lows);
        _mm256_store_si256(reinterpret_cast<__m256i*>(lane_at), ats);
        low = lane_low[0];
        at = lane_at[0];
        for (int lane = 1; lane < 8; ++lane)
            if (lane_low[lane] < low || (lane_low[lane] == low && lane_at[lane] < at)) {
                low = lane_low[lane];
                at = lane_at[lane];
            }
    }
    for (; j < n; ++j) {
        const float value = norms[j] - 2 * products[j];
        if (value < low) {
            low = value;
            at = j;
        }
    }
    *best = low;
    return at;
}

void halves(const Half* in, float* out, std::size_t n) noexcept {
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, load(in + i));
    for (; i < n; ++i)
        out[i] = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(in[i].bits)));
}

} // namespace

const Kernels& avx2_kernels() noexcept {
    static constexpr Kernels kTable{
        Isa::Avx2,
        make_kernels<FloatL2, FloatIp, float, float>(),
        make_kernels<FloatL2, FloatIp, float, Half>(),
        make_kernels<FloatL2, FloatIp, float, std::uint8_t>(),
        make_kernels<FloatL2, FloatIp, float, std::int8_t>(),
        make_kernels<ByteL2, ByteIp, std::uint8_t, std::uint8_t>(),
        make_kernels<ByteL2, ByteIp, std::int8_t, std::int8_t>(),
        norm,
        argmin_l2,
        halves,
    };
    return kTable;
}

} // namespace annscope::simd
#endif
