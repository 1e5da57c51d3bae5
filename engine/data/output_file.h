// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.h"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace annscope {

/// A new file under a temporary name beside the target, so that a failed or cancelled job leaves the target
/// as it was: commit() renames it there, the destructor removes what was not committed.
class TemporaryFile {
public:
    /// Errors: Io; the message names the target.
    static Result<TemporaryFile> create(const std::filesystem::path& target);

    TemporaryFile(TemporaryFile&& other) noexcept;
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile();

    const std::filesystem::path& path() const noexcept { return m_path; }
    int descriptor() const noexcept { return m_descriptor; }
    /// Errors: Io.
    Status commit();

private:
    TemporaryFile() = default;
    void close() noexcept;

    std::filesystem::path m_target, m_path;
    int m_descriptor = -1;
};

/// Buffered, sequential writing to a TemporaryFile.
class OutputFile {
public:
    static Result<OutputFile> create(const std::filesystem::path& target);

    /// Errors: Io, e.g. a full disk.
    Status write(const void* data, std::size_t bytes);
    /// Flushes and puts the file in place.
    Status commit();

private:
    explicit OutputFile(TemporaryFile file, std::filesystem::path target)
        : m_file(std::move(file)), m_target(std::move(target)) {}
    Status write_through(const std::byte* data, std::size_t bytes);

    TemporaryFile m_file;
    std::filesystem::path m_target;
    std::vector<std::byte> m_buffer;
};

} // namespace annscope
