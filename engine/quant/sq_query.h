// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "quant/scalar_quantizer.h"

#include <cstdint>
#include <vector>

namespace annscope {

/// What a filter on 8-bit codes rests on: a point in the middle of them, and with each code how far it lies
/// from there and how long the vector is that it stands for. Empty where a filter does not pay: other codes,
/// few dimensions (or more than simd::kSqMaxDotDim).
class SqFilter {
public:
    static bool useful(SqType type, std::size_t dim) noexcept;
    /// Bytes that follow a code.
    static constexpr std::size_t kExtraBytes = 2 * sizeof(float);

    SqFilter() = default;
    /// Of a trained quantiser. residuals: the codes are those of residuals, whose middle is zero.
    SqFilter(const ScalarQuantizer& quantizer, bool residuals);

    bool empty() const noexcept { return m_middle.empty(); }
    /// Writes kExtraBytes behind a code.
    void annotate(const ScalarQuantizer& quantizer, std::uint8_t* code) const noexcept;

    const float* middle() const noexcept { return m_middle.data(); }
    float middle_length() const noexcept { return m_middle_length; }
    float reach() const noexcept { return m_reach; }
    float offset_length() const noexcept { return m_offset_length; }

private:
    std::vector<float> m_middle; ///< a code of whole numbers and fractions
    float m_middle_length = 0;
    float m_reach = 0; ///< no code stands for a vector longer than this
    float m_offset_length = 0;
};

/// Distances from one query to codes, without decoding any. L2: squared; otherwise minus the inner product.
/// Codes may stand for residuals from a centroid. Reusable; one per thread.
///
/// The filter: with r = q - centroid and weights w = r s, the squared distance is |r|^2 - 2 r b - 2 w c +
/// |x|^2. Weights rounded to a byte make w c an integer product of four times the speed; what rounding left
/// out, e, is e c = e m + e (c - m) with m in the middle of all codes, and the last product is at most |e|
/// times the code's distance from m (Cauchy and Schwarz). So a code is ruled out only when it is
/// farther than the limit, whatever was rounded, and results are those of the float kernel.
class SqQuery {
public:
    /// Both must outlive this. filter: empty where there is none.
    SqQuery(const ScalarQuantizer& quantizer, bool l2, const SqFilter& filter);

    /// query: dim floats that must live until the next one. Then enter a list, or enter(nullptr).
    void set(const float* query) noexcept;
    /// centroid: what the codes are residuals from, or null where they are whole vectors.
    void enter(const float* centroid) noexcept;

    void distances(const std::uint8_t* codes, std::size_t stride, std::size_t n, float* out) noexcept;
    /// The same of the codes numbered ids.
    void distances(const std::uint8_t* codes, std::size_t stride, const std::uint32_t* ids, std::size_t n,
                   float* out) noexcept;

    bool filters() const noexcept { return !m_about->empty(); }
    /// The numbers of those of n <= kBlock annotated codes whose distance may be limit or less.
    static constexpr std::size_t kBlock = 128;
    std::size_t filter(const std::uint8_t* codes, std::size_t stride, std::size_t n, float limit,
                       std::uint32_t* kept) noexcept;

private:
    void prepare() noexcept;
    void prepare_filter() noexcept;

    const ScalarQuantizer* m_quantizer;
    const SqFilter* m_about;
    const simd::SqKernels* m_kernels;
    const simd::SqRowKernels* m_rows;
    bool m_l2;
    const float* m_query = nullptr;
    const float* m_centroid = nullptr;
    float m_query_length = 0, m_query_bias = 0; ///< bias: q times b
    float m_bias = 0;                           ///< added to the sum of an inner product
    AlignedBuffer<float> m_t;                   ///< L2: q - centroid - b; otherwise q s
    AlignedBuffer<float> m_w;
    AlignedBuffer<std::int8_t> m_weights;
    bool m_ready = false, m_filter_ready = false; ///< what this list needs; most lists need but the filter
    float m_scale = 0;                            ///< of the integer products
    float m_base = 0;     ///< what the bound has in common for all codes, less the slack
    float m_left_out = 0; ///< times a code's distance from the middle
};

} // namespace annscope
