// SPDX-License-Identifier: Apache-2.0
#include "quant/pad.h"

#include <algorithm>

namespace annscope {

void PadTransform::apply(const float* in, float* out) const noexcept {
    std::copy_n(in, d_in(), out);
    std::fill(out + d_in(), out + d_out(), 0.0f);
}

void PadTransform::reverse(const float* in, float* out) const noexcept {
    std::copy_n(in, d_in(), out);
}

} // namespace annscope
