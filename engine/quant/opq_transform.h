// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/linear_transform.h"

namespace annscope {

/// OPQ{M}_{d_out}: the rotation after which a product quantiser of M parts loses least (see quant/opq.h).
/// Where d_out < d_in it drops what matters least; where d_out > d_in rows are padded with zeros first, as in
/// Faiss.
class OpqTransform final : public LinearTransform {
public:
    /// M divides d_out.
    OpqTransform(std::size_t d_in, std::size_t d_out, std::size_t M) noexcept
        : LinearTransform(d_in, d_out, false,
                          d_out >= d_in ? Shape::OrthonormalColumns : Shape::OrthogonalRows),
          m_M(M) {}

    std::string_view name() const noexcept override { return "OPQ"; }
    std::size_t max_training_rows() const noexcept override { return 65536; }
    Status train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                 const Control& control) override;

private:
    std::size_t m_M;
};

} // namespace annscope
