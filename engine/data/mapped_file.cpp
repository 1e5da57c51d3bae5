// SPDX-License-Identifier: Apache-2.0
#include "data/mapped_file.h"

#include "data/reader.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace annscope {
namespace {

/// Closes on the way out; the mapping outlives the descriptor.
struct Descriptor {
    int fd = -1;
    std::uint64_t size = 0;

    Descriptor() = default;
    Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)), size(other.size) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd >= 0)
            ::close(fd);
    }
};

Result<Descriptor> open_descriptor(const std::filesystem::path& path) {
    Descriptor file;
    // Without O_NONBLOCK a FIFO would wait here for a writer.
    file.fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file.fd < 0)
        return reader::io_error(path, "the file cannot be opened", errno);
    struct stat info {};
    if (::fstat(file.fd, &info) != 0)
        return reader::io_error(path, "the file cannot be examined", errno);
    if (S_ISDIR(info.st_mode))
        return reader::io_error(path, "a file was expected", EISDIR);
    if (!S_ISREG(info.st_mode))
        return Error{ErrorCode::Io,
                     path.string() + ": this is not a regular file but a device, pipe or socket."};
    if (info.st_size == 0)
        return reader::corrupt(path, "the file is empty; vectors were expected.");
    file.size = static_cast<std::uint64_t>(info.st_size);
    return file;
}

} // namespace

Status check_readable_file(const std::filesystem::path& path) {
    ANNSCOPE_ASSIGN([[maybe_unused]] const Descriptor file, open_descriptor(path));
    return {};
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    ANNSCOPE_ASSIGN(const Descriptor file, open_descriptor(path));
    void* data = ::mmap(nullptr, file.size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (data == MAP_FAILED)
        return reader::io_error(path, "the file cannot be mapped into memory", errno);
    return std::shared_ptr<const MappedFile>(new MappedFile(static_cast<const std::byte*>(data), file.size));
}

MappedFile::~MappedFile() {
    ::munmap(const_cast<std::byte*>(m_data), m_size);
}

} // namespace annscope
