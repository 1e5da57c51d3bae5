// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/control.h"

#include <cstddef>
#include <vector>

namespace annscope {

/// Mean of rows, and the sum of the outer products of the rows less their mean: n times the covariance.
struct Scatter {
    std::vector<float> mean; ///< dim; 0 where the rows were not centred
    std::vector<double> sum; ///< dim x dim, symmetric
    double trace = 0;
};

/// Of n dense rows, which are centred in place where asked. Sums are float32 over blocks of rows, float64
/// over the blocks, and the same for any number of threads. Advances the progress by dim. Cost: n * dim^2 / 2
/// multiply-adds; memory: 8 * dim^2 bytes. Errors: Cancelled.
Result<Scatter> scatter_of(AlignedBuffer<float>& rows, std::size_t n, std::size_t dim, bool centred,
                           const Control& control);

} // namespace annscope
