// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"

#include <cstdint>
#include <vector>

namespace annscope {

struct HeldOut {
    VectorSet base, queries;
    std::vector<std::uint32_t> rows; ///< that each query was
};

/// Takes a seeded sample of count rows out of vectors, in place: the last rows that stay move to the places
/// of those that leave, so that nearly all keep their row numbers and nothing large is copied; of a mapped
/// file only the pages touched are (the file itself does not change). The caller must hold the only copy of
/// vectors. Needs count < vectors.size(). Errors: OutOfMemory.
Result<HeldOut> hold_out(const VectorSet& vectors, std::size_t count, std::uint64_t seed);

/// The row that each row of the base was before; n: rows before. Cost: n.
std::vector<std::uint32_t> rows_before_hold_out(std::size_t n, std::vector<std::uint32_t> held_out);

} // namespace annscope
