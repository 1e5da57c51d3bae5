// SPDX-License-Identifier: Apache-2.0
#include "quant/l2norm.h"

#include <algorithm>

namespace annscope {

void L2NormTransform::apply(const float* in, float* out) const noexcept {
    std::copy_n(in, d_in(), out);
    normalize(out, d_in());
}

void L2NormTransform::reverse(const float* in, float* out) const noexcept {
    std::copy_n(in, d_in(), out);
}

} // namespace annscope
