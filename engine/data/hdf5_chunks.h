// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/hdf5_file.h"

namespace annscope::hdf5 {

/// A table of two dimensions in chunks, compressed by deflate with or without shuffle, little endian.
bool can_inflate_chunks(const TableInfo& info);

/// All rows, dense, as they are in the file (no conversion of type), decompressed by all threads; HDF5 itself
/// decompresses on one. False: the table has chunks that were never written or not filtered, and out is to
/// be filled by Table::read. Progress in bytes. Errors: CorruptFile, Cancelled.
Result<bool> inflate_chunks(const std::string& file, const Table& table, std::byte* out,
                            const Control& control);

} // namespace annscope::hdf5
