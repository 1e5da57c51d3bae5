// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/kind.h"

#include <memory>

namespace annscope {

/// An empty index. Errors: Unsupported ("PQ16 is understood but not built yet"), InvalidArgument.
Result<std::unique_ptr<Index>> build_index(const IndexSpec& spec, const BuildContext& context);

/// An index trained on and filled with base. n and dim are checked against the spec first (e.g. fewer vectors
/// than centroids), and the memory against what is free. Progress phases are the kind's. A cancelled build
/// leaves nothing. Errors: Unsupported, InvalidArgument, CorruptFile (NaN or infinity
/// in a mapped file), OutOfMemory, Cancelled.
Result<std::unique_ptr<Index>> build_and_fill(const Configuration& configuration, const VectorSet& base,
                                              Metric metric, std::uint64_t seed, const Control& control);

} // namespace annscope
