// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/serialize.h"

#include <memory>
#include <string_view>

namespace annscope {

// An index inside another one, such as what a refinement wraps.

/// Errors: Unsupported (no such kind is built yet), and what the kind finds wrong; columns are the node's.
Result<std::unique_ptr<Index>> create_inner(const SpecNode& node, const BuildContext& context);

/// Bytes by part of an index inside another; empty where its kind is not built.
std::vector<MemoryPart> inner_size(const SpecNode& node, const SizeQuestion& question);
double inner_build_work(const SpecNode& node, const SizeQuestion& question);

/// Writes the sections of inner with prefix and "/" before their tags.
Status save_inner(ArchiveWriter& writer, std::string_view prefix, const Index& inner);
/// Reads what save_inner wrote. context: what inner was made for; its dim may differ from the outer's.
/// Errors: CorruptFile, Unsupported, OutOfMemory.
Result<std::unique_ptr<Index>> load_inner(ArchiveReader& reader, std::string_view prefix,
                                          const SpecNode& node, const BuildContext& context);

} // namespace annscope
