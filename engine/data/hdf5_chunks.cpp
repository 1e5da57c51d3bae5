// SPDX-License-Identifier: Apache-2.0
#include "data/hdf5_chunks.h"

#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <zlib.h>

namespace annscope::hdf5 {
namespace {

/// Undoes the shuffle filter: byte b of element i of the chunk lies at b * elements + i.
template<std::size_t kBytes>
void unshuffle(const std::byte* planes, std::size_t elements, std::size_t first, std::size_t n,
               std::byte* out) {
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t b = 0; b < kBytes; ++b)
            out[i * kBytes + b] = planes[b * elements + first + i];
}

/// The rows of one chunk, cut at the table's edge, to their places.
void scatter(const TableInfo& info, std::uint64_t row, std::uint64_t col, const std::vector<std::byte>& chunk,
             std::byte* out) {
    const std::size_t size = info.element_bytes, elements = info.chunk[0] * info.chunk[1];
    const std::uint64_t rows = std::min(info.chunk[0], info.shape[0] - row);
    const std::size_t cols = std::min(info.chunk[1], info.shape[1] - col);
    for (std::uint64_t r = 0; r < rows; ++r) {
        std::byte* to = out + ((row + r) * info.shape[1] + col) * size;
        const std::size_t first = r * info.chunk[1];
        if (!info.shuffle || size == 1)
            std::memcpy(to, chunk.data() + first * size, cols * size);
        else if (size == 2)
            unshuffle<2>(chunk.data(), elements, first, cols, to);
        else
            unshuffle<4>(chunk.data(), elements, first, cols, to);
    }
}

struct Scratch {
    std::vector<std::byte> packed, plain;
};

} // namespace

bool can_inflate_chunks(const TableInfo& info) {
    constexpr std::uint64_t kMostBytes = 1u << 28;
    return info.shape.size() == 2 && info.chunk.size() == 2 && info.chunk[0] > 0 && info.chunk[1] > 0 &&
           info.deflate && !info.other_filters && info.little_endian &&
           (info.element_bytes == 1 || info.element_bytes == 2 || info.element_bytes == 4) &&
           info.chunk[0] < kMostBytes && info.chunk[1] < kMostBytes / info.chunk[0] / info.element_bytes;
}

Result<bool> inflate_chunks(const std::string& file, const Table& table, std::byte* out,
                            const Control& control) {
    const TableInfo& info = table.info();
    const std::uint64_t across = (info.shape[1] + info.chunk[1] - 1) / info.chunk[1];
    const std::uint64_t down = (info.shape[0] + info.chunk[0] - 1) / info.chunk[0];
    const std::size_t chunk_bytes = info.chunk[0] * info.chunk[1] * info.element_bytes;
    const std::uint64_t step = info.shape[0] * info.shape[1] * info.element_bytes / (across * down);
    std::vector<Scratch> scratch(static_cast<std::size_t>(effective_threads(control)));
    std::mutex reading, failing;
    std::atomic<bool> by_hdf5{false}, failed{false};
    Status status;
    ANNSCOPE_TRY(parallel_for(across * down, 1, control, [&](std::size_t i, std::size_t, int thread) {
        if (by_hdf5 || failed)
            return;
        Scratch& mine = scratch[static_cast<std::size_t>(thread)];
        mine.plain.resize(chunk_bytes);
        const std::uint64_t row = i / across * info.chunk[0], col = i % across * info.chunk[1];
        std::uint32_t skipped = 0;
        const auto read = [&] {
            const std::lock_guard lock(reading);
            return table.read_raw_chunk(row, col, mine.packed, skipped);
        }();
        if (read && (!*read || skipped != 0)) {
            by_hdf5 = true;
            return;
        }
        uLongf length = chunk_bytes;
        const bool good =
            read &&
            ::uncompress(reinterpret_cast<Bytef*>(mine.plain.data()), &length,
                         reinterpret_cast<const Bytef*>(mine.packed.data()), mine.packed.size()) == Z_OK &&
            length == chunk_bytes;
        if (!good) {
            const std::lock_guard lock(failing);
            failed = true;
            status = read
                         ? Error{ErrorCode::CorruptFile,
                                 file + ": the compressed part of " + info.path + " that begins at row " +
                                     std::to_string(row) + ", column " + std::to_string(col) + " is damaged."}
                         : read.error();
            return;
        }
        scatter(info, row, col, mine.plain, out);
        control.advance(step);
    }));
    ANNSCOPE_TRY(std::move(status));
    return !by_hdf5;
}

} // namespace annscope::hdf5
