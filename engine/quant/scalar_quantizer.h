// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "simd/sq_scan.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace annscope {

/// How one number becomes a few bits. Direct: whole numbers 0..255 as they are; DirectSigned: -128..127.
enum class SqType : std::uint8_t { Bits8, Bits6, Bits4, Half, BFloat16, Direct, DirectSigned };

std::string_view name(SqType type) noexcept; ///< "SQ8", "SQ6", "SQ4", "SQfp16", "SQbf16", "SQ8_direct", ...
std::optional<SqType> parse_sq_type(std::string_view name) noexcept;

/// Each dimension on its own, with the codes of Faiss (ScalarQuantizer with the range from smallest to
/// largest value): b bits divide [vmin, vmin + vdiff] into 2^b - 1 steps, a code c stands for vmin + vdiff (c
/// + 0.5) / (2^b - 1).
class ScalarQuantizer {
public:
    ScalarQuantizer() = default;
    ScalarQuantizer(SqType type, std::size_t dim);
    /// From ranges: vmin of all dimensions, then vdiff of all. Errors: InvalidArgument (not 2 dim finite
    /// numbers, or a negative vdiff; the types that learn nothing take none).
    static Result<ScalarQuantizer> restore(SqType type, std::size_t dim, std::span<const float> ranges);

    /// The range of each dimension over dense rows. Types that learn nothing succeed. Errors:
    /// InvalidArgument (no rows), Cancelled. The same for any number of threads.
    Status train(VectorView rows, const Control& control);
    /// The same of n rows that are asked for one by one, from several threads: get(i, out) writes dim floats.
    Status train(std::size_t n, const std::function<void(std::size_t i, float* out)>& get,
                 const Control& control);

    SqType type() const noexcept { return m_type; }
    simd::SqForm form() const noexcept;
    std::size_t dim() const noexcept { return m_dim; }
    bool learns() const noexcept;
    bool trained() const noexcept { return !learns() || !m_ranges.empty(); }
    std::size_t code_size() const noexcept { return simd::sq_code_bytes(form(), m_dim); }
    /// vmin, then vdiff, as Faiss stores them; empty where nothing is learned.
    std::span<const float> ranges() const noexcept { return m_ranges; }

    /// A code's value c of dimension j stands for offsets()[j] + steps()[j] * c (16-bit floats: 0 + 1 c).
    std::span<const float> offsets() const noexcept { return m_offsets; }
    std::span<const float> steps() const noexcept { return m_steps; }

    /// One row into code_size() bytes. Needs trained().
    void encode(const float* row, std::uint8_t* code) const noexcept;
    /// As Faiss: vmin + (c + 0.5) / (2^b - 1) * vdiff.
    void decode(const std::uint8_t* code, float* row) const noexcept;
    /// Rows into codes, stride bytes apart, on all threads. Errors: NotTrained, Cancelled, and misfit() where
    /// a row does not hold.
    Status encode_all(VectorView rows, std::uint8_t* codes, std::size_t stride, const Control& control) const;
    /// Whether the code can hold the row: Direct takes whole numbers of a byte only, Half is infinite beyond
    /// its range; the others hold any.
    bool holds(const float* row) const noexcept;
    Error misfit() const; ///< InvalidArgument: what the code can hold

private:
    void derive();
    template<int kBits>
    void encode_bits(const float* row, std::uint8_t* code) const noexcept;

    SqType m_type = SqType::Bits8;
    std::size_t m_dim = 0;
    std::vector<float> m_ranges;
    std::vector<float> m_offsets, m_steps;
};

} // namespace annscope
