// SPDX-License-Identifier: Apache-2.0
// The kinds of files that items come from. Use data/items.h to open one.
#pragma once

#include "data/items.h"

namespace annscope::item_files {

using EntriesPtr = std::shared_ptr<const ItemSource::Entries>;

Result<EntriesPtr> open_folder(const std::filesystem::path& path, const Control& control);
Result<EntriesPtr> open_list(const std::filesystem::path& path, const Control& control);
Result<EntriesPtr> open_idx(const std::filesystem::path& path, const Control& control);
Result<EntriesPtr> open_npy(const std::filesystem::path& path, const Control& control);
Result<EntriesPtr> open_hdf5(const std::filesystem::path& path, const Control& control);

/// Rows that are pictures.
EntriesPtr pixel_rows(VectorSet rows, const PixelShape& shape, const PixelRange& range,
                      std::string description);

/// A file's contents, inflated where it is gzip. most: an error beyond so many bytes.
Result<std::vector<std::uint8_t>> read_inflated(const std::filesystem::path& path, std::uint64_t most,
                                                const Control& control);

/// The header of an idx file (LeCun): magic 0, 0, type, dimensions; then big-endian extents.
struct IdxHeader {
    std::uint8_t type = 0; ///< 8: unsigned byte, 9: signed byte, 11: int16, 12: int32, 13: float, 14: double
    std::vector<std::uint64_t> shape;
    std::size_t data_offset = 0;
};
/// Checks that the values that it declares are there. Errors: CorruptFile.
Result<IdxHeader> parse_idx(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
/// By its first bytes, of a gzip file by those inside.
bool is_idx(const std::filesystem::path& path);

} // namespace annscope::item_files
