// SPDX-License-Identifier: Apache-2.0
#include "data/format.h"

#include "data/mapped_file.h"
#include "data/reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace annscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHdf5Magic = "\x89HDF\r\n\x1a\n";
constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr const char* kReadHere = "read are fvecs, bvecs, ivecs, fbin, u8bin, i8bin, ibin, DiskANN's bin, "
                                  "npy and a folder of npy files, hdf5, "
                                  "csv, tsv and txt.";

struct Extension {
    std::string_view text;
    FileFormat format;
};
constexpr Extension kExtensions[] = {
    {".fvecs", FileFormat::Fvecs},    {".bvecs", FileFormat::Bvecs},   {".ivecs", FileFormat::Ivecs},
    {".fbin", FileFormat::Fbin},      {".u8bin", FileFormat::U8bin},   {".i8bin", FileFormat::I8bin},
    {".bin", FileFormat::DiskannBin}, {".ibin", FileFormat::TruthBin}, {".npy", FileFormat::Npy},
    {".hdf5", FileFormat::Hdf5},      {".h5", FileFormat::Hdf5},       {".hdf", FileFormat::Hdf5},
    {".csv", FileFormat::Text},       {".tsv", FileFormat::Text},      {".txt", FileFormat::Text},
};

/// What other programs' files begin with, so that the error can name them.
struct ForeignMagic {
    std::string_view magic, advice;
};
constexpr ForeignMagic kForeign[] = {
    {"\x1f\x8b", "the file is compressed by gzip; decompress it first."},
    {"BZh", "the file is compressed by bzip2; decompress it first."},
    {"\x28\xb5\x2f\xfd", "the file is compressed by zstd; decompress it first."},
    {"\xfd"
     "7zXZ",
     "the file is compressed by xz; decompress it first."},
    {"PK\x03\x04", "the file is a zip archive (an npz?); extract the npy file first."},
    {"PAR1", "the file is in the Parquet format; convert it to npy or hdf5 first."},
    {"ARROW1", "the file is in the Arrow format; convert it to npy or hdf5 first."},
};

std::string lower_extension(const fs::path& path) {
    std::string text = path.extension().string();
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string_view head_at(const MappedFile& file, std::uint64_t offset, std::size_t n) {
    if (offset + n > file.size())
        return {};
    return {reinterpret_cast<const char*>(file.data()) + offset, n};
}

/// HDF5 allows a block of the user's before its own signature, of 512 bytes or a power of two more.
bool has_hdf5_magic(const MappedFile& file) {
    if (head_at(file, 0, kHdf5Magic.size()) == kHdf5Magic)
        return true;
    for (std::uint64_t at = 512; at < file.size() && at <= (1u << 20); at *= 2)
        if (head_at(file, at, kHdf5Magic.size()) == kHdf5Magic)
            return true;
    return false;
}

Result<FileFormat> detect_folder(const fs::path& path) {
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
        if (lower_extension(entry->path()) == ".npy")
            return FileFormat::NpyFolder;
    if (error)
        return Error{ErrorCode::Io, path.string() + ": the folder cannot be read: " + error.message() + "."};
    return reader::unsupported(path,
                               "this is a folder without npy files; a file of vectors or a folder of npy "
                               "files was expected.");
}

/// A .bin by its size: 8 + n * k * 8 fits only a truth (ids and distances).
FileFormat bin_kind(const MappedFile& file) {
    std::uint32_t header[2] = {0, 0};
    if (file.size() < sizeof header)
        return FileFormat::DiskannBin;
    std::memcpy(header, file.data(), sizeof header);
    const std::uint64_t values = std::uint64_t(header[0]) * header[1], body = file.size() - sizeof header;
    return values > 0 && body % 8 == 0 && body / 8 == values ? FileFormat::TruthBin : FileFormat::DiskannBin;
}

Result<FileContents> dispatch(const fs::path& path, FileFormat format, FileRole role,
                              const Control& control) {
    switch (format) {
    case FileFormat::Fvecs:
    case FileFormat::Bvecs:
    case FileFormat::Ivecs:
        return reader::read_texmex(path, format, role, control);
    case FileFormat::Fbin:
    case FileFormat::U8bin:
    case FileFormat::I8bin:
    case FileFormat::DiskannBin:
    case FileFormat::TruthBin:
        return reader::read_bin(path, format, role, control);
    case FileFormat::Npy:
        return reader::read_npy(path, role, control);
    case FileFormat::NpyFolder:
        return reader::read_npy_folder(path, role, control);
    case FileFormat::Hdf5:
        return reader::read_hdf5(path, role, control);
    case FileFormat::Text:
        break;
    }
    return reader::read_text(path, role, control);
}

} // namespace

std::string_view name(FileFormat format) noexcept {
    switch (format) {
    case FileFormat::Fvecs:
        return "fvecs";
    case FileFormat::Bvecs:
        return "bvecs";
    case FileFormat::Ivecs:
        return "ivecs";
    case FileFormat::Fbin:
        return "fbin";
    case FileFormat::U8bin:
        return "u8bin";
    case FileFormat::I8bin:
        return "i8bin";
    case FileFormat::DiskannBin:
        return "DiskANN bin";
    case FileFormat::TruthBin:
        return "truth bin";
    case FileFormat::Npy:
        return "npy";
    case FileFormat::NpyFolder:
        return "folder of npy files";
    case FileFormat::Hdf5:
        return "HDF5";
    case FileFormat::Text:
        return "text";
    }
    return "?";
}

Result<FileFormat> detect_format(const fs::path& path) {
    const fs::path plain = reader::split_object_path(path).file;
    std::error_code ignored;
    if (fs::is_directory(plain, ignored))
        return detect_folder(plain);
    ANNSCOPE_ASSIGN(const auto file, MappedFile::open(plain));
    if (has_hdf5_magic(*file))
        return FileFormat::Hdf5;
    if (plain != path)
        return reader::corrupt(
            plain, "the file does not have HDF5's signature; only HDF5 files hold named data sets.");
    if (head_at(*file, 0, kNpyMagic.size()) == kNpyMagic)
        return FileFormat::Npy;
    const std::string extension = lower_extension(path);
    for (const auto& [text, format] : kExtensions) {
        if (text != extension)
            continue;
        if (format == FileFormat::Hdf5)
            return reader::corrupt(
                path, "the file does not begin with HDF5's signature (\\x89HDF), as its name says "
                      "it should.");
        if (format == FileFormat::Npy)
            return reader::corrupt(path,
                                   "the file does not begin with numpy's signature (\\x93NUMPY), as its name "
                                   "says it should.");
        return format == FileFormat::DiskannBin ? bin_kind(*file) : format;
    }
    for (const auto& [magic, advice] : kForeign)
        if (head_at(*file, 0, magic.size()) == magic)
            return reader::unsupported(path, advice);
    return reader::unsupported(path, std::string("the format is not known; ") + kReadHere);
}

Result<FileContents> read_file(const fs::path& path, FileRole role, const Control& control) {
    try {
        ANNSCOPE_ASSIGN(const FileFormat format, detect_format(path));
        return dispatch(path, format, role, control);
    } catch (...) {
        Error error = current_exception_error();
        error.message = path.string() + ": " + error.message;
        return error;
    }
}

} // namespace annscope
