// SPDX-License-Identifier: Apache-2.0
// fvecs, bvecs, ivecs of corpus-texmex.irisa.fr: every vector is an i32 dimension and then its values.
#include "data/convert.h"
#include "data/mapped_file.h"
#include "data/reader.h"

#include <algorithm>
#include <cstring>

namespace annscope::reader {
namespace {

constexpr std::uint64_t kHeader = 4; ///< bytes before each vector

/// Files up to this size have the dimension of every row checked when they are opened. Beyond it a sample is
/// checked, as touching every page of a large file would take seconds; check_finite then checks the rest.
constexpr std::uint64_t kCheckAllBytes = 64u << 20;
constexpr std::uint64_t kSampledRows = 256;

std::int32_t dimension_at(const MappedFile& file, std::uint64_t offset) {
    std::int32_t d = 0;
    std::memcpy(&d, file.data() + offset, sizeof d);
    return d;
}

struct Layout {
    std::uint64_t rows = 0, dim = 0, row_bytes = 0;
};

Error mixed_dimension(const std::filesystem::path& path, std::uint64_t row, std::int64_t found,
                      std::uint64_t expected) {
    return corrupt(path, "vector " + std::to_string(row) + " (counted from 0) has dimension " +
                             std::to_string(found) + ", but vector 0 has " + std::to_string(expected) +
                             "; one dimension for all was expected.");
}

/// Where the size does not fit the first dimension: did the dimension change on the way, or does the file end
/// early? The rows are walked by their own dimensions until one is out of line.
Error explain_size(const std::filesystem::path& path, const MappedFile& file, const Layout& layout) {
    for (std::uint64_t row = 0; (row + 1) * layout.row_bytes <= file.size(); ++row) {
        const std::int32_t d = dimension_at(file, row * layout.row_bytes);
        if (d != static_cast<std::int32_t>(layout.dim))
            return mixed_dimension(path, row, d, layout.dim);
    }
    const std::uint64_t whole = file.size() / layout.row_bytes, rest = file.size() % layout.row_bytes;
    if (rest >= kHeader)
        if (const auto d = dimension_at(file, whole * layout.row_bytes);
            d != static_cast<std::int32_t>(layout.dim))
            return mixed_dimension(path, whole, d, layout.dim);
    return corrupt(path, "the file is truncated: after " + std::to_string(whole) + " vectors of dimension " +
                             std::to_string(layout.dim) + " follow " + std::to_string(rest) +
                             " bytes, but a vector has " + std::to_string(layout.row_bytes) + ".");
}

Result<Layout> read_layout(const std::filesystem::path& path, const MappedFile& file,
                           std::size_t element_bytes, const Control& control) {
    if (file.size() < kHeader)
        return corrupt(path, "the file is truncated: it has " + std::to_string(file.size()) +
                                 " bytes; a dimension of 4 bytes and a vector were expected.");
    const std::int32_t d = dimension_at(file, 0);
    if (d <= 0 || static_cast<std::uint64_t>(d) > kMaxDim)
        return corrupt(path, "the first vector has dimension " + std::to_string(d) + "; 1 to " +
                                 std::to_string(kMaxDim) + " was expected.");
    Layout layout{0, static_cast<std::uint64_t>(d), kHeader + static_cast<std::uint64_t>(d) * element_bytes};
    if (layout.row_bytes > file.size())
        return corrupt(path, "the header is larger than the file: the first vector has dimension " +
                                 std::to_string(d) + ", which takes " + std::to_string(layout.row_bytes) +
                                 " bytes, but the file has " + std::to_string(file.size()) + ".");
    if (file.size() % layout.row_bytes != 0)
        return explain_size(path, file, layout);
    layout.rows = file.size() / layout.row_bytes;
    ANNSCOPE_TRY(check_shape(path, layout.rows, layout.dim));
    const std::uint64_t checked =
        file.size() <= kCheckAllBytes ? layout.rows : std::min(layout.rows, kSampledRows);
    for (std::uint64_t i = 0; i < checked; ++i) {
        if (i % 65536 == 0 && control.cancel_requested())
            return cancelled();
        const std::uint64_t row = checked == 1 ? 0 : i * (layout.rows - 1) / (checked - 1);
        if (const std::int32_t found = dimension_at(file, row * layout.row_bytes); found != d)
            return mixed_dimension(path, row, found, layout.dim);
    }
    return layout;
}

Source integers(const MappedFile& file, const Layout& layout) {
    return {file.data() + kHeader, Number::Signed, 4, false, layout.rows, layout.dim, layout.row_bytes, 4};
}

} // namespace

Result<FileContents> read_texmex(const std::filesystem::path& path, FileFormat format, FileRole role,
                                 const Control& control) {
    const std::size_t element_bytes = format == FileFormat::Bvecs ? 1 : 4;
    ANNSCOPE_ASSIGN(const auto file, MappedFile::open(path));
    ANNSCOPE_ASSIGN(const Layout layout, read_layout(path, *file, element_bytes, control));
    FileContents contents;
    if (role == FileRole::Truth) {
        if (format != FileFormat::Ivecs)
            return unsupported(path, "this is a file of vectors; a truth was expected, whose neighbours are "
                                     "integers as in an ivecs file.");
        contents.truth.queries = layout.rows;
        contents.truth.k = layout.dim;
        ANNSCOPE_ASSIGN(contents.truth.ids, load_ids(path, integers(*file, layout)));
    } else if (format == FileFormat::Ivecs) {
        ANNSCOPE_ASSIGN(contents.base,
                        load_vectors(path, integers(*file, layout), contents.warnings, control));
    } else {
        const auto type = format == FileFormat::Bvecs ? ElementType::U8 : ElementType::F32;
        contents.base = VectorSet(file, file->data() + kHeader, type, layout.rows, layout.dim,
                                  layout.row_bytes / element_bytes, true);
    }
    return contents;
}

} // namespace annscope::reader
