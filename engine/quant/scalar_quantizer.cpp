// SPDX-License-Identifier: Apache-2.0
#include "quant/scalar_quantizer.h"

#include "core/parallel.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

namespace annscope {
namespace {

constexpr std::array<std::pair<SqType, std::string_view>, 7> kNames{
    {{SqType::Bits8, "SQ8"},
     {SqType::Bits6, "SQ6"},
     {SqType::Bits4, "SQ4"},
     {SqType::Half, "SQfp16"},
     {SqType::BFloat16, "SQbf16"},
     {SqType::Direct, "SQ8_direct"},
     {SqType::DirectSigned, "SQ8_direct_signed"}}};

int bits_of(SqType type) noexcept {
    return type == SqType::Bits8 ? 8 : type == SqType::Bits6 ? 6 : type == SqType::Bits4 ? 4 : 0;
}

/// Rows a block: about a millisecond.
std::size_t block_rows(std::size_t dim) noexcept {
    return std::max<std::size_t>(1, (std::size_t{1} << 19) / std::max<std::size_t>(1, dim));
}

std::uint16_t to_bfloat(float v) noexcept {
    return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(v) + 0x8000u) >> 16);
}

void put_word(std::uint8_t* at, std::uint16_t word) noexcept {
    at[0] = static_cast<std::uint8_t>(word & 0xff);
    at[1] = static_cast<std::uint8_t>(word >> 8);
}

std::uint16_t word_at(const std::uint8_t* at) noexcept {
    return static_cast<std::uint16_t>(at[0] | at[1] << 8);
}

/// The 6 bits of dimension j, the first in the lowest bits.
int six_at(const std::uint8_t* code, std::size_t j) noexcept {
    const std::size_t bit = j * 6 % 8, byte = j * 6 / 8;
    const int low = code[byte], high = bit > 2 ? code[byte + 1] : 0;
    return (low | high << 8) >> bit & 63;
}

/// n <= kChunk values of 0..2^bits - 1 to whole bytes, from a dimension that begins a byte.
void pack(int bits, const std::uint8_t* values, std::size_t n, std::uint8_t* out) noexcept {
    if (bits == 8) {
        std::memcpy(out, values, n);
    } else if (bits == 4) {
        for (std::size_t j = 0; j < n; j += 2)
            out[j / 2] = static_cast<std::uint8_t>(values[j] | (j + 1 < n ? values[j + 1] << 4 : 0));
    } else {
        for (std::size_t j = 0; j < n; j += 4) {
            std::uint32_t word = 0;
            for (std::size_t i = 0; i < std::min<std::size_t>(4, n - j); ++i)
                word |= std::uint32_t{values[j + i]} << 6 * i;
            for (std::size_t i = 0; i < (std::min<std::size_t>(4, n - j) * 6 + 7) / 8; ++i)
                out[j / 4 * 3 + i] = static_cast<std::uint8_t>(word >> 8 * i & 0xff);
        }
    }
}

} // namespace

std::string_view name(SqType type) noexcept {
    for (const auto& [known, text] : kNames)
        if (known == type)
            return text;
    return "?";
}

std::optional<SqType> parse_sq_type(std::string_view text) noexcept {
    for (const auto& [type, known] : kNames)
        if (known == text)
            return type;
    return std::nullopt;
}

ScalarQuantizer::ScalarQuantizer(SqType type, std::size_t dim) : m_type(type), m_dim(dim) {
    derive();
}

Result<ScalarQuantizer> ScalarQuantizer::restore(SqType type, std::size_t dim,
                                                 std::span<const float> ranges) {
    ScalarQuantizer quantizer(type, dim);
    const std::size_t expected = quantizer.learns() ? 2 * dim : 0;
    if (ranges.size() != expected)
        return Error{ErrorCode::InvalidArgument,
                     "A code " + std::string(name(type)) + " of " + std::to_string(dim) + " dimensions has " +
                         std::to_string(expected) + " ranges, not " + std::to_string(ranges.size()) + "."};
    for (std::size_t i = 0; i < ranges.size(); ++i)
        if (!std::isfinite(ranges[i]) || (i >= dim && ranges[i] < 0))
            return Error{ErrorCode::InvalidArgument, "The range of dimension " + std::to_string(i % dim) +
                                                         " of a code " + std::string(name(type)) +
                                                         " is not one."};
    quantizer.m_ranges.assign(ranges.begin(), ranges.end());
    quantizer.derive();
    return quantizer;
}

bool ScalarQuantizer::learns() const noexcept {
    return bits_of(m_type) > 0;
}

simd::SqForm ScalarQuantizer::form() const noexcept {
    switch (m_type) {
    case SqType::Bits6:
        return simd::SqForm::Six;
    case SqType::Bits4:
        return simd::SqForm::Four;
    case SqType::Half:
        return simd::SqForm::Half;
    case SqType::BFloat16:
        return simd::SqForm::BFloat;
    case SqType::Bits8:
    case SqType::Direct:
    case SqType::DirectSigned:
        break;
    }
    return simd::SqForm::Eight;
}

void ScalarQuantizer::derive() {
    m_offsets.assign(m_dim, m_type == SqType::DirectSigned ? -128.0f : 0.0f);
    m_steps.assign(m_dim, 1.0f);
    if (m_ranges.empty())
        return;
    const double count = (1 << bits_of(m_type)) - 1;
    for (std::size_t j = 0; j < m_dim; ++j) {
        const double step = static_cast<double>(m_ranges[m_dim + j]) / count;
        m_steps[j] = static_cast<float>(step);
        m_offsets[j] = static_cast<float>(static_cast<double>(m_ranges[j]) + step / 2);
    }
}

Status ScalarQuantizer::train(VectorView rows, const Control& control) {
    return train(
        rows.rows(), [&](std::size_t i, float* out) { std::copy_n(rows.row(i), m_dim, out); }, control);
}

Status ScalarQuantizer::train(std::size_t n, const std::function<void(std::size_t, float*)>& get,
                              const Control& control) {
    if (!learns())
        return {};
    if (n == 0)
        return Error{ErrorCode::InvalidArgument,
                     "A code " + std::string(name(m_type)) + " learns its ranges from one vector or more."};
    const auto threads = static_cast<std::size_t>(effective_threads(control));
    std::vector<float> low(threads * m_dim), high(threads * m_dim);
    get(0, low.data());
    for (std::size_t t = 0; t < threads; ++t) {
        std::copy_n(low.data(), m_dim, low.data() + t * m_dim);
        std::copy_n(low.data(), m_dim, high.data() + t * m_dim);
    }
    ANNSCOPE_TRY(
        parallel_for(n, block_rows(m_dim), control, [&](std::size_t begin, std::size_t end, int thread) {
            std::vector<float> row(m_dim);
            float* const least = low.data() + static_cast<std::size_t>(thread) * m_dim;
            float* const most = high.data() + static_cast<std::size_t>(thread) * m_dim;
            for (std::size_t i = begin; i < end; ++i) {
                get(i, row.data());
                for (std::size_t j = 0; j < m_dim; ++j) {
                    least[j] = row[j] < least[j] ? row[j] : least[j];
                    most[j] = row[j] > most[j] ? row[j] : most[j];
                }
            }
        }));
    for (std::size_t t = 1; t < threads; ++t)
        for (std::size_t j = 0; j < m_dim; ++j) {
            low[j] = std::min(low[j], low[t * m_dim + j]);
            high[j] = std::max(high[j], high[t * m_dim + j]);
        }
    m_ranges.resize(2 * m_dim);
    for (std::size_t j = 0; j < m_dim; ++j) {
        m_ranges[j] = low[j];
        m_ranges[m_dim + j] = high[j] - low[j];
    }
    derive();
    return {};
}

template<int kBits>
void ScalarQuantizer::encode_bits(const float* row, std::uint8_t* code) const noexcept {
    constexpr std::size_t kChunk = 64; // whole bytes of codes for every number of bits
    constexpr float kSteps = (1 << kBits) - 1;
    const float *low = m_ranges.data(), *width = low + m_dim;
    for (std::size_t begin = 0; begin < m_dim; begin += kChunk) {
        const std::size_t n = std::min(kChunk, m_dim - begin);
        std::int32_t values[kChunk];
        for (std::size_t j = 0; j < n; ++j) {
            // A width of zero gives an infinity or a NaN, both of which the comparisons turn to 0 or 1.
            float x = (row[begin + j] - low[begin + j]) / width[begin + j];
            x = x > 0 ? x : 0.0f;
            x = x < 1 ? x : 1.0f;
            x = width[begin + j] != 0 ? x : 0.0f;
            values[j] = static_cast<std::int32_t>(kSteps * x);
        }
        std::uint8_t bytes[kChunk];
        for (std::size_t j = 0; j < n; ++j)
            bytes[j] = static_cast<std::uint8_t>(values[j]);
        pack(kBits, bytes, n, code + begin * kBits / 8);
    }
}

void ScalarQuantizer::encode(const float* row, std::uint8_t* code) const noexcept {
    switch (m_type) {
    case SqType::Bits8:
        return encode_bits<8>(row, code);
    case SqType::Bits6:
        return encode_bits<6>(row, code);
    case SqType::Bits4:
        return encode_bits<4>(row, code);
    case SqType::Half:
        for (std::size_t j = 0; j < m_dim; ++j)
            put_word(code + 2 * j, float_to_half(row[j]).bits);
        return;
    case SqType::BFloat16:
        for (std::size_t j = 0; j < m_dim; ++j)
            put_word(code + 2 * j, to_bfloat(row[j]));
        return;
    case SqType::Direct:
    case SqType::DirectSigned:
        break;
    }
    const int shift = m_type == SqType::DirectSigned ? 128 : 0;
    for (std::size_t j = 0; j < m_dim; ++j) // clamped: the cast must be defined
        code[j] = static_cast<std::uint8_t>(
            std::clamp(static_cast<int>(std::clamp(row[j], -1e4f, 1e4f)) + shift, 0, 255));
}

void ScalarQuantizer::decode(const std::uint8_t* code, float* row) const noexcept {
    const int bits = bits_of(m_type);
    const float* low = m_ranges.data();
    const float* width = low + m_dim;
    if (bits > 0) {
        const float count = static_cast<float>((1 << bits) - 1);
        for (std::size_t j = 0; j < m_dim; ++j) {
            const int c = bits == 8 ? code[j] : bits == 4 ? code[j / 2] >> j % 2 * 4 & 15 : six_at(code, j);
            row[j] = low[j] + (static_cast<float>(c) + 0.5f) / count * width[j];
        }
        return;
    }
    for (std::size_t j = 0; j < m_dim; ++j)
        row[j] = m_type == SqType::Half ? half_to_float({word_at(code + 2 * j)})
                 : m_type == SqType::BFloat16
                     ? std::bit_cast<float>(std::uint32_t{word_at(code + 2 * j)} << 16)
                     : static_cast<float>(code[j]) + m_offsets[j];
}

bool ScalarQuantizer::holds(const float* row) const noexcept {
    if (m_type == SqType::Half) // beyond, a half is an infinity
        return std::all_of(row, row + m_dim, [](float v) { return std::abs(v) < 65520.0f; });
    if (m_type != SqType::Direct && m_type != SqType::DirectSigned)
        return true;
    const float low = m_type == SqType::DirectSigned ? -128.0f : 0.0f;
    return std::all_of(row, row + m_dim, [low](float v) {
        return v >= low && v <= low + 255 && v == static_cast<float>(static_cast<int>(v));
    });
}

Status ScalarQuantizer::encode_all(VectorView rows, std::uint8_t* codes, std::size_t stride,
                                   const Control& control) const {
    if (!trained())
        return Error{ErrorCode::NotTrained,
                     "The code " + std::string(name(m_type)) + " has not learned its ranges."};
    std::atomic<bool> fits{true};
    ANNSCOPE_TRY(
        parallel_for(rows.rows(), block_rows(m_dim), control, [&](std::size_t begin, std::size_t end, int) {
            for (std::size_t i = begin; i < end; ++i) {
                encode(rows.row(i), codes + i * stride);
                if (!holds(rows.row(i)))
                    fits.store(false, std::memory_order_relaxed);
            }
        }));
    return fits ? Status() : Status(misfit());
}

Error ScalarQuantizer::misfit() const {
    const std::string range = m_type == SqType::Half     ? "numbers up to 65,504"
                              : m_type == SqType::Direct ? "whole numbers from 0 to 255"
                                                         : "whole numbers from -128 to 127";
    return {ErrorCode::InvalidArgument, "A code " + std::string(name(m_type)) + " keeps " + range +
                                            "; these vectors have other values. SQ8 divides any range into "
                                            "255 steps."};
}

} // namespace annscope
