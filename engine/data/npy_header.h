// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/reader.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace annscope::reader {

/// The header of an npy file, versions 1 to 3 (numpy/lib/format.py).
struct NpyHeader {
    std::string descr; ///< "<f4"
    bool fortran_order = false;
    std::vector<std::uint64_t> shape;
    std::uint64_t data_offset = 0;
};

/// Errors: CorruptFile (wrong magic, truncated, not a header), Unsupported (version, structured dtype).
Result<NpyHeader> parse_npy_header(const std::filesystem::path& path, std::span<const std::byte> file);

} // namespace annscope::reader
