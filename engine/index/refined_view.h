// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <memory>

namespace annscope {

/// base with ,RFlat behind it, without building anything: its answers are those of an index built so.
/// vectors: what base was made from; kept as they are for L2 and inner products, copied for cosine. base must
/// outlive the result. Errors: DimensionMismatch (vectors that are not base's), OutOfMemory, Cancelled.
Result<std::unique_ptr<Index>> refined_view(const Index& base, const VectorSet& vectors,
                                            const Control& control);

} // namespace annscope
