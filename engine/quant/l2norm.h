// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/transform.h"

namespace annscope {

/// L2norm: rows of unit length; zero stays zero. Its reverse gives the direction, as the length is lost.
class L2NormTransform final : public VectorTransform {
public:
    explicit L2NormTransform(std::size_t dim) noexcept : VectorTransform(dim, dim) {}
    std::string_view name() const noexcept override { return "L2norm"; }
    void apply(const float* in, float* out) const noexcept override;
    bool reversible() const noexcept override { return true; }
    void reverse(const float* in, float* out) const noexcept override;
};

} // namespace annscope
