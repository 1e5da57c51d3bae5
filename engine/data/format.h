// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <filesystem>
#include <optional>
#include <string>

namespace annscope {

/// What one file holds, before base, queries and truth are put together. Any part may be empty.
struct FileContents {
    VectorSet base, queries;
    GroundTruth truth; ///< distances as the file gives them, or empty; never converted here
    std::optional<Metric> metric;
    std::vector<std::string> warnings;
};

enum class FileFormat : std::uint8_t {
    Fvecs,
    Bvecs,
    Ivecs,
    Fbin,
    U8bin,
    I8bin,
    DiskannBin,
    TruthBin,
    Npy,
    NpyFolder,
    Hdf5,
    Text
};

std::string_view name(FileFormat format) noexcept;

/// By magic bytes, then extension, then the size equation of .bin files. Errors: Io, Unsupported; the message
/// names the path and lists what is read.
Result<FileFormat> detect_format(const std::filesystem::path& path);

/// How the file is going to be used: decides how a .bin of 4-byte values or an ivecs is understood.
enum class FileRole : std::uint8_t { Vectors, Truth };

/// Reads (maps where possible) one file. Every header is checked against the file's size before anything is
/// allocated; NaN and infinity are errors that name row and column (checked while converting; for mapped
/// files by check_finite). Errors: Io, CorruptFile, Unsupported, OutOfMemory, Cancelled. Each message names
/// the file, what is wrong and what was expected.
Result<FileContents> read_file(const std::filesystem::path& path, FileRole role, const Control& control);

/// One pass over a set for NaN and infinity, in parallel. name is used in the message. Phase: "Checking".
Status check_finite(const VectorSet& vectors, const std::string& name, const Control& control);

/// Writers. They write to a temporary file beside the target and rename, so a cancelled or failed job leaves
/// nothing.
Status write_fvecs(const std::filesystem::path& path, const VectorSet& vectors, const Control& control);
Status write_npy(const std::filesystem::path& path, const VectorSet& vectors, const Control& control);
Status write_npy_ids(const std::filesystem::path& path, std::span<const Id> ids, std::size_t rows,
                     std::size_t cols);
/// ann-benchmarks layout: train, test, neighbors, distances (true L2 or 1 - cosine, as there; ip: minus the
/// product), attributes.
Status write_hdf5(const std::filesystem::path& path, const Dataset& dataset, const Control& control);

} // namespace annscope
