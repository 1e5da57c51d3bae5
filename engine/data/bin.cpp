// SPDX-License-Identifier: Apache-2.0
// u32 n, u32 d, n * d values: fbin, u8bin, i8bin of big-ann-benchmarks, DiskANN's .bin, and their truth
// files.
#include "data/convert.h"
#include "data/mapped_file.h"
#include "data/reader.h"

#include <cstring>

namespace annscope::reader {
namespace {

constexpr std::uint64_t kHeader = 8;

struct BinFile {
    std::shared_ptr<const MappedFile> file;
    std::uint64_t rows = 0, dim = 0;

    std::uint64_t body() const { return file->size() - kHeader; }
    std::uint64_t values() const { return rows * dim; }
    const std::byte* data() const { return file->data() + kHeader; }
    /// "n = 10, d = 4"
    std::string header_text() const {
        return "the header says n = " + std::to_string(rows) + ", d = " + std::to_string(dim);
    }
};

Result<BinFile> open_bin(const std::filesystem::path& path) {
    BinFile bin;
    ANNSCOPE_ASSIGN(bin.file, MappedFile::open(path));
    if (bin.file->size() < kHeader)
        return corrupt(path, "the file is truncated: it has " + std::to_string(bin.file->size()) +
                                 " bytes; a header of 8 bytes (n and d) and the values were expected.");
    std::uint32_t header[2];
    std::memcpy(header, bin.file->data(), sizeof header);
    bin.rows = header[0];
    bin.dim = header[1];
    ANNSCOPE_TRY(check_shape(path, bin.rows, bin.dim));
    return bin;
}

/// The size must be 8 + n * d * bytes. A longer one of whole rows is a crop whose header alone was changed.
Status check_size(const std::filesystem::path& path, const BinFile& bin, std::size_t element_bytes,
                  std::vector<std::string>& warnings) {
    const std::uint64_t row_bytes = bin.dim * element_bytes,
                        expected = bin.rows * row_bytes; // < 2^32 * 2^20 * 2^2
    if (bin.body() == expected)
        return {};
    const std::uint64_t whole = bin.body() / row_bytes;
    if (bin.body() < expected)
        return corrupt(path, "the header is larger than the file: " + bin.header_text() + ", which takes " +
                                 std::to_string(kHeader + expected) + " bytes, but the file has " +
                                 std::to_string(bin.file->size()) + " and holds " + std::to_string(whole) +
                                 " vectors. Is it truncated, or a crop whose header was not changed?");
    if (bin.body() % row_bytes != 0)
        return corrupt(path, bin.header_text() + ", which takes " + std::to_string(kHeader + expected) +
                                 " bytes, but the file has " + std::to_string(bin.file->size()) + ".");
    warnings.push_back(path.string() + ": " + bin.header_text() + ", but the file holds " +
                       std::to_string(whole) + " vectors; the first " + std::to_string(bin.rows) +
                       " are used.");
    return {};
}

VectorSet mapped_rows(const BinFile& bin, ElementType type) {
    return {bin.file, bin.data(), type, bin.rows, bin.dim, bin.dim, true};
}

/// Range truth: i32 queries, i32 total, counts[queries], ids[total] and perhaps f32 distances[total].
bool is_range_truth(const BinFile& bin) {
    const std::uint64_t queries = bin.rows, total = bin.dim;
    if (bin.body() != 4 * (queries + total) && bin.body() != 4 * (queries + 2 * total))
        return false;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < queries; ++i) {
        std::uint32_t count = 0;
        std::memcpy(&count, bin.data() + 4 * i, sizeof count);
        sum += count;
    }
    return sum == total;
}

Result<GroundTruth> read_truth(const std::filesystem::path& path, const BinFile& bin) {
    const std::uint64_t ids_bytes = bin.values() * 4; // < 2^54
    if (bin.body() != ids_bytes && bin.body() != 2 * ids_bytes)
        return corrupt(path, "the header says " + std::to_string(bin.rows) + " queries and k = " +
                                 std::to_string(bin.dim) + ", so " + std::to_string(kHeader + ids_bytes) +
                                 " bytes were expected, or " + std::to_string(kHeader + 2 * ids_bytes) +
                                 " with distances, but the file has " + std::to_string(bin.file->size()) +
                                 ".");
    GroundTruth truth;
    truth.queries = bin.rows;
    truth.k = bin.dim;
    const Source ids{bin.data(), Number::Unsigned, 4, false, bin.rows, bin.dim, bin.dim * 4, 4};
    ANNSCOPE_ASSIGN(truth.ids, load_ids(path, ids));
    if (bin.body() == 2 * ids_bytes) {
        truth.distances.resize(bin.values());
        std::memcpy(truth.distances.data(), bin.data() + ids_bytes, ids_bytes);
    }
    return truth;
}

/// Row numbers read as float32 are denormal numbers, which no vectors consist of.
bool looks_like_ids(const BinFile& bin) {
    std::uint64_t denormal = 0, zero = 0;
    for (std::uint64_t i = 0; i < bin.dim; ++i) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, bin.data() + 4 * i, sizeof bits);
        zero += bits == 0;
        denormal += bits != 0 && bits < 0x00800000u;
    }
    return denormal > 0 && denormal + zero == bin.dim;
}

/// DiskANN's .bin does not name its type; the size tells it.
Result<FileContents> read_untyped(const std::filesystem::path& path, const BinFile& bin) {
    FileContents contents;
    if (bin.body() == bin.values() * 4) {
        contents.base = mapped_rows(bin, ElementType::F32);
        if (looks_like_ids(bin))
            contents.warnings.push_back(path.string() +
                                        ": the values look like row numbers, not float32 vectors; is "
                                        "this a truth?");
    } else if (bin.body() == bin.values()) {
        contents.base = mapped_rows(bin, ElementType::U8);
        contents.warnings.push_back(path.string() +
                                    ": the file's size fits u8 and i8; it is read as u8. Name it "
                                    ".i8bin if it holds signed bytes.");
    } else if (bin.body() == bin.values() * 8) {
        ANNSCOPE_ASSIGN(contents.truth, read_truth(path, bin));
    } else {
        return corrupt(path, bin.header_text() + ", so " + std::to_string(kHeader + bin.values() * 4) +
                                 " bytes were expected for f32 or " + std::to_string(kHeader + bin.values()) +
                                 " for u8 and i8, but the file has " + std::to_string(bin.file->size()) +
                                 ". Is it truncated?");
    }
    return contents;
}

} // namespace

Result<FileContents> read_bin(const std::filesystem::path& path, FileFormat format, FileRole role,
                              const Control&) {
    ANNSCOPE_ASSIGN(const BinFile bin, open_bin(path));
    const bool typed =
        format == FileFormat::Fbin || format == FileFormat::U8bin || format == FileFormat::I8bin;
    FileContents contents;
    if (typed) {
        if (role == FileRole::Truth)
            return unsupported(
                path, "this is a file of vectors; a truth was expected, as in a .bin or .ibin file.");
        const ElementType type = format == FileFormat::Fbin    ? ElementType::F32
                                 : format == FileFormat::U8bin ? ElementType::U8
                                                               : ElementType::I8;
        ANNSCOPE_TRY(check_size(path, bin, element_size(type), contents.warnings));
        contents.base = mapped_rows(bin, type);
        return contents;
    }
    const bool fits = bin.body() == bin.values() * 4 || bin.body() == bin.values() * 8 ||
                      (role == FileRole::Vectors && bin.body() == bin.values());
    if (!fits && is_range_truth(bin))
        return unsupported(path,
                           "this is a truth of range search (a number of neighbours for each query); one of "
                           "the k nearest neighbours was expected.");
    if (role == FileRole::Vectors && format == FileFormat::DiskannBin)
        return read_untyped(path, bin);
    if (role == FileRole::Vectors && bin.body() == bin.values() * 4) { // .ibin as vectors
        const Source source{bin.data(), Number::Signed, 4, false, bin.rows, bin.dim, bin.dim * 4, 4};
        ANNSCOPE_ASSIGN(contents.base, load_vectors(path, source, contents.warnings, {}));
        return contents;
    }
    ANNSCOPE_ASSIGN(contents.truth, read_truth(path, bin));
    return contents;
}

} // namespace annscope::reader
