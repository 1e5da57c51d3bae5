// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/kind.h"

#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace annscope {

// The file: magic "ANNSCOPE", u32 format version, then sections {u32 tag length, tag, u64 bytes, u64
// checksum, bytes}, all little endian. The checksum is XXH64 of tag, u64 bytes and the bytes. The first
// section is the header (kind, factory text and tree, build parameters, metric, dim, n) as JSON; the last is
// "end", without bytes, so that a file cut between two sections is noticed. Every section is checked before
// it is used.
inline constexpr std::uint32_t kArchiveVersion = 1;

class ArchiveWriter {
public:
    virtual ~ArchiveWriter() = default;
    /// A section in pieces: begin, then append until the announced bytes are there.
    virtual Status begin(std::string_view tag, std::uint64_t bytes) = 0;
    virtual Status append(const void* data, std::size_t bytes) = 0;

    Status section(std::string_view tag, const void* data, std::size_t bytes) {
        ANNSCOPE_TRY(begin(tag, bytes));
        return append(data, bytes);
    }
    template<class T>
    Status array(std::string_view tag, std::span<const T> values) {
        static_assert(std::is_trivially_copyable_v<T>);
        return section(tag, values.data(), values.size_bytes());
    }
    template<class T>
    Status value(std::string_view tag, const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        return section(tag, &value, sizeof value);
    }
    /// u64 element type, u64 rows, u64 dim, then the rows, densely.
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
    /// Of the header's dim and at least one element a row; a copy of its own. Errors: CorruptFile.
    Result<VectorSet> vectors(std::string_view tag);
    /// For what a kind finds wrong in bytes whose checksum is right, e.g. offsets out of order.
    Error corrupt(std::string_view tag, std::string_view what) const;

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

/// Writes to a temporary file beside path, then renames. Phase: "Saving index". Errors: Io, Cancelled,
/// NotTrained, InvalidArgument (an index that build_index did not make).
Status save_index(const Index& index, const std::filesystem::path& path, const Control& control);
/// Phase: "Loading index". Errors: Io, CorruptFile (truncated, flipped bits, impossible sizes), Unsupported
/// (a newer version, an unknown kind), OutOfMemory, Cancelled.
Result<std::unique_ptr<Index>> load_index(const std::filesystem::path& path, const Control& control);

} // namespace annscope
