// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index_spec.h"
#include "quant/transform_chain.h"

namespace annscope {

bool is_transform(const SpecNode& node) noexcept;

/// One transform of a factory string, e.g. {PCA, {64}}, untrained. Errors: InvalidArgument with the node's
/// column where it cannot be made for dim (PCA to more dimensions, an M that does not divide).
Result<std::unique_ptr<VectorTransform>> make_transform(const SpecNode& node, std::size_t dim);

/// Those of {PreTransform, [T1, T2, X]}, i.e. all children but the last. For cosine rows are scaled to unit
/// length first: only then does the answer not depend on the lengths of vectors, as it must not.
Result<TransformChain> make_chain(const SpecNode& root, std::size_t dim, Metric metric);

/// Multiply-adds of training one transform on n rows.
double training_work(const SpecNode& node, const VectorTransform& transform, std::size_t n);

/// "projects to the 64 principal axes"
std::string transform_sentence(const SpecNode& node);

} // namespace annscope
