// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/linear_transform.h"

namespace annscope {

/// RR{d_out}: a random rotation (d_out <= d_in: and a projection; more: into a larger space). Makes the
/// dimensions alike, which product and scalar codes need where their energy differs. Training looks at no
/// rows.
class RandomRotation final : public LinearTransform {
public:
    RandomRotation(std::size_t d_in, std::size_t d_out) noexcept
        : LinearTransform(d_in, d_out, false,
                          d_out >= d_in ? Shape::OrthonormalColumns : Shape::OrthogonalRows) {}
    std::string_view name() const noexcept override { return "RR"; }
    Status train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                 const Control& control) override;
};

} // namespace annscope
