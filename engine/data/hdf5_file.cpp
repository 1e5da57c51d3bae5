// SPDX-License-Identifier: Apache-2.0
#include "data/hdf5_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <hdf5.h>

namespace annscope::hdf5 {
namespace {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<herr_t, int>);

/// HDF5 prints its errors, a setting of each thread.
void silence() noexcept {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

/// What HDF5 says of the innermost of the errors that made the last call fail.
std::string last_error() {
    std::string text;
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_UPWARD,
        [](unsigned depth, const H5E_error2_t* error, void* data) -> herr_t {
            if (depth == 0 && error->desc)
                *static_cast<std::string*>(data) = error->desc;
            return 0;
        },
        &text);
    return text.empty() ? "unknown reason" : text;
}

Error failure(ErrorCode code, const std::string& file, const std::string& what) {
    return {code, file + ": " + what + " (HDF5: " + last_error() + ")."};
}

/// IEEE binary16, which HDF5 1.10 has no name for.
Handle half_type() {
    Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
    H5Tset_fields(type.id(), 15, 10, 5, 0, 10);
    H5Tset_size(type.id(), 2);
    H5Tset_ebias(type.id(), 15);
    return type;
}

bool is_half(hid_t type) {
    std::size_t sign = 0, exponent = 0, exponent_size = 0, mantissa = 0, mantissa_size = 0;
    return H5Tget_size(type) == 2 &&
           H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) >= 0 &&
           sign == 15 && exponent == 10 && exponent_size == 5 && mantissa == 0 && mantissa_size == 10 &&
           H5Tget_ebias(type) == 15;
}

Handle memory_type(Memory type) {
    switch (type) {
    case Memory::F32:
        return {H5Tcopy(H5T_NATIVE_FLOAT), H5Tclose};
    case Memory::F64:
        return {H5Tcopy(H5T_NATIVE_DOUBLE), H5Tclose};
    case Memory::Half:
        return half_type();
    case Memory::U8:
        return {H5Tcopy(H5T_NATIVE_UINT8), H5Tclose};
    case Memory::I8:
        return {H5Tcopy(H5T_NATIVE_INT8), H5Tclose};
    case Memory::I32:
        return {H5Tcopy(H5T_NATIVE_INT32), H5Tclose};
    case Memory::I64:
        break;
    }
    return {H5Tcopy(H5T_NATIVE_INT64), H5Tclose};
}

bool one_of(std::size_t value, std::initializer_list<std::size_t> list) {
    return std::ranges::find(list, value) != list.end();
}

/// Numbers of other sizes exist only in damaged files, and HDF5 1.10 does not survive converting them.
Kind kind_of(hid_t type, std::size_t bytes) {
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        return is_half(type) ? Kind::Half : one_of(bytes, {2, 4, 8, 16}) ? Kind::Float : Kind::Other;
    case H5T_INTEGER:
        if (!one_of(bytes, {1, 2, 4, 8}))
            return Kind::Other;
        return H5Tget_sign(type) == H5T_SGN_NONE ? Kind::Unsigned : Kind::Signed;
    case H5T_ENUM:
        return bytes == 1 ? Kind::Boolean : Kind::Other;
    default:
        return Kind::Other;
    }
}

void describe_type(hid_t dataset, TableInfo& info) {
    const Handle type(H5Dget_type(dataset), H5Tclose);
    info.element_bytes = H5Tget_size(type.id());
    info.kind = kind_of(type.id(), info.element_bytes);
    info.little_endian = H5Tget_order(type.id()) != H5T_ORDER_BE;
}

std::uint64_t chunks_in_grid(const TableInfo& info) {
    double grid = 1; // a lying header may overflow an integer
    for (std::size_t i = 0; i < info.chunk.size(); ++i)
        grid *= std::ceil(static_cast<double>(info.shape[i]) / static_cast<double>(info.chunk[i]));
    return grid < 1e15 ? static_cast<std::uint64_t>(grid) : ~std::uint64_t(0);
}

void describe_storage(hid_t dataset, TableInfo& info) {
    info.stored_bytes = H5Dget_storage_size(dataset);
    const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    if (H5Pget_layout(plist.id()) == H5D_CHUNKED) {
        std::vector<hsize_t> chunk(info.shape.size());
        if (H5Pget_chunk(plist.id(), static_cast<int>(chunk.size()), chunk.data()) >= 0)
            info.chunk.assign(chunk.begin(), chunk.end());
        hsize_t written = 0;
        const Handle space(H5Dget_space(dataset), H5Sclose);
        info.partly_written =
            H5Dget_num_chunks(dataset, space.id(), &written) >= 0 && written < chunks_in_grid(info);
    }
    const int filters = H5Pget_nfilters(plist.id());
    for (int i = 0; i < filters; ++i) {
        unsigned flags = 0;
        std::size_t values = 0;
        char name[64] = "";
        const auto filter = H5Pget_filter2(plist.id(), static_cast<unsigned>(i), &flags, &values, nullptr,
                                           sizeof name, name, nullptr);
        if (filter == H5Z_FILTER_SHUFFLE && !info.deflate && !info.shuffle)
            info.shuffle = true;
        else if (filter == H5Z_FILTER_DEFLATE && !info.deflate)
            info.deflate = true;
        else
            info.other_filters = true;
        if (H5Zfilter_avail(filter) <= 0 && info.readable_filters) {
            info.readable_filters = false;
            info.unreadable_filter = name[0] ? name : "number " + std::to_string(filter);
        }
    }
}

std::optional<TableInfo> describe(hid_t dataset, std::string path) {
    TableInfo info;
    info.path = std::move(path);
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (rank < 0)
        return std::nullopt;
    std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
    if (rank > 0 && H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr) < 0)
        return std::nullopt;
    info.shape.assign(shape.begin(), shape.end());
    describe_type(dataset, info);
    describe_storage(dataset, info);
    return info;
}

/// Whole rows, for a chunk cache that holds all chunks a block of rows touches.
Handle access_properties(const TableInfo& info) {
    Handle plist(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
    if (info.chunk.size() == 2 && info.chunk[0] > 0 && info.chunk[1] > 0) {
        constexpr std::uint64_t kMost = 256u << 20;
        const std::uint64_t chunks = (info.shape[1] + info.chunk[1] - 1) / info.chunk[1];
        const std::uint64_t row_bytes = std::min(kMost, info.chunk[0]) * std::min(kMost, info.shape[1]);
        const std::uint64_t bytes = std::min(kMost, std::min(row_bytes, kMost) * info.element_bytes * 2);
        const std::uint64_t slots = std::min<std::uint64_t>(1'000'003, chunks * 10 + 521);
        H5Pset_chunk_cache(plist.id(), slots, std::max<std::uint64_t>(bytes, 1u << 20), 1.0);
    }
    return plist;
}

} // namespace

Handle::~Handle() {
    if (m_id >= 0 && m_close) {
        silence();
        m_close(m_id);
    }
}

Result<File> File::open(const std::filesystem::path& path) {
    silence();
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    File file;
    file.m_path = path.string();
    file.m_file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
    if (!file.m_file)
        return failure(ErrorCode::CorruptFile, file.m_path,
                       "the file cannot be opened as HDF5, it is truncated or damaged");
    return file;
}

Result<File> File::create(const std::filesystem::path& path) {
    silence();
    File file;
    file.m_path = path.string();
    file.m_file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    if (!file.m_file)
        return failure(ErrorCode::Io, file.m_path, "the file cannot be created");
    return file;
}

bool File::has(const std::string& object) const {
    silence();
    // H5Lexists fails instead of answering where a group on the way is missing.
    for (std::size_t end = 0; end != std::string::npos;) {
        end = object.find('/', end + 1);
        if (H5Lexists(m_file.id(), object.substr(0, end).c_str(), H5P_DEFAULT) <= 0)
            return false;
    }
    return true;
}

std::vector<TableInfo> File::list() const {
    silence();
    std::vector<std::string> paths;
    H5Ovisit_by_name(
        m_file.id(), "/", H5_INDEX_NAME, H5_ITER_INC,
        [](hid_t, const char* name, const H5O_info_t* object, void* data) -> herr_t {
            if (object->type == H5O_TYPE_DATASET)
                static_cast<std::vector<std::string>*>(data)->push_back(std::string("/") + name);
            return 0;
        },
        &paths, H5P_DEFAULT);
    std::vector<TableInfo> tables;
    for (std::string& path : paths) {
        const Handle dataset(H5Dopen2(m_file.id(), path.c_str(), H5P_DEFAULT), H5Dclose);
        if (dataset)
            if (auto info = describe(dataset.id(), std::move(path)))
                tables.push_back(std::move(*info));
    }
    return tables;
}

Result<Table> File::table(const std::string& object) const {
    silence();
    Table table;
    table.m_file = m_path;
    {
        const Handle dataset(has(object) ? H5Dopen2(m_file.id(), object.c_str(), H5P_DEFAULT) : -1, H5Dclose);
        if (!dataset)
            return Error{ErrorCode::InvalidArgument,
                         m_path + ": there is no data set " + object + " in this file."};
        auto info = describe(dataset.id(), object);
        if (!info)
            return failure(ErrorCode::CorruptFile, m_path, "the extent of " + object + " cannot be read");
        table.m_info = std::move(*info);
    }
    const Handle access = access_properties(table.m_info);
    table.m_dataset = Handle(H5Dopen2(m_file.id(), object.c_str(), access.id()), H5Dclose);
    if (!table.m_dataset)
        return failure(ErrorCode::CorruptFile, m_path, object + " cannot be opened");
    return table;
}

Status Table::transfer(std::uint64_t first, std::uint64_t count, Memory type, void* memory,
                       bool write) const {
    silence();
    if (m_info.shape.empty())
        return Error{ErrorCode::CorruptFile,
                     m_file + ": " + m_info.path + " is a single value, not a table."};
    std::vector<hsize_t> start(m_info.shape.size()), size(m_info.shape.begin(), m_info.shape.end());
    start[0] = first;
    size[0] = count;
    const int rank = static_cast<int>(m_info.shape.size());
    const Handle in_file(H5Dget_space(m_dataset.id()), H5Sclose);
    const Handle in_memory(H5Screate_simple(rank, size.data(), nullptr), H5Sclose);
    const Handle element = memory_type(type);
    const bool done =
        H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) >= 0 &&
        (write
             ? H5Dwrite(m_dataset.id(), element.id(), in_memory.id(), in_file.id(), H5P_DEFAULT, memory)
             : H5Dread(m_dataset.id(), element.id(), in_memory.id(), in_file.id(), H5P_DEFAULT, memory)) >= 0;
    if (done)
        return {};
    return failure(write ? ErrorCode::Io : ErrorCode::CorruptFile, m_file,
                   (write ? "writing rows " : "reading rows ") + std::to_string(first) + " to " +
                       std::to_string(first + count - 1) + " of " + m_info.path + " failed");
}

Status Table::read(std::uint64_t first, std::uint64_t count, Memory type, void* out) const {
    return transfer(first, count, type, out, false);
}

Status Table::write(std::uint64_t first, std::uint64_t count, Memory type, const void* in) {
    return transfer(first, count, type, const_cast<void*>(in), true);
}

Result<bool> Table::read_raw_chunk(std::uint64_t row, std::uint64_t col, std::vector<std::byte>& buffer,
                                   std::uint32_t& skipped) const {
    silence();
    const hsize_t offset[2] = {row, col};
    hsize_t bytes = 0;
    if (H5Dget_chunk_storage_size(m_dataset.id(), offset, &bytes) < 0 || bytes == 0)
        return false;
    if (bytes > m_info.stored_bytes)
        return Error{ErrorCode::CorruptFile, m_file + ": a part of " + m_info.path +
                                                 " declares more bytes than the whole data set has."};
    buffer.resize(bytes);
    if (H5Dread_chunk(m_dataset.id(), H5P_DEFAULT, offset, &skipped, buffer.data()) < 0)
        return failure(ErrorCode::CorruptFile, m_file,
                       "reading the part of " + m_info.path + " that begins at row " + std::to_string(row) +
                           ", column " + std::to_string(col) + " failed");
    return true;
}

std::optional<std::string> File::text_attribute(const char* name) const {
    silence();
    if (H5Aexists(m_file.id(), name) <= 0)
        return std::nullopt;
    const Handle attribute(H5Aopen(m_file.id(), name, H5P_DEFAULT), H5Aclose);
    const Handle type(H5Aget_type(attribute.id()), H5Tclose);
    const Handle space(H5Aget_space(attribute.id()), H5Sclose);
    if (!attribute || H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1)
        return std::nullopt;
    if (H5Tis_variable_str(type.id()) > 0) {
        char* text = nullptr;
        const Handle memory(H5Tcopy(type.id()), H5Tclose);
        if (H5Aread(attribute.id(), memory.id(), &text) < 0 || !text)
            return std::nullopt;
        std::string copy = text;
        H5free_memory(text);
        return copy;
    }
    constexpr std::size_t kLongest = 1 << 16;
    std::string text(std::min(H5Tget_size(type.id()), kLongest + 1), '\0');
    if (text.size() > kLongest)
        return std::nullopt;
    if (H5Aread(attribute.id(), type.id(), text.data()) < 0)
        return std::nullopt;
    text.resize(std::min(text.find('\0'), text.size()));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::optional<std::int64_t> File::integer_attribute(const char* name) const {
    silence();
    if (H5Aexists(m_file.id(), name) <= 0)
        return std::nullopt;
    const Handle attribute(H5Aopen(m_file.id(), name, H5P_DEFAULT), H5Aclose);
    const Handle type(H5Aget_type(attribute.id()), H5Tclose);
    const Handle space(H5Aget_space(attribute.id()), H5Sclose);
    std::int64_t value = 0;
    const Kind kind = kind_of(type.id(), H5Tget_size(type.id()));
    if (!attribute || (kind != Kind::Signed && kind != Kind::Unsigned) ||
        H5Sget_simple_extent_npoints(space.id()) != 1 ||
        H5Aread(attribute.id(), H5T_NATIVE_INT64, &value) < 0)
        return std::nullopt;
    return value;
}

Result<Table> File::add_table(const char* name, std::uint64_t rows, std::uint64_t cols, Memory type) {
    silence();
    const hsize_t shape[2] = {rows, cols};
    const Handle space(H5Screate_simple(2, shape, nullptr), H5Sclose);
    const Handle element = memory_type(type);
    {
        const Handle dataset(
            H5Dcreate2(m_file.id(), name, element.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
            H5Dclose);
        if (!dataset)
            return failure(ErrorCode::Io, m_path, std::string("the data set ") + name + " cannot be created");
    }
    return table(name);
}

Status File::save_attribute(const char* name, const Handle& type, const void* value) {
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(H5Acreate2(m_file.id(), name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    if (!attribute || H5Awrite(attribute.id(), type.id(), value) < 0)
        return failure(ErrorCode::Io, m_path, std::string("the attribute ") + name + " cannot be written");
    return {};
}

Status File::set_attribute(const char* name, const std::string& text) {
    silence();
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.id(), H5T_VARIABLE); // as h5py writes: read back as str, not bytes
    H5Tset_cset(type.id(), H5T_CSET_UTF8);
    const char* value = text.c_str();
    return save_attribute(name, type, static_cast<const void*>(&value));
}

Status File::set_attribute(const char* name, std::int64_t value) {
    silence();
    return save_attribute(name, memory_type(Memory::I64), &value);
}

Status File::close() {
    silence();
    if (H5Fflush(m_file.id(), H5F_SCOPE_LOCAL) < 0)
        return failure(ErrorCode::Io, m_path, "the file cannot be written");
    m_file = Handle();
    return {};
}

} // namespace annscope::hdf5
