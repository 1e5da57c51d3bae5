// SPDX-License-Identifier: Apache-2.0
#include "data/output_file.h"

#include "data/reader.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace annscope {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

} // namespace

Result<TemporaryFile> TemporaryFile::create(const std::filesystem::path& target) {
    static std::atomic<unsigned> counter{0};
    std::error_code ignored;
    if (std::filesystem::is_directory(target, ignored))
        return reader::io_error(target, "the file cannot be written", EISDIR);
    TemporaryFile file;
    file.m_target = target;
    file.m_path = target;
    std::string suffix = std::to_string(::getpid());
    suffix += '-' + std::to_string(counter++);
    file.m_path += '.' + suffix + ".part";
    file.m_descriptor = ::open(file.m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.m_descriptor < 0) {
        file.m_path.clear();
        return reader::io_error(target, "the file cannot be written", errno);
    }
    return file;
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : m_target(std::move(other.m_target)), m_path(std::move(other.m_path)),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {
    other.m_path.clear();
}

TemporaryFile::~TemporaryFile() {
    close();
    if (!m_path.empty())
        ::unlink(m_path.c_str());
}

void TemporaryFile::close() noexcept {
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

Status TemporaryFile::commit() {
    // Some file systems report a failed write only here.
    if (m_descriptor >= 0 && ::close(std::exchange(m_descriptor, -1)) != 0)
        return reader::io_error(m_target, "the file cannot be written", errno);
    if (::rename(m_path.c_str(), m_target.c_str()) != 0)
        return reader::io_error(m_target, "the file cannot be put in place", errno);
    m_path.clear();
    return {};
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& target) {
    ANNSCOPE_ASSIGN(TemporaryFile file, TemporaryFile::create(target));
    OutputFile output(std::move(file), target);
    output.m_buffer.reserve(kBufferBytes);
    return output;
}

Status OutputFile::write(const void* data, std::size_t bytes) {
    const auto* begin = static_cast<const std::byte*>(data);
    if (m_buffer.size() + bytes > kBufferBytes) {
        ANNSCOPE_TRY(write_through(m_buffer.data(), m_buffer.size()));
        m_buffer.clear();
    }
    if (bytes >= kBufferBytes)
        return write_through(begin, bytes);
    m_buffer.insert(m_buffer.end(), begin, begin + bytes);
    return {};
}

Status OutputFile::write_through(const std::byte* data, std::size_t bytes) {
    while (bytes > 0) {
        const ssize_t written = ::write(m_file.descriptor(), data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return reader::io_error(m_target, "the file cannot be written", errno);
        data += written;
        bytes -= static_cast<std::size_t>(written);
    }
    return {};
}

Status OutputFile::commit() {
    ANNSCOPE_TRY(write_through(m_buffer.data(), m_buffer.size()));
    m_buffer.clear();
    return m_file.commit();
}

} // namespace annscope
