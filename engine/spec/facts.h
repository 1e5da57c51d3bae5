// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"
#include "index/index.h"
#include "index/index_spec.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is known of a tree without building it, for spec/describe; formulas are those of Faiss 1.15.
namespace annscope::spec {

/// Dimensions after a transform of vectors of dim dimensions.
std::size_t dim_after(const SpecNode& transform, std::size_t dim) noexcept;
/// Bits a dimension of a scalar quantiser, or 0.
unsigned scalar_bits(std::string_view name) noexcept;
/// Cells of IVF, IMI and Residual; 0 for others.
std::uint64_t cells_of(const SpecNode& node) noexcept;

/// Bytes by part of Faiss's index over n vectors. Nothing where a part is not known (RaBitQ2, SVS).
std::optional<std::vector<MemoryPart>> faiss_size(const SpecNode& root, std::size_t n, std::size_t dim);

/// What the index does, told from its parts; for kinds that are not built here.
std::string sentence(const SpecNode& root);

/// The Faiss version that first understood a tree, and the part that needs it.
struct Since {
    std::string_view version = "1.0.0";
    std::string part;
};
Since since(const SpecNode& root);
/// 1.7.4 < 1.13.0
bool older(std::string_view version, std::string_view other) noexcept;
inline constexpr std::string_view kDebianFaiss = "1.7.3";

/// Sentences about what will not work, or not as asked, for vectors of that shape (0: unknown).
std::vector<std::string> warnings(const SpecNode& root, std::size_t n, std::size_t dim, Metric metric);

/// Multiply-adds a second of one core of this machine, in vectors' distances; measured once (5 ms).
double multiply_adds_per_second();

} // namespace annscope::spec
