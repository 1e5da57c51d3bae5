// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace annscope {

/// What each row is, for colours: a class of a few, each with a name.
struct Labels {
    std::vector<std::string> names;     ///< of the classes: numbers ascending, or texts in alphabetical order
    std::vector<std::uint32_t> base;    ///< class of each row
    std::vector<std::uint32_t> queries; ///< class of each query, or empty
    std::vector<std::size_t> counts;    ///< rows of each class
    std::string description;            ///< "10 labels of /data/labels.idx1"
    std::vector<std::string> warnings;
};

inline constexpr std::size_t kMostClasses = 65536;

/// path: an idx1 file (.gz, too), integers in an .npy or "file.hdf5:/name" of one dimension, or a text with a
/// label a line, numbers or names. In the order of the rows, as for items (see ItemOrder). Errors: Io,
/// CorruptFile, Unsupported, DimensionMismatch, InvalidArgument (more than kMostClasses classes), Cancelled.
Result<Labels> open_labels(const std::filesystem::path& path, const Dataset& dataset, const Control& control);

} // namespace annscope
