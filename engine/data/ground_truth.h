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

/// The same for one query, by float64 distances to all rows, for the interactive lane. Cost: base x dim;
/// memory: 16 bytes a row.
Result<GroundTruth> exact_neighbours_of(const VectorSet& base, std::span<const float> query, Metric metric,
                                        std::size_t k, const Control& control);

/// Checks a file's truth against the data: does it have a row for each query, are all ids in range and none
/// twice, and, for a sample of queries, are the listed neighbours in order and as near as the metric says?
/// Returns sentences that say what does not fit ("The neighbours in the truth fit inner product, not L2:
/// ..."); empty: all fits. Cost: sample x base x dim; three times that where it does not fit.
Result<std::vector<std::string>> check_truth(const Dataset& dataset, std::size_t sample,
                                             const Control& control);

/// The truth's distances in this program's convention, computed from its ids (files hold true L2, 1 - cosine,
/// ...), each list put into ascending order. kNoId is an empty entry: it gets infinity and goes last. Errors:
/// InvalidArgument when an id is out of range, DimensionMismatch, Cancelled.
Status recompute_truth_distances(const VectorSet& base, const VectorSet& queries, Metric metric,
                                 GroundTruth& truth, const Control& control);

} // namespace annscope
