// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checksum.h"
#include "core/control.h"
#include "index/serialize.h"

#include <map>

namespace annscope {

inline constexpr std::string_view kHeaderTag = "header", kEndTag = "end";

/// A mapped archive: its table of sections is checked when it is opened, a section's bytes when it is asked
/// for.
class ArchiveFile {
public:
    /// Errors: Io, CorruptFile, Unsupported (a newer version).
    static Result<ArchiveFile> open(const std::filesystem::path& path, const Control& control);

    std::uint64_t bytes() const noexcept { return m_bytes.size(); }
    /// Verifies the checksum. The bytes live as long as this object. Errors: CorruptFile, Cancelled.
    Result<std::span<const std::byte>> section(std::string_view tag) const;

private:
    struct Section {
        std::uint64_t checksum = 0;
        std::span<const std::byte> bytes;
    };
    ArchiveFile(std::shared_ptr<const void> owner, std::span<const std::byte> bytes, const Control& control)
        : m_owner(std::move(owner)), m_bytes(bytes), m_control(control) {}
    Status read_table();

    std::shared_ptr<const void> m_owner;
    std::span<const std::byte> m_bytes;
    Control m_control;
    std::map<std::string, Section, std::less<>> m_sections;
};

/// Writes beside the target; finish() puts the file in its place, anything else leaves nothing behind.
class ArchiveFileWriter final : public ArchiveWriter {
public:
    static Result<std::unique_ptr<ArchiveFileWriter>> create(const std::filesystem::path& path,
                                                             const Control& control);
    ~ArchiveFileWriter() override;
    ArchiveFileWriter(const ArchiveFileWriter&) = delete;
    ArchiveFileWriter& operator=(const ArchiveFileWriter&) = delete;

    Status begin(std::string_view tag, std::uint64_t bytes) override;
    Status append(const void* data, std::size_t bytes) override;
    Status finish();

private:
    ArchiveFileWriter(std::filesystem::path target, std::filesystem::path temporary, int file,
                      const Control& control)
        : m_target(std::move(target)), m_temporary(std::move(temporary)), m_file(file), m_control(control) {}
    Status write(const void* data, std::size_t bytes);
    Status close_section();
    Error io_error(std::string_view doing) const;

    const std::filesystem::path m_target, m_temporary;
    int m_file = -1;
    const Control m_control;
    Checksum m_checksum;
    std::uint64_t m_checksum_at = 0; ///< offset of the checksum of the open section
    std::uint64_t m_offset = 0, m_missing = 0;
};

} // namespace annscope
