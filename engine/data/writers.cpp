// SPDX-License-Identifier: Apache-2.0
// fvecs and npy. HDF5 is written by hdf5_writer.cpp.
#include "data/format.h"
#include "data/output_file.h"
#include "data/reader.h"

#include <algorithm>
#include <cstring>

namespace annscope {
namespace {

/// Rows between two looks at cancel.
std::size_t rows_per_check(const VectorSet& vectors) {
    return std::max<std::size_t>(1, reader::kBlockBytes / 4 / (vectors.dim() * element_size(vectors.type())));
}

/// Writes every row by write(i), with progress and cancel.
template<class Write>
Status write_rows(const VectorSet& vectors, const Control& control, Write&& write) {
    control.begin("Writing", vectors.size());
    const std::size_t step = rows_per_check(vectors);
    for (std::size_t first = 0; first < vectors.size(); first += step) {
        if (control.cancel_requested())
            return cancelled();
        const std::size_t last = std::min(first + step, vectors.size());
        for (std::size_t i = first; i < last; ++i)
            ANNSCOPE_TRY(write(i));
        control.advance(last - first);
    }
    return {};
}

/// Version 1, whose header is at most 64 KiB; padded so that the data begin at a multiple of 64 bytes.
std::string npy_header(const char* descr, std::size_t rows, std::size_t cols) {
    std::string dict = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (" +
                       std::to_string(rows) + ", " + std::to_string(cols) + "), }";
    constexpr std::size_t kPrefix = 10;
    dict.append(63 - (kPrefix + dict.size()) % 64, ' ');
    dict += '\n';
    std::string header("\x93NUMPY\x01\x00", 8);
    header += static_cast<char>(dict.size() & 0xff);
    header += static_cast<char>(dict.size() >> 8);
    return header + dict;
}

const char* npy_descr(ElementType type) {
    switch (type) {
    case ElementType::F32:
        return "<f4";
    case ElementType::F16:
        return "<f2";
    case ElementType::U8:
        return "|u1";
    case ElementType::I8:
        break;
    }
    return "|i1";
}

} // namespace

Status write_fvecs(const std::filesystem::path& path, const VectorSet& vectors, const Control& control) {
    ANNSCOPE_ASSIGN(OutputFile file, OutputFile::create(path));
    std::vector<float> row(vectors.dim() + 1);
    const auto d = static_cast<std::int32_t>(vectors.dim());
    ANNSCOPE_TRY(write_rows(vectors, control, [&](std::size_t i) {
        std::memcpy(row.data(), &d, sizeof d);
        vectors.copy_row(i, row.data() + 1);
        return file.write(row.data(), row.size() * sizeof(float));
    }));
    return file.commit();
}

Status write_npy(const std::filesystem::path& path, const VectorSet& vectors, const Control& control) {
    ANNSCOPE_ASSIGN(OutputFile file, OutputFile::create(path));
    const std::string header = npy_header(npy_descr(vectors.type()), vectors.size(), vectors.dim());
    ANNSCOPE_TRY(file.write(header.data(), header.size()));
    const std::size_t row_bytes = vectors.dim() * element_size(vectors.type());
    ANNSCOPE_TRY(
        write_rows(vectors, control, [&](std::size_t i) { return file.write(vectors.row(i), row_bytes); }));
    return file.commit();
}

Status write_npy_ids(const std::filesystem::path& path, std::span<const Id> ids, std::size_t rows,
                     std::size_t cols) {
    if (ids.size() != rows * cols)
        return Error{ErrorCode::InvalidArgument, path.string() + ": " + std::to_string(ids.size()) +
                                                     " ids do not fill " + std::to_string(rows) + " x " +
                                                     std::to_string(cols) + "."};
    ANNSCOPE_ASSIGN(OutputFile file, OutputFile::create(path));
    const std::string header = npy_header("<i8", rows, cols);
    ANNSCOPE_TRY(file.write(header.data(), header.size()));
    ANNSCOPE_TRY(file.write(ids.data(), ids.size_bytes()));
    return file.commit();
}

} // namespace annscope
