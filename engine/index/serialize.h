// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/kind.h"

#include <filesystem>
#include <memory>

namespace annscope {

// The file: magic "ANNSCOPE", u32 format version, then sections {u32 tag length, tag, u64 bytes, u64
// checksum, bytes}, all little endian; the first section is the header (kind, factory text, build parameters,
// metric, dim, n) as JSON. Every section is checked before it is used.
inline constexpr std::uint32_t kArchiveVersion = 1;

class ArchiveWriter {
public:
    virtual ~ArchiveWriter() = default;
    virtual Status section(std::string_view tag, const void* data, std::size_t bytes) = 0;

    template<class T>
    Status array(std::string_view tag, std::span<const T> values) {
        return section(tag, values.data(), values.size_bytes());
    }
    template<class T>
    Status value(std::string_view tag, const T& value) {
        return section(tag, &value, sizeof value);
    }
    /// Element type, rows, dim, then the rows, densely.
    Status vectors(std::string_view tag, const VectorSet& set);
};

class ArchiveReader {
public:
    virtual ~ArchiveReader() = default;
    /// Of the header section.
    virtual const IndexInfo& header() const = 0;
    virtual const SpecNode& spec() const = 0;
    virtual const BuildContext& context() const = 0;
    /// The bytes of a section, checksum verified. Errors: CorruptFile when it is missing or damaged.
    virtual Result<std::span<const std::byte>> section(std::string_view tag) = 0;

    /// count: what the header makes it to be. Errors: CorruptFile when the length differs.
    template<class T>
    Result<AlignedBuffer<T>> array(std::string_view tag, std::size_t count) {
        ANNSCOPE_ASSIGN(const std::span<const std::byte> bytes, section(tag));
        if (count > bytes.size() / sizeof(T) || bytes.size() != count * sizeof(T))
            return wrong_length(tag, bytes.size());
        AlignedBuffer<T> out(count);
        if (count)
            std::memcpy(static_cast<void*>(out.data()), bytes.data(), bytes.size());
        return out;
    }
    template<class T>
    Result<T> value(std::string_view tag) {
        ANNSCOPE_ASSIGN(AlignedBuffer<T> one, array<T>(tag, 1));
        return one[0];
    }
    Result<VectorSet> vectors(std::string_view tag);

protected:
    Error wrong_length(std::string_view tag, std::size_t bytes) const;
};

/// What an archive is about, read from its header alone.
struct ArchiveInfo {
    std::string kind, config; ///< config: FACTORY|BUILD
    Metric metric = Metric::L2;
    std::size_t dim = 0, size = 0;
};
Result<ArchiveInfo> read_archive_info(const std::filesystem::path& path);

/// Writes to a temporary file beside path, then renames. Errors: Io, Cancelled.
Status save_index(const Index& index, const std::filesystem::path& path, const Control& control);
/// Errors: Io, CorruptFile (truncated, flipped bits, impossible sizes), Unsupported (a newer version, an
/// unknown kind), OutOfMemory.
Result<std::unique_ptr<Index>> load_index(const std::filesystem::path& path, const Control& control);

} // namespace annscope
