// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/kind.h"

#include <vector>

namespace annscope {

/// A code that takes about as many bytes a vector as another.
struct ComparableCode {
    SpecNode root;
    double bytes = 0; ///< a vector, without its id
};

/// Codes of about as many bytes a vector as the one under root: scalar, product (plain, fast scan, rotated),
/// RaBitQ, and these after a PCA; behind the same coarse quantiser. Of each family the nearest to bytes, if
/// it is off by a third at most. Only what is built here and can be learned from n vectors of these
/// dimensions and this metric; ascending by bytes, root's own code among them. Cost: some hundred empty
/// indexes, milliseconds.
std::vector<ComparableCode> comparable_codes(const SpecNode& root, std::size_t n, std::size_t dim,
                                             Metric metric);

} // namespace annscope
