// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace annscope {

/// A whole regular file, mapped read-only; shared by the vectors that point into it. The file must not be
/// shortened while it is mapped (replacing it by rename is safe).
class MappedFile {
public:
    /// Errors: Io (missing, a directory, not a regular file, no permission), CorruptFile (empty); each names
    /// the path.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    const std::byte* data() const noexcept { return m_data; }
    std::uint64_t size() const noexcept { return m_size; }

private:
    MappedFile(const std::byte* data, std::uint64_t size) noexcept : m_data(data), m_size(size) {}

    const std::byte* m_data;
    std::uint64_t m_size;
};

/// The checks of MappedFile::open alone: a non-empty regular file that may be read.
Status check_readable_file(const std::filesystem::path& path);

} // namespace annscope
