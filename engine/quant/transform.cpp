// SPDX-License-Identifier: Apache-2.0
#include "quant/transform.h"

#include <cassert>

namespace annscope {

Status VectorTransform::train(AlignedBuffer<float>, std::size_t, std::uint64_t, const Control&) {
    return {};
}

void VectorTransform::apply_rows(VectorView in, float* out) const {
    apply_each(in, out);
}

void VectorTransform::apply_each(VectorView in, float* out) const noexcept {
    for (std::size_t i = 0; i < in.rows(); ++i)
        apply(in.row(i), out + i * m_d_out);
}

void VectorTransform::reverse(const float*, float*) const noexcept {
    assert(!"this transform has no reverse");
}

Status VectorTransform::load(std::vector<AlignedBuffer<float>>) {
    return {};
}

} // namespace annscope
