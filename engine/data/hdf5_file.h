// SPDX-License-Identifier: Apache-2.0
// The part of HDF5 that is used here, with errors as values. hdf5_file.cpp is the only file with its C API.
#pragma once

#include "core/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace annscope::hdf5 {

/// An attribute of our own, where the truth is not that of the vectors in the file.
inline constexpr const char* kTruthOf = "truth_of";
inline constexpr const char* kOriginals = "the vectors before their expansion";

/// An open HDF5 identifier; closes itself.
class Handle {
public:
    using Close = int (*)(std::int64_t);

    Handle() = default;
    Handle(std::int64_t id, Close close) noexcept : m_id(id), m_close(close) {}
    Handle(Handle&& other) noexcept : m_id(std::exchange(other.m_id, -1)), m_close(other.m_close) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(m_id, other.m_id);
        std::swap(m_close, other.m_close);
        return *this;
    }
    ~Handle();

    std::int64_t id() const noexcept { return m_id; }
    explicit operator bool() const noexcept { return m_id >= 0; }

private:
    std::int64_t m_id = -1;
    Close m_close = nullptr;
};

/// What the elements of a data set are. Half: IEEE binary16. Boolean: h5py's enumeration of one byte.
enum class Kind : std::uint8_t { Float, Half, Signed, Unsigned, Boolean, Other };
/// How elements look in memory.
enum class Memory : std::uint8_t { F32, F64, Half, U8, I8, I32, I64 };
inline std::size_t memory_size(Memory type) noexcept {
    switch (type) {
    case Memory::F64:
    case Memory::I64:
        return 8;
    case Memory::F32:
    case Memory::I32:
        return 4;
    case Memory::Half:
        return 2;
    case Memory::U8:
    case Memory::I8:
        break;
    }
    return 1;
}

struct TableInfo {
    std::string path; ///< "/train"
    std::vector<std::uint64_t> shape;
    Kind kind = Kind::Other;
    std::size_t element_bytes = 0;         ///< in the file
    bool little_endian = true;             ///< in the file
    std::uint64_t stored_bytes = 0;        ///< as allocated in the file, after filters
    bool partly_written = false;           ///< some chunks are not there and read as the fill value
    std::vector<std::uint64_t> chunk;      ///< shape of a chunk; empty: not chunked
    bool deflate = false, shuffle = false; ///< filters of the pipeline
    bool other_filters = false;            ///< any filter or order of filters beyond shuffle, then deflate
    bool readable_filters = true;          ///< all filters are available
    std::string unreadable_filter;         ///< the first that is not
};

/// A data set as a table: a row for each index of its first dimension, the others together the columns. Not
/// thread-safe.
class Table {
public:
    const TableInfo& info() const noexcept { return m_info; }
    std::uint64_t rows() const noexcept { return m_info.shape.empty() ? 0 : m_info.shape[0]; }
    std::uint64_t cols() const noexcept {
        std::uint64_t product = 1;
        for (std::size_t i = 1; i < m_info.shape.size(); ++i)
            product *= m_info.shape[i];
        return product;
    }

    /// Rows [first, first + count), dense, converted by HDF5. Errors: CorruptFile.
    Status read(std::uint64_t first, std::uint64_t count, Memory type, void* out) const;
    /// Errors: Io.
    Status write(std::uint64_t first, std::uint64_t count, Memory type, const void* in);
    /// The bytes of the chunk that starts at (row, col) as they are in the file, into buffer (resized).
    /// skipped: filters that were not applied, a bit each. False where the chunk was never written.
    Result<bool> read_raw_chunk(std::uint64_t row, std::uint64_t col, std::vector<std::byte>& buffer,
                                std::uint32_t& skipped) const;

private:
    friend class File;
    Status transfer(std::uint64_t first, std::uint64_t count, Memory type, void* memory, bool write) const;

    std::string m_file;
    Handle m_dataset;
    TableInfo m_info;
};

class File {
public:
    /// Errors: CorruptFile with HDF5's own reason.
    static Result<File> open(const std::filesystem::path& path);
    /// Truncates. Errors: Io.
    static Result<File> create(const std::filesystem::path& path);

    /// Does an object of this path exist? Paths are absolute or relative to the root.
    bool has(const std::string& object) const;
    /// All data sets, at any depth, in order of their names.
    std::vector<TableInfo> list() const;
    /// Errors: InvalidArgument (no such data set), CorruptFile.
    Result<Table> table(const std::string& object) const;
    /// Attributes of the root group; empty where missing or of another type.
    std::optional<std::string> text_attribute(const char* name) const;
    std::optional<std::int64_t> integer_attribute(const char* name) const;

    /// A contiguous rows x cols data set in the root group. Errors: Io.
    Result<Table> add_table(const char* name, std::uint64_t rows, std::uint64_t cols, Memory type);
    Status set_attribute(const char* name, const std::string& text);
    Status set_attribute(const char* name, std::int64_t value);
    /// Writes everything out. Errors: Io.
    Status close();

private:
    Status save_attribute(const char* name, const Handle& type, const void* value);

    std::string m_path;
    Handle m_file;
};

} // namespace annscope::hdf5
