// SPDX-License-Identifier: GPL-3.0-or-later
// Files of vectors, made byte by byte: independent of the engine's own writers.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace annscope::test {

template<class T>
void put(std::string& bytes, T value, bool big_endian = false) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof value);
    if (big_endian)
        for (std::size_t i = 0; i < sizeof(T) / 2; ++i)
            std::swap(raw[i], raw[sizeof(T) - 1 - i]);
    bytes.append(raw, sizeof raw);
}

inline std::filesystem::path write_file(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
}

inline std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Rows of a dimension and that many values: fvecs (float), ivecs (i32), bvecs (u8).
template<class T>
std::string texmex_bytes(const std::vector<std::vector<T>>& rows) {
    std::string bytes;
    for (const auto& row : rows) {
        put(bytes, static_cast<std::int32_t>(row.size()));
        for (const T value : row)
            put(bytes, value);
    }
    return bytes;
}

/// n and d as declared, then the values, however many there are.
template<class T>
std::string bin_bytes(std::uint32_t n, std::uint32_t d, const std::vector<T>& values) {
    std::string bytes;
    put(bytes, n);
    put(bytes, d);
    for (const T value : values)
        put(bytes, value);
    return bytes;
}

/// An npy file with the given dictionary, padded as numpy does.
inline std::string npy_bytes(const std::string& dict, const std::string& data, int version = 1) {
    const std::size_t prefix = version == 1 ? 10 : 12;
    std::string header = dict;
    header.append(63 - (prefix + header.size()) % 64, ' ');
    header += '\n';
    std::string bytes = "\x93NUMPY";
    bytes += static_cast<char>(version);
    bytes += '\0';
    if (version == 1)
        put(bytes, static_cast<std::uint16_t>(header.size()));
    else
        put(bytes, static_cast<std::uint32_t>(header.size()));
    return bytes + header + data;
}

inline std::string npy_dict(const std::string& descr, const std::string& shape, bool fortran = false) {
    return "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") +
           ", 'shape': " + shape + ", }";
}

} // namespace annscope::test
