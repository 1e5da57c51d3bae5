// SPDX-License-Identifier: Apache-2.0
#include "simd/pq_scan_tables.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace annscope::simd {
namespace {

/// The next 64 bits of a code, fewer at its end.
std::uint64_t word(const std::uint8_t* code, std::size_t bytes) noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t w = 0;
    std::memcpy(&w, code, std::min<std::size_t>(8, bytes));
    return w;
}

/// kCodes codes at once: one sum alone would wait for each of its additions. kBits divides 64.
template<std::size_t kCodes, std::size_t kBits>
void whole_words(const float* table, const std::uint8_t* codes, std::size_t code_size, std::size_t M,
                 float* out) noexcept {
    constexpr std::size_t kNumbers = 64 / kBits, kEntries = std::size_t{1} << kBits;
    float sum[kCodes] = {};
    std::size_t m = 0;
    for (; m + kNumbers <= M; m += kNumbers, table += kNumbers * kEntries) {
        std::uint64_t w[kCodes];
#pragma GCC unroll 4
        for (std::size_t i = 0; i < kCodes; ++i)
            std::memcpy(&w[i], codes + i * code_size + m * kBits / 8, 8);
#pragma GCC unroll 16
        for (std::size_t j = 0; j < kNumbers; ++j)
#pragma GCC unroll 4
            for (std::size_t i = 0; i < kCodes; ++i) {
                sum[i] += table[j * kEntries + (w[i] & (kEntries - 1))];
                w[i] >>= kBits;
            }
    }
    for (std::size_t i = 0; i < kCodes; ++i) {
        std::uint64_t w = word(codes + i * code_size + m * kBits / 8, code_size - m * kBits / 8);
        const float* entries = table;
        for (std::size_t at = m; at < M; ++at, w >>= kBits, entries += kEntries)
            sum[i] += entries[w & (kEntries - 1)];
        out[i] = sum[i];
    }
}

/// Any number of bits up to 16: a window of bits that is refilled 32 at a time.
float any_bits(const float* table, const std::uint8_t* code, std::size_t code_size, std::size_t M,
               std::size_t nbits) noexcept {
    const std::uint64_t mask = (std::uint64_t{1} << nbits) - 1;
    std::uint64_t window = 0;
    std::size_t held = 0, at = 0;
    float sum = 0;
    for (std::size_t m = 0; m < M; ++m, table += mask + 1) {
        if (held < nbits) {
            std::uint32_t next = 0;
            const std::size_t take = std::min<std::size_t>(4, code_size - at);
            std::memcpy(&next, code + at, take);
            window |= static_cast<std::uint64_t>(next) << held;
            held += 8 * take;
            at += take;
        }
        sum += table[window & mask];
        window >>= nbits;
        held -= nbits;
    }
    return sum;
}

template<std::size_t kBits>
void word_sums(const float* table, const std::uint8_t* codes, std::size_t n, std::size_t code_size,
               std::size_t M, float* out) noexcept {
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4)
        whole_words<4, kBits>(table, codes + i * code_size, code_size, M, out + i);
    for (; i < n; ++i)
        whole_words<1, kBits>(table, codes + i * code_size, code_size, M, out + i);
}

void sums(const float* table, const std::uint8_t* codes, std::size_t n, std::size_t M, std::size_t nbits,
          float* out) noexcept {
    const std::size_t code_size = (M * nbits + 7) / 8;
    if (nbits == 8)
        word_sums<8>(table, codes, n, code_size, M, out);
    else if (nbits == 4)
        word_sums<4>(table, codes, n, code_size, M, out);
    else if (nbits == 16)
        word_sums<16>(table, codes, n, code_size, M, out);
    else
        for (std::size_t i = 0; i < n; ++i)
            out[i] = any_bits(table, codes + i * code_size, code_size, M, nbits);
}

} // namespace

const PqScanKernels& scalar_pq_scan(Isa isa) noexcept {
    static constexpr PqScanKernels scalar{Isa::Scalar, sums}, avx2{Isa::Avx2, sums},
        avx512{Isa::Avx512, sums};
    return isa == Isa::Scalar ? scalar : isa == Isa::Avx2 ? avx2 : avx512;
}

} // namespace annscope::simd
