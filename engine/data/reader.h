// SPDX-License-Identifier: Apache-2.0
// What the readers of the single formats share. Use data/format.h to read a file.
#pragma once

#include "core/error.h"
#include "data/format.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace annscope::reader {

inline constexpr std::uint64_t kMaxDim = 1u << 20;          ///< as Faiss's reader
inline constexpr std::uint64_t kMaxRows = 0xffff'fffeu;     ///< row numbers are 32 bits in the indexes
inline constexpr std::size_t kBlockBytes = 4 * 1024 * 1024; ///< between two checks for cancel

/// Errors whose message is "PATH: what".
Error corrupt(const std::filesystem::path& path, std::string_view what);
Error unsupported(const std::filesystem::path& path, std::string_view what);
/// "PATH: what: REASON", reason from errno.
Error io_error(const std::filesystem::path& path, std::string_view what, int error_number);

/// n = 0, d = 0 and sizes beyond what the program handles.
Status check_shape(const std::filesystem::path& path, std::uint64_t rows, std::uint64_t dim);

/// rows x dim elements, not initialised, 64-byte aligned; large ones ask for huge pages, which saves page
/// faults while reading and TLB misses in a search. Errors: OutOfMemory.
struct Storage {
    std::shared_ptr<std::byte> owner;

    std::byte* data() const noexcept { return owner.get(); }
    VectorSet as_vectors(ElementType type, std::size_t rows, std::size_t dim) const {
        return {owner, owner.get(), type, rows, dim, dim};
    }
};
Result<Storage> allocate(const std::filesystem::path& path, std::uint64_t rows, std::uint64_t dim,
                         std::size_t element_bytes);

/// "file.hdf5:/group/name" -> file and object; object is empty for a plain path.
struct ObjectPath {
    std::filesystem::path file;
    std::string object;
};
ObjectPath split_object_path(const std::filesystem::path& path);

/// One reader a format. See read_file for what they check.
Result<FileContents> read_texmex(const std::filesystem::path& path, FileFormat format, FileRole role,
                                 const Control& control);
Result<FileContents> read_bin(const std::filesystem::path& path, FileFormat format, FileRole role,
                              const Control& control);
Result<FileContents> read_npy(const std::filesystem::path& path, FileRole role, const Control& control);
Result<FileContents> read_npy_folder(const std::filesystem::path& path, FileRole role,
                                     const Control& control);
Result<FileContents> read_hdf5(const std::filesystem::path& path, FileRole role, const Control& control);
Result<FileContents> read_text(const std::filesystem::path& path, FileRole role, const Control& control);

} // namespace annscope::reader
