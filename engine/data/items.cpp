// SPDX-License-Identifier: Apache-2.0
#include "data/items.h"

#include "data/format.h"
#include "data/hold_out.h"
#include "data/item_files.h"
#include "data/reader.h"

#include <algorithm>
#include <numeric>

namespace annscope {
namespace {

using item_files::EntriesPtr;

Result<EntriesPtr> open_entries(const std::filesystem::path& path, const Control& control) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return item_files::open_folder(path, control);
    if (!reader::split_object_path(path).object.empty())
        return item_files::open_hdf5(path, control);
    if (item_files::is_idx(path))
        return item_files::open_idx(path, control);
    if (path.extension() == ".npy")
        return item_files::open_npy(path, control);
    if (const auto format = detect_format(path); format && *format == FileFormat::Hdf5)
        return item_files::open_hdf5(path, control); // which asks for a name
    return item_files::open_list(path, control);
}

} // namespace

Result<ItemOrder> ItemOrder::create(const Dataset& dataset, std::size_t entries, const std::string& what) {
    const std::size_t held = dataset.held_out.size(), rows = dataset.base.size() + held;
    const std::size_t queries = dataset.queries.size();
    ItemOrder order;
    if (entries < rows)
        return Error{ErrorCode::DimensionMismatch, what + " are " + format_count(entries) +
                                                       ", but the data has " + format_count(rows) + " rows" +
                                                       (held > 0 ? " (with those held out as queries)" : "") +
                                                       "; one for each row was expected."};
    if (held > 0) {
        order.m_base = rows_before_hold_out(rows, dataset.held_out);
        order.m_queries = dataset.held_out;
    } else if (queries > 0 && entries == rows + queries) {
        order.m_queries.resize(queries);
        std::iota(order.m_queries.begin(), order.m_queries.end(), static_cast<std::uint32_t>(rows));
    }
    if (entries > rows && (held > 0 || order.m_queries.empty()))
        order.m_warning = what + " are " + format_count(entries) + ", the rows " + format_count(rows) +
                          ": the first " + format_count(rows) + " are used.";
    return order;
}

Result<ItemSource> ItemSource::open(const std::filesystem::path& path, const Dataset& dataset,
                                    const Control& control) {
    ItemSource source;
    ANNSCOPE_ASSIGN(source.m_entries, open_entries(path, control));
    ANNSCOPE_ASSIGN(source.m_order,
                    ItemOrder::create(dataset, source.m_entries->size(), path.string() + ": the entries"));
    source.m_description = source.m_entries->description();
    if (!source.m_order.warning().empty())
        source.m_warnings.push_back(source.m_order.warning());
    return source;
}

Result<ItemSource> ItemSource::of_rows(const Dataset& dataset, const PixelShape& shape) {
    const std::size_t dim = dataset.dim();
    if (shape.values() != dim || dim == 0)
        return Error{ErrorCode::DimensionMismatch, "A picture of " + to_string(shape) + " has " +
                                                       format_count(shape.values()) +
                                                       " values, but a row has " + format_count(dim) + "."};
    ItemSource source;
    const PixelRange range = pixel_range(dataset.base);
    source.m_description = to_string(shape) + " pictures, the rows";
    source.m_entries = item_files::pixel_rows(dataset.base, shape, range, source.m_description);
    if (dataset.queries.dim() == dim)
        source.m_queries = item_files::pixel_rows(dataset.queries, shape, range, source.m_description);
    return source;
}

Item ItemSource::base(std::size_t row) const {
    if (m_queries)
        return row < m_entries->size() ? m_entries->item(row) : Item();
    const std::size_t entry = m_order.base(row);
    return entry < m_entries->size() ? m_entries->item(entry) : Item();
}

Item ItemSource::query(std::size_t query) const {
    if (m_queries)
        return query < m_queries->size() ? m_queries->item(query) : Item();
    const std::size_t entry = m_order.query(query);
    return entry < m_entries->size() ? m_entries->item(entry) : Item();
}

bool ItemSource::has_queries() const noexcept {
    return m_queries ? m_queries->size() > 0 : m_order.has_queries();
}

} // namespace annscope
