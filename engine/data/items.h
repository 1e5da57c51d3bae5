// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"
#include "data/pixels.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace annscope {

/// What a row stands for, as a person knows it.
struct Item {
    enum class Kind : std::uint8_t { None, Picture, Text, Pixels };
    Kind kind = Kind::None;
    std::string text; ///< Text: UTF-8 as it is; Picture: the path of the file, which may not exist
    PixelShape shape; ///< Pixels: of the bytes; channels lie side by side
    std::vector<std::uint8_t> pixels;
};

/// Which entry of a file that goes with the data belongs to a row of the base or to a query: queries that
/// were held out keep the entry of the row that they were, and a file may hold those of the queries after the
/// base.
class ItemOrder {
public:
    /// entries: in the file. what: "list.txt: the lines". Errors: DimensionMismatch with a sentence where
    /// there are fewer entries than rows. More than rows are a warning.
    static Result<ItemOrder> create(const Dataset& dataset, std::size_t entries, const std::string& what);

    static constexpr std::size_t kNone = ~std::size_t{0};
    std::size_t base(std::size_t row) const noexcept { return m_base.empty() ? row : m_base[row]; }
    std::size_t query(std::size_t query) const noexcept {
        return query < m_queries.size() ? m_queries[query] : kNone;
    }
    bool has_queries() const noexcept { return !m_queries.empty(); }
    const std::string& warning() const noexcept { return m_warning; }

private:
    std::vector<std::uint32_t> m_base, m_queries; // m_base empty: as they are
    std::string m_warning;
};

/// Pictures or texts of the rows of a data set. Const functions may run concurrently.
class ItemSource {
public:
    /// path: a folder of pictures (in the order of their names, numbers in names by their value); a text file
    /// of one picture path or text a line; pictures in an idx file (.gz, too), an .npy of n x h x w (x 3) or
    /// "file.hdf5:/name" of that shape. Relative paths in a list are seen from the list. Errors: Io,
    /// CorruptFile, Unsupported, DimensionMismatch, OutOfMemory, Cancelled; each names the path.
    static Result<ItemSource> open(const std::filesystem::path& path, const Dataset& dataset,
                                   const Control& control);
    /// The vectors themselves are the pictures. Errors: DimensionMismatch.
    static Result<ItemSource> of_rows(const Dataset& dataset, const PixelShape& shape);

    Item base(std::size_t row) const;
    /// Of kind None where nothing is known about the queries.
    Item query(std::size_t query) const;
    bool has_queries() const noexcept;
    /// An item takes far less than a millisecond and no file.
    bool immediate() const { return m_entries->immediate(); }
    /// "28 x 28 grey pictures, the rows", "60,000 pictures of /data/clothes".
    const std::string& description() const noexcept { return m_description; }
    const std::vector<std::string>& warnings() const noexcept { return m_warnings; }

    /// What knows the entries of one file, or the rows.
    class Entries {
    public:
        virtual ~Entries() = default;
        virtual std::size_t size() const = 0;
        virtual Item item(std::size_t entry) const = 0;
        virtual std::string description() const = 0;
        virtual bool immediate() const { return false; }
    };

private:
    std::shared_ptr<const Entries> m_entries, m_queries; // m_queries: where the rows are the pictures
    ItemOrder m_order;
    std::string m_description;
    std::vector<std::string> m_warnings;
};

/// Is it one of the picture files that a folder is searched for?
bool is_picture_path(const std::filesystem::path& path);

} // namespace annscope
