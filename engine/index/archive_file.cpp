// SPDX-License-Identifier: Apache-2.0
#include "index/archive_file.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace annscope {
namespace {

static_assert(std::endian::native == std::endian::little, "archives are written as the memory is");

constexpr std::string_view kMagic = "ANNSCOPE";
constexpr std::size_t kMaxTag = 64;
constexpr std::size_t kChunk = std::size_t{4} << 20; // bytes between two looks at the stop token

Error system_error(std::string_view doing, const std::filesystem::path& path) {
    const int code = errno;
    return {ErrorCode::Io, "Cannot " + std::string(doing) + " " + path.string() + ": " +
                               std::generic_category().message(code) + "."};
}

Error corrupt(std::string what) {
    return {ErrorCode::CorruptFile, std::move(what)};
}

void start_checksum(Checksum& sum, std::string_view tag, std::uint64_t bytes) noexcept {
    sum.update(tag.data(), tag.size());
    sum.update(&bytes, sizeof bytes);
}

/// Reads numbers and names off the front of the bytes; ok() is false once something did not fit.
class Cursor {
public:
    explicit Cursor(std::span<const std::byte> bytes) : m_rest(bytes) {}
    bool ok() const noexcept { return m_ok; }
    std::size_t left() const noexcept { return m_rest.size(); }

    std::span<const std::byte> take(std::uint64_t count) noexcept {
        if (count > m_rest.size()) {
            m_ok = false;
            count = 0;
        }
        const auto taken = m_rest.first(static_cast<std::size_t>(count));
        m_rest = m_rest.subspan(static_cast<std::size_t>(count));
        return taken;
    }
    template<class T>
    T number() noexcept {
        T value{};
        if (const auto bytes = take(sizeof value); bytes.size() == sizeof value)
            std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::string text(std::uint64_t length) {
        const auto bytes = take(length);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

private:
    std::span<const std::byte> m_rest;
    bool m_ok = true;
};

} // namespace

Result<ArchiveFile> ArchiveFile::open(const std::filesystem::path& path, const Control& control) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return system_error("open", path);
    struct stat status {};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(file);
        return Error{ErrorCode::Io, "It is not a file; expected an index saved by Annscope."};
    }
    const auto length = static_cast<std::size_t>(status.st_size);
    if (length == 0) {
        ::close(file);
        return corrupt("The file is empty; expected an index saved by Annscope.");
    }
    void* mapped = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file, 0);
    ::close(file);
    if (mapped == MAP_FAILED)
        return system_error("map", path);
    std::shared_ptr<const void> owner(mapped, [length](void* p) { ::munmap(p, length); });
    ArchiveFile archive(std::move(owner), {static_cast<const std::byte*>(mapped), length}, control);
    ANNSCOPE_TRY(archive.read_table());
    return archive;
}

Status ArchiveFile::read_table() {
    Cursor cursor(m_bytes);
    if (cursor.text(kMagic.size()) != kMagic)
        return corrupt("The file does not begin with \"ANNSCOPE\"; it is not an index saved by Annscope.");
    const auto version = cursor.number<std::uint32_t>();
    if (!cursor.ok() || version == 0)
        return corrupt("The archive is cut off in its first bytes, or its version is 0.");
    if (version > kArchiveVersion)
        return Error{ErrorCode::Unsupported, "The archive has format version " + std::to_string(version) +
                                                 "; this program reads versions up to " +
                                                 std::to_string(kArchiveVersion) + "."};
    while (cursor.left() > 0) {
        const auto tag_length = cursor.number<std::uint32_t>();
        if (tag_length == 0 || tag_length > kMaxTag)
            return corrupt("The archive's table of sections is damaged.");
        const std::string tag = cursor.text(tag_length);
        const auto bytes = cursor.number<std::uint64_t>();
        const auto checksum = cursor.number<std::uint64_t>();
        const Section section{checksum, cursor.take(bytes)};
        if (!cursor.ok())
            return corrupt("The archive is cut off in section \"" + tag + "\".");
        if (!m_sections.emplace(tag, section).second)
            return corrupt("Section \"" + tag + "\" is there twice.");
        if (tag == kEndTag && cursor.left() > 0)
            return corrupt("The archive goes on behind its end.");
    }
    if (const auto end = section(kEndTag); !end)
        return corrupt("The archive is cut off: its end is missing.");
    return {};
}

Result<std::span<const std::byte>> ArchiveFile::section(std::string_view tag) const {
    const auto found = m_sections.find(tag);
    if (found == m_sections.end())
        return corrupt("Section \"" + std::string(tag) + "\" is missing.");
    const Section& section = found->second;
    Checksum sum;
    start_checksum(sum, tag, section.bytes.size());
    for (std::size_t at = 0; at < section.bytes.size(); at += kChunk) {
        if (m_control.cancel_requested())
            return cancelled();
        const std::size_t count = std::min(kChunk, section.bytes.size() - at);
        sum.update(section.bytes.data() + at, count);
        m_control.advance(count);
    }
    if (sum.digest() != section.checksum)
        return corrupt("Section \"" + std::string(tag) + "\" is damaged: its checksum does not fit.");
    return section.bytes;
}

Result<std::unique_ptr<ArchiveFileWriter>> ArchiveFileWriter::create(const std::filesystem::path& path,
                                                                     const Control& control) {
    static std::atomic<unsigned> counter{0};
    std::filesystem::path temporary = path;
    std::string suffix = std::to_string(::getpid());
    suffix += '-' + std::to_string(counter++);
    temporary += '.' + suffix + ".part";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return system_error("create", temporary);
    std::unique_ptr<ArchiveFileWriter> writer(
        new ArchiveFileWriter(path, std::move(temporary), file, control));
    ANNSCOPE_TRY(writer->write(kMagic.data(), kMagic.size()));
    const std::uint32_t version = kArchiveVersion;
    ANNSCOPE_TRY(writer->write(&version, sizeof version));
    return writer;
}

ArchiveFileWriter::~ArchiveFileWriter() {
    if (m_file >= 0) { // finish() has not come through
        ::close(m_file);
        ::unlink(m_temporary.c_str());
    }
}

Error ArchiveFileWriter::io_error(std::string_view doing) const {
    return system_error(doing, m_target);
}

Status ArchiveFileWriter::write(const void* data, std::size_t bytes) {
    const char* at = static_cast<const char*>(data);
    while (bytes > 0) {
        if (m_control.cancel_requested())
            return cancelled();
        const ssize_t count = ::write(m_file, at, std::min(bytes, kChunk));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return io_error("write");
        at += count;
        bytes -= static_cast<std::size_t>(count);
        m_offset += static_cast<std::uint64_t>(count);
        m_control.advance(static_cast<std::uint64_t>(count));
    }
    return {};
}

Status ArchiveFileWriter::begin(std::string_view tag, std::uint64_t bytes) {
    if (m_missing > 0 || tag.empty() || tag.size() > kMaxTag)
        return Error{ErrorCode::Internal, "Section \"" + std::string(tag) + "\" was begun out of turn."};
    const auto tag_length = static_cast<std::uint32_t>(tag.size());
    const std::uint64_t later = 0;
    ANNSCOPE_TRY(write(&tag_length, sizeof tag_length));
    ANNSCOPE_TRY(write(tag.data(), tag.size()));
    ANNSCOPE_TRY(write(&bytes, sizeof bytes));
    m_checksum_at = m_offset;
    ANNSCOPE_TRY(write(&later, sizeof later));
    m_checksum = {};
    start_checksum(m_checksum, tag, bytes);
    m_missing = bytes;
    return bytes == 0 ? close_section() : Status();
}

Status ArchiveFileWriter::append(const void* data, std::size_t bytes) {
    if (bytes > m_missing)
        return Error{ErrorCode::Internal, "A section got more bytes than were announced."};
    if (bytes == 0)
        return {};
    const auto* at = static_cast<const std::byte*>(data);
    for (std::size_t done = 0; done < bytes; done += kChunk) {
        const std::size_t count = std::min(kChunk, bytes - done);
        m_checksum.update(at + done, count);
        ANNSCOPE_TRY(write(at + done, count));
    }
    m_missing -= bytes;
    return m_missing == 0 ? close_section() : Status();
}

Status ArchiveFileWriter::close_section() {
    const std::uint64_t sum = m_checksum.digest();
    if (::pwrite(m_file, &sum, sizeof sum, static_cast<off_t>(m_checksum_at)) != sizeof sum)
        return io_error("write");
    return {};
}

Status ArchiveFileWriter::finish() {
    ANNSCOPE_TRY(begin(kEndTag, 0));
    if (::close(std::exchange(m_file, -1)) != 0) {
        const Error error = io_error("write");
        ::unlink(m_temporary.c_str());
        return error;
    }
    if (::rename(m_temporary.c_str(), m_target.c_str()) != 0) {
        const Error error = io_error("write");
        ::unlink(m_temporary.c_str());
        return error;
    }
    return {};
}

} // namespace annscope
