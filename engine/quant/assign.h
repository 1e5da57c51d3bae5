// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/error.h"
#include "data/vector_set.h"

#include <cstdint>
#include <span>

namespace annscope {

/// What "nearest centroid" means: squared L2, or the largest inner product.
enum class AssignBy : std::uint8_t { L2, InnerProduct };

/// What an assignment may take into account, or tell, beside the cells.
struct AssignExtras {
    /// One a centroid: what is added to its squared distance, or subtracted from twice its inner product,
    /// when centroids are compared. Sums and distances are told without it.
    std::span<const float> penalties;
    /// One a row, written: the squared distance to its centroid, or the inner product with it.
    std::span<float> distances;
};

/// The nearest centroid of each row, the lowest number among equals: a block of matrix products at a time,
/// small enough to be searched while it is still in the cache. cells: one entry a row, written. Returns the
/// sum over the rows of the squared distances, or of the inner products. The same for any number of threads.
/// Advances the progress by one per row. Cost: rows x centroids x dim multiply-adds. Errors: Cancelled.
Result<double> assign_nearest(const VectorSet& rows, VectorView centroids, AssignBy by,
                              std::span<std::uint32_t> cells, const Control& control,
                              const AssignExtras& extras = {});

} // namespace annscope
