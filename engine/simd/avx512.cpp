// SPDX-License-Identifier: Apache-2.0
#include "simd/tables.h"

#if defined(__x86_64__)
#include "simd/blocked_kernels.h"

namespace annscope::simd {
namespace {

inline __m512 load(const float* p) noexcept {
    return _mm512_loadu_ps(p);
}
inline __m512 load(const Half* p) noexcept {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
inline __m512 load(const std::uint8_t* p) noexcept {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
inline __m512 load(const std::int8_t* p) noexcept {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}

inline __mmask16 first(std::size_t n) noexcept {
    return static_cast<__mmask16>((1u << n) - 1u);
}
inline __m512 load_first(const float* p, std::size_t n) noexcept {
    return _mm512_maskz_loadu_ps(first(n), p);
}
inline __m512 load_first(const Half* p, std::size_t n) noexcept {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(n), p));
}
inline __m512 load_first(const std::uint8_t* p, std::size_t n) noexcept {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(n), p)));
}
inline __m512 load_first(const std::int8_t* p, std::size_t n) noexcept {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(first(n), p)));
}

struct FloatOp {
    using Sum = __m512;
    static constexpr std::size_t kStep = 16, kAccumulators = 4, kRows = 4;
    static void clear(Sum& sum) noexcept { sum = _mm512_setzero_ps(); }
    static void merge(Sum& sum, const Sum& other) noexcept { sum = _mm512_add_ps(sum, other); }
    static float finish(const Sum& sum) noexcept { return _mm512_reduce_add_ps(sum); }
};

template<class Q, class X>
struct FloatL2 : FloatOp {
    static void step(Sum& sum, const Q* q, const X* x) noexcept { add(sum, load(q), load(x)); }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        add(sum, load_first(q, n), load_first(x, n));
    }
    static void add(Sum& sum, __m512 a, __m512 b) noexcept {
        const __m512 difference = _mm512_sub_ps(a, b);
        sum = _mm512_fmadd_ps(difference, difference, sum);
    }
};

template<class Q, class X>
struct FloatIp : FloatOp {
    static void step(Sum& sum, const Q* q, const X* x) noexcept {
        sum = _mm512_fmadd_ps(load(q), load(x), sum);
    }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        sum = _mm512_fmadd_ps(load_first(q, n), load_first(x, n), sum);
    }
};

inline __m512i bytes(const void* p) noexcept {
    return _mm512_loadu_si512(p);
}
inline __m512i first_bytes(const void* p, std::size_t n) noexcept {
    return _mm512_maskz_loadu_epi8((std::uint64_t{1} << n) - 1, p);
}

struct ByteOp {
    static constexpr std::size_t kStep = 64, kAccumulators = 2, kRows = 4;
};

/// Modulo 2^32: _mm512_reduce_add_epi32 adds signed lanes, for which a sum beyond 2^31 is undefined.
inline std::uint32_t total(__m512i sum) noexcept {
    const __m256i eight = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1))));
}

/// Squared distances between byte rows by products alone, a third of the instructions that differences take.
/// With u = x or, for signed bytes, x + 128, and s = u - 128, which is u with its top bit turned:
///     sum (u_x - u_q)^2 = sum u_x s_x - 2 sum u_x s_q - 128 sum u_x + (sum u_q s_q + 128 sum u_q),
/// the last part the query's alone. All modulo 2^32, where the result is exact. Zeros behind the end of a row
/// cancel.
template<class T>
struct ByteSquares {
    static constexpr std::size_t kStep = 64, kLine = 64;
    static constexpr bool kUnsigned = static_cast<T>(-1) > 0;

    static __m512i turned(__m512i v) noexcept {
        return _mm512_xor_si512(v, _mm512_set1_epi8(static_cast<char>(0x80)));
    }
    static __m512i u(__m512i v) noexcept { return kUnsigned ? v : turned(v); }
    static __m512i s(__m512i v) noexcept { return kUnsigned ? turned(v) : v; }

    static std::uint32_t of_query(const T* q, std::size_t d) noexcept {
        __m512i products = _mm512_setzero_si512(), sum = products;
        for (std::size_t i = 0; i < d; i += kStep) {
            const __m512i v = i + kStep <= d ? bytes(q + i) : first_bytes(q + i, d - i);
            products = _mm512_dpbusd_epi32(products, u(v), s(v));
            sum = _mm512_dpbusd_epi32(sum, u(v), _mm512_set1_epi8(1));
        }
        return total(products) + 128 * total(sum);
    }

    template<std::size_t kRows>
    __attribute__((always_inline)) static inline void
    block(const T* q, std::uint32_t query, const T* const* x, std::size_t d, float* out) noexcept {
        __m512i own[kRows], cross[kRows], sum[kRows];
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kRows; ++r)
            own[r] = cross[r] = sum[r] = _mm512_setzero_si512();
        const auto add = [&](std::size_t r, __m512i row, __m512i of_q) {
            own[r] = _mm512_dpbusd_epi32(own[r], u(row), s(row));
            cross[r] = _mm512_dpbusd_epi32(cross[r], u(row), of_q);
            sum[r] = _mm512_dpbusd_epi32(sum[r], u(row), _mm512_set1_epi8(1));
        };
        std::size_t i = 0;
        for (; i + kStep <= d; i += kStep) {
            const __m512i of_q = s(bytes(q + i));
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r)
                add(r, bytes(x[r] + i), of_q);
        }
        if (i < d) {
            const __m512i of_q = s(first_bytes(q + i, d - i));
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kRows; ++r)
                add(r, first_bytes(x[r] + i, d - i), of_q);
        }
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kRows; ++r) {
            // own - 2 cross - 128 sum, lane by lane, then across.
            const __m512i lanes = _mm512_sub_epi32(_mm512_sub_epi32(own[r], _mm512_slli_epi32(cross[r], 1)),
                                                   _mm512_slli_epi32(sum[r], 7));
            out[r] = static_cast<float>(total(lanes) + query);
        }
    }

    static float one(const T* q, const T* x, std::size_t d) noexcept {
        float out;
        block<1>(q, of_query(q, d), &x, d, &out);
        return out;
    }

    /// at(i): row i. Asks for the first lines of the next rows while these are worked on.
    template<class At>
    __attribute__((always_inline)) static inline void all(const T* q, const At& at, std::size_t n,
                                                          std::size_t d, bool ahead, float* out) noexcept {
        constexpr std::size_t kRows = 4, kLines = 16;
        const std::uint32_t query = of_query(q, d);
        const std::size_t fetched = ahead ? (d < kLines * kLine ? d : kLines * kLine) : 0;
        std::size_t i = 0;
        for (; i + kRows <= n; i += kRows) {
            const T* const x[kRows] = {at(i), at(i + 1), at(i + 2), at(i + 3)};
            for (std::size_t next = i + kRows; next < (i + 2 * kRows < n ? i + 2 * kRows : n); ++next)
                for (std::size_t byte = 0; byte < fetched; byte += kLine)
                    _mm_prefetch(reinterpret_cast<const char*>(at(next) + byte), _MM_HINT_T0);
            block<kRows>(q, query, x, d, out + i);
        }
        for (; i < n; ++i) {
            const T* const x = at(i);
            block<1>(q, query, &x, d, out + i);
        }
    }
    static void rows(const T* q, const T* base, std::size_t stride, std::size_t n, std::size_t d,
                     float* out) noexcept {
        all(
            q, [&](std::size_t i) { return base + i * stride; }, n, d, false, out);
    }
    static void gather(const T* q, const T* base, std::size_t stride, const std::uint32_t* ids, std::size_t n,
                       std::size_t d, float* out) noexcept {
        all(
            q, [&](std::size_t i) { return base + ids[i] * stride; }, n, d, true, out);
    }
};

/// VNNI multiplies unsigned by signed bytes, so one side is shifted by 128 and the shift's share, 128 times
/// the other side's sum, is accumulated beside and taken back at the end.
template<class Q, class X>
struct ByteIp : ByteOp {
    struct Sum {
        __m512i products, shift;
    };
    static constexpr bool kUnsigned = static_cast<Q>(-1) > 0;
    static void clear(Sum& sum) noexcept { sum.products = sum.shift = _mm512_setzero_si512(); }
    static void merge(Sum& sum, const Sum& other) noexcept {
        sum.products = _mm512_add_epi32(sum.products, other.products);
        sum.shift = _mm512_add_epi32(sum.shift, other.shift);
    }
    static float finish(const Sum& sum) noexcept {
        const std::int64_t products = static_cast<std::int32_t>(total(sum.products));
        const std::int64_t shift = std::int64_t{128} * static_cast<std::int32_t>(total(sum.shift));
        return static_cast<float>(kUnsigned ? products + shift : products - shift);
    }
    static void step(Sum& sum, const Q* q, const X* x) noexcept { add(sum, bytes(q), bytes(x)); }
    static void tail(Sum& sum, const Q* q, const X* x, std::size_t n) noexcept {
        const __m512i a = first_bytes(q, n), b = first_bytes(x, n);
        add(sum, a, b); // zeros beyond n: their products and shifts cancel
    }
    static void add(Sum& sum, __m512i a, __m512i b) noexcept {
        const __m512i high = _mm512_set1_epi8(static_cast<char>(0x80)), one = _mm512_set1_epi8(1);
        if constexpr (kUnsigned) { // a (b - 128), plus 128 a
            sum.products = _mm512_dpbusd_epi32(sum.products, a, _mm512_xor_si512(b, high));
            sum.shift = _mm512_dpbusd_epi32(sum.shift, a, one);
        } else { // (a + 128) b, minus 128 b
            sum.products = _mm512_dpbusd_epi32(sum.products, _mm512_xor_si512(a, high), b);
            sum.shift = _mm512_dpbusd_epi32(sum.shift, one, b);
        }
    }
};

template<class T>
constexpr DistanceKernels<T, T> byte_kernels() noexcept {
    using L = ByteSquares<T>;
    using I = Blocked<ByteIp<T, T>, T, T>;
    return {L::one, I::one, L::rows, I::rows, L::gather, I::gather};
}

float norm(const float* x, std::size_t d) noexcept {
    return Blocked<FloatIp<float, float>, float, float>::one(x, x, d);
}

std::size_t argmin_l2(const float* products, const float* norms, std::size_t n, float* best) noexcept {
    const __m512 infinity = _mm512_set1_ps(__builtin_inff()), minus_two = _mm512_set1_ps(-2);
    __m512 low = infinity;
    __m512i at = _mm512_setzero_si512(),
            index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (std::size_t j = 0; j < n; j += 16) {
        const __mmask16 mask = n - j < 16 ? first(n - j) : static_cast<__mmask16>(0xffff);
        const __m512 value = _mm512_mask_fmadd_ps(_mm512_maskz_loadu_ps(mask, products + j), mask, minus_two,
                                                  _mm512_maskz_loadu_ps(mask, norms + j));
        const __mmask16 less = _mm512_mask_cmp_ps_mask(mask, value, low, _CMP_LT_OQ);
        low = _mm512_mask_mov_ps(low, less, value);
        at = _mm512_mask_mov_epi32(at, less, index);
        index = _mm512_add_epi32(index, _mm512_set1_epi32(16));
    }
    *best = _mm512_reduce_min_ps(low);
    const __mmask16 equal = _mm512_cmp_ps_mask(low, _mm512_set1_ps(*best), _CMP_EQ_OQ);
    return static_cast<std::size_t>(_mm512_mask_reduce_min_epu32(equal, at));
}

void halves(const Half* in, float* out, std::size_t n) noexcept {
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(out + i, load(in + i));
    if (i < n)
        _mm512_mask_storeu_ps(out + i, first(n - i), load_first(in + i, n - i));
}

} // namespace

const Kernels& avx512_kernels() noexcept {
    static constexpr Kernels kTable{
        Isa::Avx512,
        make_kernels<FloatL2, FloatIp, float, float>(),
        make_kernels<FloatL2, FloatIp, float, Half>(),
        make_kernels<FloatL2, FloatIp, float, std::uint8_t>(),
        make_kernels<FloatL2, FloatIp, float, std::int8_t>(),
        byte_kernels<std::uint8_t>(),
        byte_kernels<std::int8_t>(),
        norm,
        argmin_l2,
        halves,
    };
    return kTable;
}

} // namespace annscope::simd
#endif
