// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <span>
#include <vector>

namespace annscope {

/// Tie-aware recall@k of every query for the ids that an index returned (queries x k, kNoId where it found
/// fewer). Distances are recomputed from the base, so that indexes with approximate distances are judged by
/// the same rule; an id listed twice counts once. A truth of the original vectors of an expansion is compared
/// by ids, with their distances for ties. Cost: queries x k x dim. Errors: Cancelled.
Result<std::vector<float>> judge(const VectorSet& base, VectorView queries, const GroundTruth& truth,
                                 Metric metric, std::span<const Id> ids, std::size_t k,
                                 const Control& control);

} // namespace annscope
