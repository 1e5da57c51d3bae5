// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"

namespace annscope {

/// Exact k nearest base rows of every query, by blocks of matrix products, candidates re-computed in float64
/// near the k-th distance so that ties are right; equal distances are ordered by row number. k is at most
/// base.size(). Cost: queries x base x dim multiply-adds. Phase: "Exact neighbours". Errors:
/// DimensionMismatch, OutOfMemory, Cancelled.
Result<GroundTruth> exact_neighbours(const VectorSet& base, const VectorSet& queries, Metric metric,
                                     std::size_t k, const Control& control);

/// Exact distances of one query to all base rows' k nearest, for the interactive lane. Cost: base x dim.
Result<GroundTruth> exact_neighbours_of(const VectorSet& base, std::span<const float> query, Metric metric,
                                        std::size_t k, const Control& control);

/// Checks a sample of a file's truth against the data: are the listed neighbours ordered, in range, and as
/// near as the metric says? Returns sentences that say what does not fit ("these neighbours fit inner
/// product, not L2"); empty: all fits. Cost: sample x base x dim.
Result<std::vector<std::string>> check_truth(const Dataset& dataset, std::size_t sample,
                                             const Control& control);

/// The truth's distances in this program's convention, computed from its ids (files hold true L2, 1 - cosine,
/// ...). Errors: InvalidArgument when an id is out of range.
Status recompute_truth_distances(const VectorSet& base, const VectorSet& queries, Metric metric,
                                 GroundTruth& truth, const Control& control);

} // namespace annscope
