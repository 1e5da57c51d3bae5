// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/code_lists.h"
#include "index/list_codec.h"
#include "index/serialize.h"

#include <memory>
#include <string_view>

namespace annscope {

// The index of all kinds of codes: a list codec over everything, e.g. PQ16, or over the cells of a coarse
// quantiser, e.g. IVF1024,PQ16. A kind gives its MakeCodec to these functions.

/// Is root a code of one of the names, alone or in an inverted file?
bool is_flat_code(const SpecNode& root, std::span<const std::string_view> names) noexcept;
bool is_cells_code(const SpecNode& root, std::span<const std::string_view> names) noexcept;
/// The node of the code itself: root, or the first child of an inverted file.
const SpecNode& code_of(const SpecNode& root) noexcept;

Result<std::unique_ptr<Index>> create_codes(const SpecNode& root, const BuildContext& context,
                                            MakeCodec make_codec);
Result<std::unique_ptr<Index>> load_codes(ArchiveReader& reader, MakeCodec make_codec);
std::vector<MemoryPart> codes_size(const SpecNode& root, const SizeQuestion& question, MakeCodec make_codec);

/// Made from parts that are trained already, e.g. read from another library's file; null coarse: flat.
std::unique_ptr<Index> codes_index(const SpecNode& root, const BuildContext& context,
                                   std::unique_ptr<CoarseQuantizer> coarse, std::unique_ptr<ListCodec> codec);
/// A flat coarse quantiser with given centroids: nlist x dim, dense.
std::unique_ptr<CoarseQuantizer> flat_coarse(const SpecNode& root, const BuildContext& context,
                                             AlignedBuffer<float> centroids);

} // namespace annscope
