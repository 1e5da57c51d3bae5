// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/coarse_quantizer.h"

namespace annscope {

// Grouping and pruning inside cells, for any coarse quantiser that keeps its centroids one by one.

/// Groups a cell that the build asks for.
std::size_t groups_of(const ParamSet& build) noexcept;
/// The same without groups: what the quantiser itself is made with.
ParamSet without_groups(ParamSet build);
BuildContext without_groups(const BuildContext& context);

/// Errors: InvalidArgument (not that many other centroids, or lists), Unsupported (centroids of parts).
Status check_groups(const SpecNode& root, const BuildContext& context);
/// inner: made for the same cells, with centroids() once it is trained.
std::unique_ptr<CoarseQuantizer> grouped(std::unique_ptr<CoarseQuantizer> inner, const BuildContext& context);
/// Reads what its save wrote behind inner. Errors: CorruptFile.
Result<std::unique_ptr<CoarseQuantizer>>
load_grouped(ArchiveReader& reader, std::unique_ptr<CoarseQuantizer> inner, const BuildContext& context);

/// What groups add to the size of a coarse quantiser, offsets of lists apart, and to its work.
std::vector<MemoryPart> groups_size(std::uint64_t nlist, std::size_t groups);
double groups_work(std::uint64_t nlist, std::size_t groups, const SizeQuestion& question);

} // namespace annscope
