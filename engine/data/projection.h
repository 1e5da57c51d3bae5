// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"

#include <array>

namespace annscope {

/// The two principal axes of a set, for pictures of data with more than two dimensions.
struct Projection {
    std::vector<float> mean;                ///< dim
    std::array<std::vector<float>, 2> axes; ///< dim each, orthonormal
    double variance_share = 0;              ///< 0..1: the share of the variance that the two axes keep
    bool identity = false;                  ///< dim was 2 (or 1): the points are drawn as they are

    std::array<float, 2> apply(std::span<const float> v) const noexcept;
    /// All rows, as x, y pairs.
    std::vector<std::array<float, 2>> apply(const VectorSet& vectors) const;
};

/// PCA on at most max_sample rows (seeded). The same for any number of threads; an axis's largest component
/// is positive. Cost: sample x dim^2. Phase: "Projection". Errors: InvalidArgument, OutOfMemory, Cancelled.
Result<Projection> fit_projection(const VectorSet& vectors, std::size_t max_sample, std::uint64_t seed,
                                  const Control& control);

} // namespace annscope
