// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/transform.h"

namespace annscope {

/// Pad{n}: zeros at the end up to n dimensions, so that a code's M divides them.
class PadTransform final : public VectorTransform {
public:
    PadTransform(std::size_t d_in, std::size_t d_out) noexcept : VectorTransform(d_in, d_out) {}
    std::string_view name() const noexcept override { return "Pad"; }
    void apply(const float* in, float* out) const noexcept override;
    bool isometry() const noexcept override { return true; }
    bool reversible() const noexcept override { return true; }
    void reverse(const float* in, float* out) const noexcept override;
};

} // namespace annscope
