// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/sq_query.h"

#include <cstdint>
#include <vector>

namespace annscope {

/// Distances from one query to 8-bit codes anywhere in an array, by products of whole numbers: the weights of
/// the code's dimensions are the sum of two vectors of signed bytes, which leaves less than 2^-15 of the
/// largest. For walks through graphs, which look at many codes and report few. Reusable; one per thread.
class SqWalk {
public:
    /// codes are annotated (see SqFilter), of whole vectors. Both must outlive this.
    SqWalk(const ScalarQuantizer& quantizer, bool l2, const SqFilter& filter);

    /// The products pay, and nothing cancels: vectors are not much farther from the origin than from each
    /// other.
    static bool useful(const ScalarQuantizer& quantizer, const SqFilter& filter) noexcept;

    /// query: dim floats, read now.
    void set(const float* query) noexcept;
    /// Of the codes numbered ids, stride bytes apart.
    void distances(const std::uint8_t* codes, std::size_t stride, const std::uint32_t* ids, std::size_t n,
                   float* out) noexcept;
    /// How far those may be off.
    float noise() const noexcept { return m_noise; }

private:
    const ScalarQuantizer* m_quantizer;
    const SqFilter* m_about;
    bool m_l2;
    std::vector<float> m_weights;
    std::vector<std::int8_t> m_coarse, m_fine;
    std::vector<std::int32_t> m_products;
    std::size_t m_room = 0;
    float m_per_coarse = 0, m_per_fine = 0;
    float m_offset = 0; ///< of the inner product
    float m_norm = 0;
    float m_noise = 0;
};

} // namespace annscope
