// SPDX-License-Identifier: Apache-2.0
// HDF5 in the layout of ann-benchmarks and of VIBE, and any data set of two dimensions by its path.
#include "data/convert.h"
#include "data/finite.h"
#include "data/hdf5_chunks.h"
#include "data/hdf5_file.h"
#include "data/mapped_file.h"
#include "data/reader.h"

#include <algorithm>
#include <cmath>

namespace annscope::reader {
namespace {

using hdf5::File;
using hdf5::Kind;
using hdf5::Memory;
using hdf5::Table;
using hdf5::TableInfo;

std::string shape_text(const TableInfo& info) {
    std::string text;
    for (const std::uint64_t extent : info.shape)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text.empty() ? "a single value" : text;
}

bool is_number(Kind kind) {
    return kind == Kind::Float || kind == Kind::Half || kind == Kind::Signed || kind == Kind::Unsigned;
}

/// Deflate cannot shrink by more than this (1032 in theory): beyond it the header lies.
constexpr std::uint64_t kMostDeflate = 1100;

/// Everything about a table that can be known before memory is allocated for it.
Status check_table(const std::filesystem::path& path, const TableInfo& info) {
    const std::string what = "the data set " + info.path;
    if (info.kind == Kind::Boolean)
        return unsupported(path,
                           what + " holds booleans; bit vectors and the Hamming distance are not supported.");
    if (!is_number(info.kind))
        return unsupported(
            path, what + " does not hold numbers; integers or floating-point numbers were expected.");
    if (info.shape.size() != 2)
        return corrupt(path, what + " has " + std::to_string(info.shape.size()) +
                                 (info.shape.size() == 1 ? " dimension (" : " dimensions (") +
                                 shape_text(info) + "); 2 were expected, a row for each vector.");
    ANNSCOPE_TRY(check_shape(path, info.shape[0], info.shape[1]));
    if (!info.readable_filters)
        return unsupported(path,
                           what + " is compressed by the filter " + info.unreadable_filter +
                               ", which this HDF5 library lacks; none, gzip, shuffle or szip was expected.");
    if (info.stored_bytes == 0)
        return corrupt(path,
                       what + " was declared as " + shape_text(info) + " but its values were never written.");
    const std::uint64_t bytes = info.shape[0] * info.shape[1] * info.element_bytes; // < 2^32 * 2^20 * 2^6
    if (!info.other_filters && bytes / kMostDeflate > info.stored_bytes + (1u << 16))
        return corrupt(path, what + " declares " + shape_text(info) + " values (" + format_bytes(bytes) +
                                 "), but the file holds " + format_bytes(info.stored_bytes) + " of them.");
    return {};
}

struct MemoryPlan {
    Memory read;      ///< what HDF5 converts to
    ElementType type; ///< what is kept
};

MemoryPlan plan_memory(const TableInfo& info) {
    if (info.kind == Kind::Half)
        return {Memory::Half, ElementType::F16};
    if (info.kind == Kind::Float)
        return {info.element_bytes <= 4 ? Memory::F32 : Memory::F64, ElementType::F32};
    if (info.element_bytes == 1)
        return info.kind == Kind::Signed ? MemoryPlan{Memory::I8, ElementType::I8}
                                         : MemoryPlan{Memory::U8, ElementType::U8};
    return {info.element_bytes == 2 ? Memory::F32 : Memory::F64, ElementType::F32};
}

/// Rows a block: about kBlockBytes, and whole chunks, which are decompressed once only.
std::uint64_t block_rows(const TableInfo& info, std::size_t element_bytes) {
    const std::uint64_t wanted = std::max<std::uint64_t>(1, kBlockBytes / (info.shape[1] * element_bytes));
    if (info.chunk.size() != 2 || info.chunk[0] == 0)
        return wanted;
    return std::max<std::uint64_t>(1, wanted / info.chunk[0]) * info.chunk[0];
}

/// The name in messages: "file.hdf5:/train".
std::string label(const std::filesystem::path& path, const TableInfo& info) {
    return path.string() + ":" + info.path;
}

Status check_block(const std::string& name, ElementType type, const std::byte* block, std::uint64_t first,
                   std::uint64_t count, std::uint64_t cols) {
    const std::size_t n = count * cols;
    const auto fail = [&](std::size_t at, double value) {
        return not_finite(name, first + at / cols, at % cols, value);
    };
    if (type == ElementType::F32) {
        const auto* values = reinterpret_cast<const float*>(block);
        if (const std::size_t at = first_non_finite(values, n); at < n)
            return fail(at, static_cast<double>(values[at]));
    } else if (type == ElementType::F16) {
        const auto* values = reinterpret_cast<const Half*>(block);
        if (const std::size_t at = first_non_finite(values, n); at < n)
            return fail(at, static_cast<double>(half_to_float(values[at])));
    }
    return {};
}

/// Reads by blocks in the type that is kept.
Status read_direct(const Table& table, const std::string& name, const MemoryPlan& plan, std::byte* out,
                   const Control& control) {
    const std::uint64_t cols = table.cols(), row_bytes = cols * element_size(plan.type);
    const std::uint64_t step = block_rows(table.info(), element_size(plan.type));
    for (std::uint64_t first = 0; first < table.rows(); first += step) {
        if (control.cancel_requested())
            return cancelled();
        const std::uint64_t count = std::min(step, table.rows() - first);
        std::byte* block = out + first * row_bytes;
        ANNSCOPE_TRY(table.read(first, count, plan.read, block));
        ANNSCOPE_TRY(check_block(name, plan.type, block, first, count, cols));
        control.advance(count * row_bytes);
    }
    return {};
}

/// Reads by blocks of float64, which holds every wider type of numbers well enough, and narrows them.
Status read_narrowing(const std::filesystem::path& path, const Table& table, std::byte* out,
                      std::vector<std::string>& warnings, const Control& control) {
    const std::uint64_t cols = table.cols();
    const std::uint64_t step = std::min(block_rows(table.info(), sizeof(double)), table.rows());
    ANNSCOPE_ASSIGN(const Storage block, allocate(path, step, cols, sizeof(double)));
    const bool integers = table.info().kind != Kind::Float;
    bool rounded = false;
    for (std::uint64_t first = 0; first < table.rows(); first += step) {
        if (control.cancel_requested())
            return cancelled();
        const std::uint64_t count = std::min(step, table.rows() - first);
        ANNSCOPE_TRY(table.read(first, count, Memory::F64, block.data()));
        const Source source{block.data(), Number::Float, 8, false, count, cols, cols * 8, 8};
        Findings findings;
        convert_rows(source, 0, count, out + first * cols * sizeof(float), findings);
        if (const std::size_t at = findings.first_bad; at != Findings::kNone)
            return not_finite(label(path, table.info()), first + at / cols, at % cols,
                              value_at(source, at / cols, at % cols));
        const auto* values = reinterpret_cast<const double*>(block.data());
        rounded = rounded || (integers && std::any_of(values, values + count * cols,
                                                      [](double v) { return std::abs(v) > 16'777'216.0; }));
        control.advance(count * cols * sizeof(float));
    }
    if (rounded)
        warnings.push_back(label(path, table.info()) + ": " + kRoundedWarning);
    return {};
}

Result<VectorSet> load_table(const std::filesystem::path& path, const Table& table,
                             std::vector<std::string>& warnings, const Control& control) {
    const TableInfo& info = table.info();
    ANNSCOPE_TRY(check_table(path, info));
    if (info.partly_written)
        warnings.push_back(label(path, info) +
                           ": parts of the data set were never written; they read as the file's fill value.");
    const MemoryPlan plan = plan_memory(info);
    ANNSCOPE_ASSIGN(const Storage storage,
                    allocate(path, table.rows(), table.cols(), element_size(plan.type)));
    if (plan.read == Memory::F64) {
        ANNSCOPE_TRY(read_narrowing(path, table, storage.data(), warnings, control));
    } else {
        bool done = false;
        if (hdf5::can_inflate_chunks(info) && hdf5::memory_size(plan.read) == info.element_bytes) {
            ANNSCOPE_ASSIGN(done, hdf5::inflate_chunks(path.string(), table, storage.data(), control));
            if (done)
                ANNSCOPE_TRY(check_finite(storage.as_vectors(plan.type, table.rows(), table.cols()),
                                          label(path, info),
                                          Control{control.stop, nullptr, control.threads}));
        }
        if (!done)
            ANNSCOPE_TRY(read_direct(table, label(path, info), plan, storage.data(), control));
    }
    return storage.as_vectors(plan.type, table.rows(), table.cols());
}

Result<GroundTruth> load_truth(const std::filesystem::path& path, const File& file, const Table& neighbors,
                               const Control& control) {
    ANNSCOPE_TRY(check_table(path, neighbors.info()));
    if (neighbors.info().kind == Kind::Float || neighbors.info().kind == Kind::Half)
        return corrupt(path, "the data set " + neighbors.info().path +
                                 " holds floating-point numbers; the neighbours' row numbers were expected.");
    GroundTruth truth;
    truth.queries = neighbors.rows();
    truth.k = neighbors.cols();
    const std::uint64_t n = neighbors.rows() * neighbors.cols();
    ANNSCOPE_TRY(check_memory(n * (sizeof(Id) + sizeof(float)), path.string() + ": the truth"));
    truth.ids.resize(n);
    if (control.cancel_requested())
        return cancelled();
    ANNSCOPE_TRY(neighbors.read(0, neighbors.rows(), Memory::I64, truth.ids.data()));
    if (!file.has("distances"))
        return truth;
    ANNSCOPE_ASSIGN(const Table distances, file.table("/distances"));
    ANNSCOPE_TRY(check_table(path, distances.info()));
    if (distances.info().shape != neighbors.info().shape)
        return corrupt(path, "the data set /distances is " + shape_text(distances.info()) + ", but " +
                                 neighbors.info().path + " is " + shape_text(neighbors.info()) +
                                 "; the same shape was expected.");
    truth.distances.resize(n);
    ANNSCOPE_TRY(distances.read(0, distances.rows(), Memory::F32, truth.distances.data()));
    truth.of_originals = file.text_attribute(hdf5::kTruthOf) == hdf5::kOriginals;
    return truth;
}

/// The attributes: what kind of data this is, and the metric.
Status read_attributes(const std::filesystem::path& path, const File& file, FileContents& contents) {
    if (file.text_attribute("type").value_or("dense") == "sparse")
        return unsupported(path, "the attribute type is sparse; dense vectors were expected.");
    const std::string point = file.text_attribute("point_type").value_or("float");
    if (point == "bit" || point == "binary")
        return unsupported(path,
                           "the attribute point_type is " + point + "; vectors of numbers were expected.");
    const auto distance = file.text_attribute("distance");
    if (!distance)
        return {};
    if (*distance == "hamming" || *distance == "jaccard")
        return unsupported(path, "the attribute distance is " + *distance +
                                     "; euclidean, angular, cosine, ip or normalized was expected.");
    // Unit vectors: every metric gives the same neighbours, and cosine keeps them what they are.
    contents.metric = *distance == "normalized" ? Metric::Cosine : parse_metric(*distance);
    if (!contents.metric)
        contents.warnings.push_back(path.string() + ": the attribute distance is \"" + *distance +
                                    "\", which is not known; choose the metric yourself.");
    return {};
}

/// Without a name: the only data set of two dimensions that fits.
Result<Table> only_table(const std::filesystem::path& path, const File& file, FileRole role) {
    std::vector<std::string> fitting;
    std::string all;
    for (const TableInfo& info : file.list()) {
        all += (all.empty() ? "" : ", ") + info.path + " (" + shape_text(info) + ")";
        const bool integer = info.kind == Kind::Signed || info.kind == Kind::Unsigned;
        if (info.shape.size() == 2 && (role == FileRole::Truth ? integer : is_number(info.kind)))
            fitting.push_back(info.path);
    }
    if (fitting.size() == 1)
        return file.table(fitting.front());
    const std::string wanted = role == FileRole::Truth ? "neighbors" : "train";
    if (all.empty())
        return corrupt(path, "the file holds no data sets; one named " + wanted + " was expected.");
    const std::string choose = ". Choose one by its path, as in " + path.filename().string() + ":" +
                               (fitting.empty() ? "/group/name" : fitting.front()) + ".";
    return corrupt(path, "there is no data set named " + wanted + " and " +
                             (fitting.empty() ? "none of two dimensions" : "several of two dimensions") +
                             "; the file holds " + all + choose);
}

std::uint64_t bytes_in_memory(const TableInfo& info) {
    return info.shape.size() == 2 ? info.shape[0] * info.shape[1] * element_size(plan_memory(info).type) : 0;
}

/// train, test, neighbors and distances, of which only train must be there.
Status read_layout(const std::filesystem::path& path, const File& file, FileContents& contents,
                   const Control& control) {
    const bool named = file.has("train");
    ANNSCOPE_ASSIGN(const Table train,
                    named ? file.table("/train") : only_table(path, file, FileRole::Vectors));
    const bool has_test = named && file.has("test");
    std::optional<Table> test;
    if (has_test) {
        ANNSCOPE_ASSIGN(test, file.table("/test"));
    }
    control.begin("Reading", bytes_in_memory(train.info()) + (test ? bytes_in_memory(test->info()) : 0));
    ANNSCOPE_ASSIGN(contents.base, load_table(path, train, contents.warnings, control));
    if (!test)
        return {};
    ANNSCOPE_ASSIGN(contents.queries, load_table(path, *test, contents.warnings, control));
    if (contents.queries.dim() != contents.base.dim())
        return corrupt(path, "the vectors of /test have dimension " + std::to_string(contents.queries.dim()) +
                                 ", those of /train " + std::to_string(contents.base.dim()) +
                                 "; the same was expected.");
    if (!file.has("neighbors"))
        return {};
    ANNSCOPE_ASSIGN(const Table neighbors, file.table("/neighbors"));
    ANNSCOPE_ASSIGN(contents.truth, load_truth(path, file, neighbors, control));
    if (contents.truth.queries != contents.queries.size())
        return corrupt(path, "/neighbors has " + std::to_string(contents.truth.queries) +
                                 " rows, /test has " + std::to_string(contents.queries.size()) +
                                 "; the same number was expected.");
    return {};
}

void check_dimension(const std::filesystem::path& path, const File& file, FileContents& contents) {
    const auto dimension = file.integer_attribute("dimension");
    if (dimension && static_cast<std::uint64_t>(*dimension) != contents.base.dim())
        contents.warnings.push_back(path.string() + ": the attribute dimension is " +
                                    std::to_string(*dimension) + ", but the vectors have " +
                                    std::to_string(contents.base.dim()) +
                                    " components; the vectors are believed.");
}

} // namespace

Result<FileContents> read_hdf5(const std::filesystem::path& path, FileRole role, const Control& control) {
    const ObjectPath parts = split_object_path(path);
    ANNSCOPE_TRY(check_readable_file(parts.file));
    ANNSCOPE_ASSIGN(const File file, File::open(parts.file));
    FileContents contents;
    if (parts.object.empty() || file.has("train"))
        ANNSCOPE_TRY(read_attributes(parts.file, file, contents));
    if (role == FileRole::Truth) {
        const std::string name = !parts.object.empty()   ? parts.object
                                 : file.has("neighbors") ? "/neighbors"
                                                         : "";
        ANNSCOPE_ASSIGN(const Table table,
                        name.empty() ? only_table(parts.file, file, role) : file.table(name));
        ANNSCOPE_ASSIGN(contents.truth, load_truth(parts.file, file, table, control));
    } else if (!parts.object.empty()) {
        ANNSCOPE_ASSIGN(const Table table, file.table(parts.object));
        control.begin("Reading", bytes_in_memory(table.info()));
        ANNSCOPE_ASSIGN(contents.base, load_table(parts.file, table, contents.warnings, control));
    } else {
        ANNSCOPE_TRY(read_layout(parts.file, file, contents, control));
        check_dimension(parts.file, file, contents);
    }
    return contents;
}

} // namespace annscope::reader
