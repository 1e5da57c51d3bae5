// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/convert.h"
#include "data/mapped_file.h"

#include <memory>
#include <vector>

namespace annscope::reader {

/// An array of an npy file where it lies: a row for each index of the first dimension, the others together
/// its columns.
struct NpyArray {
    std::shared_ptr<const MappedFile> file;
    Source source;
    std::vector<std::uint64_t> shape;
    std::uint64_t trailing = 0; ///< bytes after the array
};

/// Any number of dimensions from 1; of more than 2 only in C order. Errors: Io, CorruptFile, Unsupported.
Result<NpyArray> open_npy_array(const std::filesystem::path& path);

} // namespace annscope::reader
