// SPDX-License-Identifier: Apache-2.0
// Numbers as text: a vector a line, separated by commas, semicolons, tabs or spaces.
#include "data/finite.h"
#include "data/mapped_file.h"
#include "data/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace annscope::reader {
namespace {

constexpr std::uint64_t kLinesPerCheck = 256; ///< between two looks at cancel

/// The lines that hold something: comments cut off, blanks skipped, carriage returns removed.
class Lines {
public:
    explicit Lines(std::string_view text) : m_text(text) {
        if (m_text.starts_with("\xef\xbb\xbf")) // a byte order mark
            m_next = 3;
    }
    bool next(std::string_view& line) {
        while (m_next < m_text.size()) {
            const std::size_t end = std::min(m_text.find('\n', m_next), m_text.size());
            line = m_text.substr(m_next, end - m_next);
            m_next = end + 1;
            ++m_number;
            line = line.substr(0, line.find('#'));
            while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
                line.remove_suffix(1);
            if (line.find_first_not_of(" \t") != std::string_view::npos)
                return true;
        }
        return false;
    }
    std::uint64_t number() const noexcept { return m_number; } ///< of the last line, from 1
    std::size_t offset() const noexcept { return std::min(m_next, m_text.size()); }

private:
    std::string_view m_text;
    std::size_t m_next = 0;
    std::uint64_t m_number = 0;
};

char detect_delimiter(std::string_view line) {
    for (const char c : {'\t', ';', ','})
        if (line.find(c) != std::string_view::npos)
            return c;
    return ' ';
}

std::string_view trimmed(std::string_view cell) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!cell.empty() && is_space(cell.front()))
        cell.remove_prefix(1);
    while (!cell.empty() && is_space(cell.back()))
        cell.remove_suffix(1);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
        cell = cell.substr(1, cell.size() - 2);
    return cell;
}

/// Calls f(cell) for each cell until it returns false.
template<class F>
void for_each_cell(std::string_view line, char delimiter, F&& f) {
    if (delimiter == ' ') {
        for (std::size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos;) {
            const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
            if (!f(trimmed(line.substr(at, end - at))))
                return;
            at = line.find_first_not_of(" \t", end);
        }
        return;
    }
    for (std::size_t at = 0;;) {
        const std::size_t end = std::min(line.find(delimiter, at), line.size());
        if (!f(trimmed(line.substr(at, end - at))) || end == line.size())
            return;
        at = end + 1;
    }
}

std::optional<double> parse_number(std::string_view cell) {
    if (cell.starts_with('+'))
        cell.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (end != cell.data() + cell.size() || cell.empty())
        return std::nullopt;
    if (error == std::errc::result_out_of_range) // too small becomes 0, too large infinity
        return cell.find("e-") != std::string_view::npos || cell.find("E-") != std::string_view::npos
                   ? 0.0
                   : std::numeric_limits<double>::infinity();
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// At most 24 bytes for a message, anything unprintable as "?".
std::string excerpt(std::string_view cell) {
    std::string text(cell.substr(0, 24));
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return cell.size() > text.size() ? text + "..." : text;
}

struct Table {
    std::string_view text;
    char delimiter = ' ';
    bool header = false;
    std::uint64_t cols = 0, most_rows = 0;
};

Error at_cell(const std::filesystem::path& path, std::uint64_t line, std::uint64_t column,
              const std::string& what) {
    return corrupt(path, "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what);
}

/// The first line tells the delimiter and the number of columns, and is a header where it has letters and no
/// cell is a number.
Result<Table> examine(const std::filesystem::path& path, std::string_view text) {
    Table table{text};
    Lines lines(text);
    std::string_view line;
    if (!lines.next(line))
        return corrupt(path,
                       "the file holds only blank lines and comments; a line of numbers for each vector was "
                       "expected.");
    table.delimiter = detect_delimiter(line);
    // "1,5;2,5" is a number with a decimal comma rather than a name.
    table.header = std::ranges::any_of(line, [](char c) { return !(c >= '\0' && c < 'A'); });
    for_each_cell(line, table.delimiter, [&](std::string_view cell) {
        ++table.cols;
        table.header = table.header && !parse_number(cell);
        return true;
    });
    const auto line_ends = static_cast<std::uint64_t>(std::ranges::count(text.substr(lines.offset()), '\n'));
    const bool open_end = lines.offset() < text.size() && text.back() != '\n';
    table.most_rows = line_ends + (open_end ? 1 : 0) + (table.header ? 0 : 1);
    if (table.most_rows == 0)
        return corrupt(
            path, "after the header there are no lines; a line of numbers for each vector was expected.");
    return table;
}

/// Calls store(row, column, value) for every number; returns the number of rows.
template<class Store>
Result<std::uint64_t> parse_rows(const std::filesystem::path& path, const Table& table,
                                 const Control& control, Store&& store) {
    control.begin("Reading", table.text.size());
    Lines lines(table.text);
    std::string_view line;
    if (table.header)
        (void)lines.next(line);
    std::uint64_t row = 0;
    std::size_t reported = 0;
    while (lines.next(line)) {
        if (row % kLinesPerCheck == 0) {
            if (control.cancel_requested())
                return cancelled();
            control.advance(lines.offset() - std::exchange(reported, lines.offset()));
        }
        std::uint64_t column = 0;
        Status status;
        for_each_cell(line, table.delimiter, [&](std::string_view cell) {
            if (++column > table.cols)
                return true;
            const auto value = parse_number(cell);
            if (!value)
                status = at_cell(path, lines.number(), column,
                                 cell.empty() ? "the cell is empty; a number was expected."
                                              : std::string("\"") + excerpt(cell) + "\" is not a number.");
            else
                status = store(row, column - 1, *value, lines.number());
            return status.ok();
        });
        ANNSCOPE_TRY(std::move(status));
        if (column != table.cols)
            return corrupt(path, "line " + std::to_string(lines.number()) + " has " + std::to_string(column) +
                                     " numbers, but the first line has " + std::to_string(table.cols) +
                                     "; the same was expected.");
        ++row;
    }
    if (row == 0)
        return corrupt(path,
                       "after the header there are no numbers; a line of them for each vector was expected.");
    return row;
}

Result<GroundTruth> parse_truth(const std::filesystem::path& path, const Table& table,
                                const Control& control) {
    constexpr double kLargest = 9'007'199'254'740'992.0; // 2^53
    ANNSCOPE_TRY(check_memory(table.most_rows * table.cols * sizeof(Id), path.string() + ": the truth"));
    GroundTruth truth;
    truth.k = table.cols;
    truth.ids.resize(table.most_rows * table.cols);
    const auto store = [&](std::uint64_t row, std::uint64_t column, double value,
                           std::uint64_t line) -> Status {
        if (!(std::abs(value) < kLargest) || value != std::floor(value))
            return at_cell(path, line, column + 1,
                           "the neighbours' row numbers were expected to be integers.");
        truth.ids[row * table.cols + column] = static_cast<Id>(value);
        return {};
    };
    ANNSCOPE_ASSIGN(truth.queries, parse_rows(path, table, control, store));
    truth.ids.resize(truth.queries * truth.k);
    return truth;
}

} // namespace

Result<FileContents> read_text(const std::filesystem::path& path, FileRole role, const Control& control) {
    ANNSCOPE_ASSIGN(const auto file, MappedFile::open(path));
    const std::string_view text(reinterpret_cast<const char*>(file->data()), file->size());
    ANNSCOPE_ASSIGN(const Table table, examine(path, text));
    ANNSCOPE_TRY(check_shape(path, table.most_rows, table.cols));
    FileContents contents;
    if (role == FileRole::Truth) {
        ANNSCOPE_ASSIGN(contents.truth, parse_truth(path, table, control));
        return contents;
    }
    ANNSCOPE_ASSIGN(const Storage storage, allocate(path, table.most_rows, table.cols, sizeof(float)));
    auto* out = reinterpret_cast<float*>(storage.data());
    const auto store = [&](std::uint64_t row, std::uint64_t column, double value,
                           std::uint64_t line) -> Status {
        if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max())))
            return at_cell(
                path, line, column + 1,
                "the value is not a finite float32 number; NaN, infinity and more than 3.4e38 are errors.");
        out[row * table.cols + column] = static_cast<float>(value);
        return {};
    };
    ANNSCOPE_ASSIGN(const std::uint64_t rows, parse_rows(path, table, control, store));
    contents.base = storage.as_vectors(ElementType::F32, rows, table.cols);
    return contents;
}

} // namespace annscope::reader
