// SPDX-License-Identifier: Apache-2.0
#include "data/reader.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace annscope::reader {

Error corrupt(const std::filesystem::path& path, std::string_view what) {
    return {ErrorCode::CorruptFile, path.string() + ": " + std::string(what)};
}

Error unsupported(const std::filesystem::path& path, std::string_view what) {
    return {ErrorCode::Unsupported, path.string() + ": " + std::string(what)};
}

Error io_error(const std::filesystem::path& path, std::string_view what, int error_number) {
    return {ErrorCode::Io,
            path.string() + ": " + std::string(what) + ": " + std::strerror(error_number) + "."};
}

Status check_shape(const std::filesystem::path& path, std::uint64_t rows, std::uint64_t dim) {
    if (dim == 0)
        return corrupt(path, "the vectors have dimension 0; at least 1 was expected.");
    if (rows == 0)
        return corrupt(path, "the file holds no vectors (n = 0); at least one was expected.");
    if (dim > kMaxDim)
        return corrupt(path, "the vectors have dimension " + std::to_string(dim) + "; at most " +
                                 std::to_string(kMaxDim) + " was expected.");
    if (rows > kMaxRows)
        return unsupported(path, "the file holds " + std::to_string(rows) + " vectors; at most " +
                                     std::to_string(kMaxRows) + " can be searched.");
    return {};
}

Result<Storage> allocate(const std::filesystem::path& path, std::uint64_t rows, std::uint64_t dim,
                         std::size_t element_bytes) {
    ANNSCOPE_TRY(check_shape(path, rows, dim));
    const std::uint64_t bytes = rows * dim * element_bytes; // < 2^32 * 2^20 * 2^3
    ANNSCOPE_TRY(check_memory(bytes, path.string() + ": reading " + std::to_string(rows) + " x " +
                                         std::to_string(dim) + " vectors"));
    constexpr std::size_t kHugePage = 2 * 1024 * 1024;
    const bool huge = bytes >= 2 * kHugePage;
    const std::size_t alignment = huge ? kHugePage : 64;
    const std::size_t rounded = (static_cast<std::size_t>(bytes) + alignment - 1) / alignment * alignment;
    auto* data = static_cast<std::byte*>(std::aligned_alloc(alignment, rounded));
    if (!data)
        return Error{ErrorCode::OutOfMemory,
                     path.string() + ": there is not enough memory for " + format_bytes(bytes) + "."};
    if (huge)
        ::madvise(data, rounded, MADV_HUGEPAGE); // advice: failing changes nothing
    return Storage{std::shared_ptr<std::byte>(data, [](std::byte* p) { std::free(p); })};
}

ObjectPath split_object_path(const std::filesystem::path& path) {
    std::error_code ignored;
    const std::string text = path.string();
    if (!std::filesystem::exists(path, ignored))
        for (auto at = text.find(":/"); at != std::string::npos; at = text.find(":/", at + 1))
            if (std::filesystem::is_regular_file(text.substr(0, at), ignored))
                return {text.substr(0, at), text.substr(at + 1)};
    return {path, {}};
}

} // namespace annscope::reader
