// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/kmeans.h"

namespace annscope {

/// The k centroids that Lloyd's algorithm starts from: distinct random points, or those of k-means++ among at
/// most 16 k random points. Phase of the latter: "Seeding centroids". Errors: Cancelled.
Result<AlignedBuffer<float>> seed_centroids(const VectorSet& points, const KmeansOptions& options,
                                            std::uint64_t seed, const Control& control);

} // namespace annscope
