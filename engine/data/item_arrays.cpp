// SPDX-License-Identifier: Apache-2.0
// Items that are pictures in one array: idx, npy and HDF5.
#include "data/convert.h"
#include "data/hdf5_file.h"
#include "data/item_files.h"
#include "data/npy_array.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <zlib.h>

namespace annscope::item_files {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 36;
constexpr std::size_t kInflateBlock = 1 << 18;

class PixelRows : public ItemSource::Entries {
public:
    PixelRows(VectorSet rows, const PixelShape& shape, const PixelRange& range, std::string description)
        : m_rows(std::move(rows)), m_shape(shape), m_range(range), m_description(std::move(description)) {}
    std::size_t size() const override { return m_rows.size(); }
    Item item(std::size_t entry) const override {
        std::vector<float> values(m_rows.dim());
        m_rows.copy_row(entry, values.data());
        Item item;
        item.kind = Item::Kind::Pixels;
        item.shape = m_shape;
        item.shape.planar = false;
        item.pixels = pixel_bytes(values, m_shape, m_range);
        return item;
    }
    std::string description() const override { return m_description; }
    bool immediate() const override { return !m_rows.mapped() && m_rows.dim() <= kImmediate; }

private:
    static constexpr std::size_t kImmediate = 1 << 16; // values
    VectorSet m_rows;
    PixelShape m_shape;
    PixelRange m_range;
    std::string m_description;
};

std::string shape_text(std::span<const std::uint64_t> shape) {
    std::string text;
    for (const std::uint64_t extent : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text;
}

bool is_number(hdf5::Kind kind) noexcept {
    return kind == hdf5::Kind::Float || kind == hdf5::Kind::Half || kind == hdf5::Kind::Signed ||
           kind == hdf5::Kind::Unsigned;
}

/// The one data set that may hold pictures, where nobody named one.
Result<std::string> only_pictures(const std::filesystem::path& path, const hdf5::File& file) {
    std::string found, names;
    for (const hdf5::TableInfo& info : file.list()) {
        names += (names.empty() ? "" : ", ") + info.path + " (" + shape_text(info.shape) + ")";
        if ((info.shape.size() != 3 && info.shape.size() != 4) || !is_number(info.kind))
            continue;
        if (!found.empty())
            return reader::unsupported(path, "there are pictures in " + found + " and in " + info.path +
                                                 "; name one, as in file.hdf5:" + found + ".");
        found = info.path;
    }
    if (found.empty())
        return reader::unsupported(path, "there are no pictures in it, n x height x width (x 3), but " +
                                             names + ".");
    return found;
}

/// n x h x w, n x h x w x 1 or 3, n x 1 or 3 x h x w.
Result<PixelShape> picture_shape(const std::filesystem::path& path, std::span<const std::uint64_t> shape) {
    const auto is_depth = [](std::uint64_t extent) { return extent == 1 || extent == 3; };
    PixelShape result;
    if (shape.size() == 3)
        result = {shape[2], shape[1], 1, false};
    else if (shape.size() == 4 && is_depth(shape[3]))
        result = {shape[2], shape[1], shape[3], false};
    else if (shape.size() == 4 && is_depth(shape[1]))
        result = {shape[3], shape[2], shape[1], true};
    else
        return reader::unsupported(path, "the array has the shape " + shape_text(shape) +
                                             "; pictures, n x height x width (x 3), were expected.");
    if (result.width == 0 || result.height == 0 || result.width > 16384 || result.height > 16384)
        return reader::unsupported(path, "the pictures are " + std::to_string(result.width) + " x " +
                                             std::to_string(result.height) +
                                             "; 1 to 16,384 a side is shown.");
    return result;
}

EntriesPtr pictures(const std::filesystem::path& path, VectorSet rows, const PixelShape& shape) {
    const PixelRange range = pixel_range(rows);
    std::string text =
        format_count(rows.size()) + " pictures of " + to_string(shape) + " in " + path.string();
    return pixel_rows(std::move(rows), shape, range, std::move(text));
}

} // namespace

EntriesPtr pixel_rows(VectorSet rows, const PixelShape& shape, const PixelRange& range,
                      std::string description) {
    return std::make_shared<PixelRows>(std::move(rows), shape, range, std::move(description));
}

Result<std::vector<std::uint8_t>> read_inflated(const std::filesystem::path& path, std::uint64_t most,
                                                const Control& control) {
    ANNSCOPE_TRY(check_readable_file(path));
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file)
        return reader::io_error(path, "it cannot be opened", errno);
    std::vector<std::uint8_t> bytes;
    for (;;) {
        if (control.cancel_requested())
            return cancelled();
        const std::size_t have = bytes.size();
        if (have > most)
            return reader::unsupported(path, "more than " + format_bytes(most) + " are not read from it.");
        ANNSCOPE_TRY(check_memory(kInflateBlock, path.string()));
        bytes.resize(have + kInflateBlock);
        const int got = gzread(file.get(), bytes.data() + have, static_cast<unsigned>(kInflateBlock));
        if (got < 0) {
            int code = 0;
            return reader::corrupt(path,
                                   std::string("it cannot be inflated: ") + gzerror(file.get(), &code) + ".");
        }
        bytes.resize(have + static_cast<std::size_t>(got));
        if (got == 0)
            return bytes;
    }
}

Result<IdxHeader> parse_idx(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
    IdxHeader header;
    if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
        return reader::corrupt(path, "this is not an idx file.");
    header.type = bytes[2];
    std::size_t width = 0;
    switch (header.type) {
    case 0x08:
    case 0x09:
        width = 1;
        break;
    case 0x0b:
        width = 2;
        break;
    case 0x0c:
    case 0x0d:
        width = 4;
        break;
    case 0x0e:
        width = 8;
        break;
    default:
        return reader::corrupt(path, "the idx file has values of the unknown type " +
                                         std::to_string(header.type) + ".");
    }
    header.data_offset = 4 + 4 * std::size_t{bytes[3]};
    if (bytes[3] == 0 || bytes.size() < header.data_offset)
        return reader::corrupt(path, "the header of the idx file is cut off.");
    std::uint64_t values = 1;
    for (std::size_t at = 4; at < header.data_offset; at += 4) {
        const std::uint64_t extent = std::uint64_t{bytes[at]} << 24 | std::uint64_t{bytes[at + 1]} << 16 |
                                     std::uint64_t{bytes[at + 2]} << 8 | bytes[at + 3];
        header.shape.push_back(extent);
        if (extent > 0 && values > kMostBytes / extent)
            return reader::corrupt(path, "the idx file declares " + shape_text(header.shape) +
                                             " values, more than it can hold.");
        values *= extent;
    }
    if (bytes.size() - header.data_offset < values * width)
        return reader::corrupt(path, "the idx file declares " + shape_text(header.shape) +
                                         " values, but only " +
                                         std::to_string(bytes.size() - header.data_offset) +
                                         " bytes follow. Is the file truncated?");
    return header;
}

bool is_idx(const std::filesystem::path& path) {
    if (!check_readable_file(path))
        return false;
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    std::array<std::uint8_t, 4> start{};
    return file && gzread(file.get(), start.data(), 4) == 4 && start[0] == 0 && start[1] == 0 &&
           start[2] >= 0x08 && start[2] <= 0x0e && start[3] >= 1 && start[3] <= 4;
}

Result<EntriesPtr> open_idx(const std::filesystem::path& path, const Control& control) {
    ANNSCOPE_ASSIGN(const std::vector<std::uint8_t> bytes, read_inflated(path, kMostBytes, control));
    ANNSCOPE_ASSIGN(const IdxHeader header, parse_idx(path, bytes));
    if (header.type != 0x08)
        return reader::unsupported(path,
                                   "the idx file does not hold bytes; pictures of bytes were expected.");
    ANNSCOPE_ASSIGN(const PixelShape shape, picture_shape(path, header.shape));
    ANNSCOPE_TRY(reader::check_shape(path, header.shape[0], shape.values()));
    AlignedBuffer<std::uint8_t> pixels(header.shape[0] * shape.values());
    std::memcpy(pixels.data(), bytes.data() + header.data_offset, pixels.size());
    return pictures(path, VectorSet::adopt(std::move(pixels), header.shape[0], shape.values()), shape);
}

Result<EntriesPtr> open_npy(const std::filesystem::path& path, const Control& control) {
    ANNSCOPE_ASSIGN(const reader::NpyArray array, reader::open_npy_array(path));
    ANNSCOPE_ASSIGN(const PixelShape shape, picture_shape(path, array.shape));
    if (array.source.number == reader::Number::Unsigned && array.source.bytes == 1)
        return pictures(path,
                        VectorSet(array.file, array.source.data, ElementType::U8, array.source.rows,
                                  array.source.cols, array.source.cols, true),
                        shape);
    std::vector<std::string> warnings;
    ANNSCOPE_ASSIGN(VectorSet rows, reader::load_vectors(path, array.source, warnings, control));
    return pictures(path, std::move(rows), shape);
}

Result<EntriesPtr> open_hdf5(const std::filesystem::path& path, const Control& control) {
    constexpr std::uint64_t kBlock = 256;
    const reader::ObjectPath place = reader::split_object_path(path);
    ANNSCOPE_TRY(check_readable_file(place.file));
    ANNSCOPE_ASSIGN(const hdf5::File file, hdf5::File::open(place.file));
    std::string object = place.object;
    if (object.empty()) {
        ANNSCOPE_ASSIGN(object, only_pictures(place.file, file));
    }
    ANNSCOPE_ASSIGN(const hdf5::Table table, file.table(object));
    const hdf5::TableInfo& info = table.info();
    ANNSCOPE_ASSIGN(const PixelShape shape, picture_shape(path, info.shape));
    if (!is_number(info.kind) || !info.readable_filters)
        return reader::unsupported(path, "the values cannot be read; numbers were expected.");
    ANNSCOPE_TRY(reader::check_shape(path, table.rows(), table.cols()));
    const bool bytes = info.kind == hdf5::Kind::Unsigned && info.element_bytes == 1;
    const ElementType type = bytes ? ElementType::U8 : ElementType::F32;
    ANNSCOPE_ASSIGN(const reader::Storage storage,
                    reader::allocate(path, table.rows(), table.cols(), element_size(type)));
    const std::uint64_t step = info.chunk.empty() ? kBlock : std::max<std::uint64_t>(1, info.chunk[0]);
    control.begin("Reading", table.rows());
    for (std::uint64_t first = 0; first < table.rows(); first += step) {
        if (control.cancel_requested())
            return cancelled();
        const std::uint64_t count = std::min(step, table.rows() - first);
        ANNSCOPE_TRY(table.read(first, count, bytes ? hdf5::Memory::U8 : hdf5::Memory::F32,
                                storage.data() + first * table.cols() * element_size(type)));
        control.advance(count);
    }
    return pictures(path, storage.as_vectors(type, table.rows(), table.cols()), shape);
}

} // namespace annscope::item_files
