// SPDX-License-Identifier: Apache-2.0
// numpy's npy files, and a folder of them.
#include "data/convert.h"
#include "data/npy_array.h"
#include "data/npy_header.h"
#include "data/reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace annscope::reader {
namespace {

struct ElementFormat {
    Number number = Number::Float;
    std::size_t bytes = 4;
    bool swap = false;
};

/// descr is a byte order (< > = |), a kind and a number of bytes. Booleans are bytes of 0 and 1.
Result<ElementFormat> parse_descr(const std::filesystem::path& path, const std::string& descr) {
    std::string_view text = descr;
    ElementFormat format;
    if (!text.empty() && std::string_view("<>=|").find(text.front()) != std::string_view::npos) {
        format.swap = text.front() == '>';
        text.remove_prefix(1);
    }
    const char kind = text.empty() ? '?' : text.front();
    if (kind == 'O')
        return unsupported(path,
                           "the dtype is object (pickled Python values); an array of numbers was expected.");
    const char* begin = text.data() + (text.empty() ? 0 : 1);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, format.bytes);
    const std::size_t n = format.bytes;
    bool known = error == std::errc() && stop == end;
    if (kind == 'f')
        known = known && (n == 2 || n == 4 || n == 8);
    else if (kind == 'i' || kind == 'u')
        known = known && (n == 1 || n == 2 || n == 4 || n == 8);
    else
        known = known && kind == 'b' && n == 1;
    if (!known)
        return unsupported(path, "the dtype is '" + descr +
                                     "'; f2, f4, f8, u1, u2, u4, u8, i1, i2, i4, i8 or b1 was "
                                     "expected.");
    format.number = kind == 'f' ? Number::Float : kind == 'i' ? Number::Signed : Number::Unsigned;
    return format;
}

using NpyFile = NpyArray;

std::string shape_text(const std::vector<std::uint64_t>& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + (shape.size() == 1 ? ",)" : ")");
}

Result<NpyFile> open_npy(const std::filesystem::path& path) {
    ANNSCOPE_ASSIGN(NpyFile npy, open_npy_array(path));
    if (npy.shape.size() != 2)
        return corrupt(path, "the array has " + std::to_string(npy.shape.size()) + " dimension" +
                                 (npy.shape.size() == 1 ? "" : "s") + " (shape " + shape_text(npy.shape) +
                                 "); 2 were expected, a row for each vector.");
    return npy;
}

/// The array can stay where it is: its type is one of ours, rows are contiguous, elements aligned.
bool can_map(const Source& s) {
    const ElementType type = memory_type(s.number, s.bytes);
    return element_size(type) == s.bytes && (s.number == Number::Float || s.bytes == 1) &&
           (!s.swap || s.bytes == 1) && s.row_step == s.cols * s.bytes && s.col_step == s.bytes &&
           reinterpret_cast<std::uintptr_t>(s.data) % s.bytes == 0;
}

std::string type_text(const Source& source) {
    const char* kind = source.number == Number::Float ? "f" : source.number == Number::Signed ? "i" : "u";
    return std::string(kind) + std::to_string(source.bytes);
}

/// The npy files of a folder by name. Warns where the names hold numbers whose order differs from that.
Result<std::vector<std::filesystem::path>> list_npy(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().extension() == ".npy" || entry->path().extension() == ".NPY")
            files.push_back(entry->path());
    if (error)
        return Error{ErrorCode::Io, path.string() + ": the folder cannot be read: " + error.message() + "."};
    if (files.empty())
        return unsupported(path, "this is a folder without npy files; at least one was expected.");
    std::ranges::sort(files, {}, [](const auto& file) { return file.filename().string(); });
    return files;
}

/// Checks that all parts have the first one's dimension and type, and adds up their rows.
Result<std::uint64_t> count_rows(const std::vector<std::filesystem::path>& paths,
                                 const std::vector<NpyFile>& parts) {
    std::uint64_t rows = 0;
    const Source& first = parts.front().source;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Source& part = parts[i].source;
        const std::string reference = paths.front().filename().string();
        if (part.cols != first.cols)
            return Error{ErrorCode::DimensionMismatch, paths[i].string() + ": the vectors have dimension " +
                                                           std::to_string(part.cols) + ", but " +
                                                           std::to_string(first.cols) + " in " + reference +
                                                           "; the same was expected."};
        if (part.number != first.number || part.bytes != first.bytes)
            return corrupt(paths[i], "the type is " + type_text(part) + ", but " + type_text(first) + " in " +
                                         reference + "; the same was expected.");
        rows += part.rows;
    }
    return rows;
}

void warn_trailing(const std::filesystem::path& path, const NpyFile& npy,
                   std::vector<std::string>& warnings) {
    if (npy.trailing > 0)
        warnings.push_back(path.string() + ": " + std::to_string(npy.trailing) +
                           " bytes after the array are ignored.");
}

/// "part_10" sorts before "part_2": the names' lengths show it.
bool numbers_not_padded(const std::vector<std::filesystem::path>& files) {
    const auto digits = [](const std::filesystem::path& file) {
        return std::ranges::count_if(file.stem().string(), [](char c) { return c >= '0' && c <= '9'; });
    };
    return std::ranges::adjacent_find(
               files, [&](const auto& a, const auto& b) { return digits(a) > digits(b); }) != files.end();
}

} // namespace

Result<NpyArray> open_npy_array(const std::filesystem::path& path) {
    NpyArray npy;
    ANNSCOPE_ASSIGN(npy.file, MappedFile::open(path));
    ANNSCOPE_ASSIGN(const NpyHeader header, parse_npy_header(path, {npy.file->data(), npy.file->size()}));
    ANNSCOPE_ASSIGN(const ElementFormat format, parse_descr(path, header.descr));
    if (header.shape.empty())
        return corrupt(path, "the array has 0 dimensions (shape ()); an entry for each row was expected.");
    if (header.fortran_order && header.shape.size() > 2)
        return unsupported(path, "the array has the shape " + shape_text(header.shape) +
                                     " in Fortran order; C order was expected.");
    const std::uint64_t rows = header.shape[0];
    std::uint64_t cols = 1;
    for (std::size_t i = 1; i < header.shape.size(); ++i) {
        if (header.shape[i] > kMaxRows)
            return corrupt(path, "the shape " + shape_text(header.shape) +
                                     " has a dimension that no vectors have.");
        cols = std::min(cols * header.shape[i], kMaxRows); // beyond kMaxDim already: check_shape refuses it
    }
    ANNSCOPE_TRY(check_shape(path, rows, cols));
    const std::uint64_t bytes = rows * cols * format.bytes, held = npy.file->size() - header.data_offset;
    if (held < bytes)
        return corrupt(path, "the header is larger than the file: shape " + shape_text(header.shape) +
                                 " of '" + header.descr + "' takes " + std::to_string(bytes) +
                                 " bytes, but only " + std::to_string(held) +
                                 " follow. Is the file truncated?");
    npy.shape = header.shape;
    npy.trailing = held - bytes;
    npy.source = {npy.file->data() + header.data_offset,
                  format.number,
                  format.bytes,
                  format.swap,
                  rows,
                  cols,
                  cols * format.bytes,
                  format.bytes};
    if (header.fortran_order) {
        npy.source.row_step = format.bytes;
        npy.source.col_step = rows * format.bytes;
    }
    return npy;
}

Result<FileContents> read_npy(const std::filesystem::path& path, FileRole role, const Control& control) {
    ANNSCOPE_ASSIGN(const NpyFile npy, open_npy(path));
    FileContents contents;
    warn_trailing(path, npy, contents.warnings);
    const Source& source = npy.source;
    if (role == FileRole::Truth) {
        contents.truth.queries = source.rows;
        contents.truth.k = source.cols;
        ANNSCOPE_ASSIGN(contents.truth.ids, load_ids(path, source));
    } else if (can_map(source)) {
        contents.base = VectorSet(npy.file, source.data, memory_type(source.number, source.bytes),
                                  source.rows, source.cols, source.cols, true);
    } else {
        ANNSCOPE_ASSIGN(contents.base, load_vectors(path, source, contents.warnings, control));
    }
    return contents;
}

Result<FileContents> read_npy_folder(const std::filesystem::path& path, FileRole role,
                                     const Control& control) {
    ANNSCOPE_ASSIGN(const auto paths, list_npy(path));
    if (paths.size() == 1)
        return read_npy(paths.front(), role, control);
    if (role == FileRole::Truth)
        return unsupported(path, "this is a folder of npy files; a truth was expected to be one file.");
    FileContents contents;
    std::vector<NpyFile> parts(paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        ANNSCOPE_ASSIGN(parts[i], open_npy(paths[i]));
        warn_trailing(paths[i], parts[i], contents.warnings);
    }
    ANNSCOPE_ASSIGN(const std::uint64_t rows, count_rows(paths, parts));
    if (numbers_not_padded(paths))
        contents.warnings.push_back(
            path.string() + ": the files are joined in the order of their names, in which " +
            "10 comes before 2; pad the numbers with zeros if that is not the order meant.");
    const Source& first = parts.front().source;
    const ElementType type = memory_type(first.number, first.bytes);
    const std::size_t row_bytes = first.cols * element_size(type);
    ANNSCOPE_ASSIGN(const Storage storage, allocate(path, rows, first.cols, element_size(type)));
    control.begin("Reading", rows * row_bytes);
    std::byte* out = storage.data();
    bool rounded = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        ANNSCOPE_ASSIGN(const bool part_rounded, load_rows(paths[i], parts[i].source, out, control));
        rounded = rounded || part_rounded;
        out += parts[i].source.rows * row_bytes;
        parts[i].file.reset();
    }
    if (rounded)
        contents.warnings.push_back(path.string() + ": " + kRoundedWarning);
    contents.base = storage.as_vectors(type, rows, first.cols);
    return contents;
}

} // namespace annscope::reader
