// SPDX-License-Identifier: Apache-2.0
#include "data/labels.h"

#include "data/convert.h"
#include "data/format.h"
#include "data/hdf5_file.h"
#include "data/item_files.h"
#include "data/items.h"
#include "data/npy_array.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

namespace annscope {
namespace {

/// One for each entry of the file: numbers, or texts where not all are numbers.
struct Raw {
    std::vector<Id> numbers;
    std::vector<std::string> texts;
    std::size_t size() const noexcept { return texts.empty() ? numbers.size() : texts.size(); }
};

Error one_dimension_expected(const std::filesystem::path& path) {
    return reader::unsupported(path, "the labels have more than one dimension; one number for each row was "
                                     "expected.");
}

Result<Raw> from_idx(const std::filesystem::path& path, const Control& control) {
    ANNSCOPE_ASSIGN(const std::vector<std::uint8_t> bytes,
                    item_files::read_inflated(path, std::uint64_t{1} << 34, control));
    ANNSCOPE_ASSIGN(const item_files::IdxHeader header, item_files::parse_idx(path, bytes));
    if (header.shape.size() != 1)
        return one_dimension_expected(path);
    const std::size_t n = header.shape[0];
    const std::uint8_t* at = bytes.data() + header.data_offset;
    Raw raw;
    raw.numbers.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (header.type == 0x08)
            raw.numbers.push_back(at[i]);
        else if (header.type == 0x09)
            raw.numbers.push_back(static_cast<std::int8_t>(at[i]));
        else if (header.type == 0x0b)
            raw.numbers.push_back(static_cast<std::int16_t>(at[2 * i] << 8 | at[2 * i + 1]));
        else if (header.type == 0x0c)
            raw.numbers.push_back(static_cast<std::int32_t>(
                std::uint32_t{at[4 * i]} << 24 | std::uint32_t{at[4 * i + 1]} << 16 |
                std::uint32_t{at[4 * i + 2]} << 8 | at[4 * i + 3]));
        else
            return reader::unsupported(path,
                                       "the labels are floating-point numbers; integers were expected.");
    }
    return raw;
}

Result<Raw> from_npy(const std::filesystem::path& path) {
    ANNSCOPE_ASSIGN(const reader::NpyArray array, reader::open_npy_array(path));
    if (array.source.cols != 1)
        return one_dimension_expected(path);
    Raw raw;
    ANNSCOPE_ASSIGN(raw.numbers, reader::load_ids(path, array.source));
    return raw;
}

bool is_whole(hdf5::Kind kind) noexcept {
    return kind == hdf5::Kind::Signed || kind == hdf5::Kind::Unsigned || kind == hdf5::Kind::Boolean;
}

/// The one list of integers in a file, where nobody named one.
Result<std::string> only_labels(const std::filesystem::path& path, const hdf5::File& file) {
    std::string found;
    for (const hdf5::TableInfo& info : file.list()) {
        const bool one = info.shape.size() == 1 || (info.shape.size() == 2 && info.shape[1] == 1);
        if (!one || !is_whole(info.kind))
            continue;
        if (!found.empty())
            return reader::unsupported(path, "there are integers in " + found + " and in " + info.path +
                                                 "; name one, as in file.hdf5:" + found + ".");
        found = info.path;
    }
    if (found.empty())
        return reader::unsupported(path, "there is no list of integers in it, one for each row.");
    return found;
}

Result<Raw> from_hdf5(const std::filesystem::path& path) {
    const reader::ObjectPath place = reader::split_object_path(path);
    ANNSCOPE_TRY(check_readable_file(place.file));
    ANNSCOPE_ASSIGN(const hdf5::File file, hdf5::File::open(place.file));
    std::string object = place.object;
    if (object.empty()) {
        ANNSCOPE_ASSIGN(object, only_labels(place.file, file));
    }
    ANNSCOPE_ASSIGN(const hdf5::Table table, file.table(object));
    const hdf5::TableInfo& info = table.info();
    if (table.cols() != 1)
        return one_dimension_expected(path);
    if (!is_whole(info.kind))
        return reader::unsupported(path, "the labels are not integers.");
    ANNSCOPE_TRY(reader::check_shape(path, table.rows(), 1));
    ANNSCOPE_TRY(check_memory(table.rows() * sizeof(Id), path.string()));
    Raw raw;
    raw.numbers.resize(table.rows());
    ANNSCOPE_TRY(table.read(0, table.rows(), hdf5::Memory::I64, raw.numbers.data()));
    return raw;
}

std::optional<Id> whole_number(std::string_view text) noexcept {
    Id value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Result<Raw> from_text(const std::filesystem::path& path, const Control& control) {
    ANNSCOPE_ASSIGN(const item_files::EntriesPtr lines, item_files::open_list(path, control));
    constexpr std::size_t kPerCheck = 4096;
    Raw raw;
    bool numbers = true;
    for (std::size_t i = 0; i < lines->size(); ++i) {
        if (i % kPerCheck == 0 && control.cancel_requested())
            return cancelled();
        std::string text = lines->item(i).text;
        while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
            text.pop_back();
        const auto number = whole_number(text);
        numbers = numbers && number;
        if (numbers)
            raw.numbers.push_back(*number);
        raw.texts.push_back(std::move(text));
    }
    if (numbers)
        raw.texts.clear();
    else
        raw.numbers.clear();
    return raw;
}

Result<Raw> read_raw(const std::filesystem::path& path, const Control& control) {
    if (!reader::split_object_path(path).object.empty())
        return from_hdf5(path);
    if (item_files::is_idx(path))
        return from_idx(path, control);
    if (path.extension() == ".npy")
        return from_npy(path);
    if (const auto format = detect_format(path); format && *format == FileFormat::Hdf5)
        return from_hdf5(path);
    return from_text(path, control);
}

/// Gives each distinct value its number in ascending order. Returns the distinct values.
template<class T>
std::vector<T> classify(const std::vector<T>& values, std::vector<std::uint32_t>& classes) {
    std::vector<T> distinct = values;
    std::ranges::sort(distinct);
    const auto repeats = std::ranges::unique(distinct);
    distinct.erase(repeats.begin(), repeats.end());
    classes.reserve(values.size());
    for (const T& value : values)
        classes.push_back(
            static_cast<std::uint32_t>(std::ranges::lower_bound(distinct, value) - distinct.begin()));
    return distinct;
}

} // namespace

Result<Labels> open_labels(const std::filesystem::path& path, const Dataset& dataset,
                           const Control& control) {
    ANNSCOPE_ASSIGN(const Raw raw, read_raw(path, control));
    ANNSCOPE_ASSIGN(const ItemOrder order,
                    ItemOrder::create(dataset, raw.size(), path.string() + ": the labels"));
    Labels labels;
    std::vector<std::uint32_t> classes;
    if (raw.texts.empty())
        for (const Id value : classify(raw.numbers, classes))
            labels.names.push_back(std::to_string(value));
    else
        labels.names = classify(raw.texts, classes);
    if (labels.names.size() > kMostClasses)
        return Error{ErrorCode::InvalidArgument,
                     path.string() + ": there are " + format_count(labels.names.size()) +
                         " different labels; at most " + format_count(kMostClasses) +
                         " can be told apart. Is this a list of texts? Then open it as items."};
    labels.counts.resize(labels.names.size());
    for (std::size_t i = 0; i < dataset.base.size(); ++i) {
        labels.base.push_back(classes[order.base(i)]);
        ++labels.counts[labels.base.back()];
    }
    if (order.has_queries())
        for (std::size_t i = 0; i < dataset.queries.size(); ++i)
            labels.queries.push_back(classes[order.query(i)]);
    labels.description = format_count(labels.names.size()) + " labels of " + path.string();
    if (!order.warning().empty())
        labels.warnings.push_back(order.warning());
    return labels;
}

} // namespace annscope
