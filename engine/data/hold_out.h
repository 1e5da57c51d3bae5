// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"

namespace annscope {

struct HeldOut {
    VectorSet base, queries;
};

/// Takes a seeded sample of count rows out of vectors, in place: the last rows that stay move to the places
/// of those that leave, so that nearly all keep their row numbers and nothing large is copied; of a mapped
/// file only the pages touched are (the file itself does not change). The caller must hold the only copy of
/// vectors. Needs count < vectors.size(). Errors: OutOfMemory.
Result<HeldOut> hold_out(const VectorSet& vectors, std::size_t count, std::uint64_t seed);

} // namespace annscope
