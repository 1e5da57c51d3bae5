// SPDX-License-Identifier: Apache-2.0
#include "quant/random_rotation.h"

#include "quant/orthonormal.h"

namespace annscope {

Status RandomRotation::train(AlignedBuffer<float>, std::size_t, std::uint64_t seed, const Control& control) {
    control.begin("Drawing a rotation", 1);
    if (control.cancel_requested())
        return cancelled();
    set(random_rotation(d_in(), d_out(), seed), {});
    control.advance();
    return {};
}

} // namespace annscope
