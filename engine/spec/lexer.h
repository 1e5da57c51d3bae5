// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace annscope::spec {

/// A stretch of a factory string and where it began in the whole of it.
struct Segment {
    std::string_view text;
    int column = 0;

    int end_column() const noexcept { return column + static_cast<int>(text.size()); }
    Segment from(std::size_t offset) const noexcept {
        return {text.substr(offset), column + static_cast<int>(offset)};
    }
};

/// Longest factory string and deepest nesting that are read; both far above what a machine can build.
inline constexpr std::size_t kMaxLength = 4096;
inline constexpr int kMaxDepth = 64;

Error parse_error(int column, std::string message);
/// A piece of the user's text for a message: quoted, cut when long.
std::string quoted(std::string_view text);

/// Cuts at the commas outside parentheses; an empty segment stays one. Errors: a character that no factory
/// string has, unbalanced parentheses, more than kMaxLength characters.
Result<std::vector<Segment>> split(Segment whole);

/// "Refine(PQ8)" with name "Refine" gives "PQ8"; nothing where the parenthesis does not enclose all that
/// follows the name.
std::optional<Segment> inside_parentheses(Segment segment, std::string_view name);

/// Reads one segment from left to right.
class Scanner {
public:
    explicit Scanner(Segment segment) noexcept : m_segment(segment) {}

    bool done() const noexcept { return m_at == m_segment.text.size(); }
    int column() const noexcept { return m_segment.column + static_cast<int>(m_at); }
    int begin_column() const noexcept { return m_segment.column; }
    std::string_view rest() const noexcept { return m_segment.text.substr(m_at); }
    std::string_view consumed() const noexcept { return m_segment.text.substr(0, m_at); }
    std::string_view text() const noexcept { return m_segment.text; }

    bool accept(std::string_view word) noexcept;
    /// word, and after it the end of the segment.
    bool accept_last(std::string_view word) noexcept;
    bool at_digit(std::size_t ahead = 0) const noexcept;

    /// Digits here. what: for the message, e.g. "nlist". Errors: no digits, not in [min, max] (however many
    /// digits).
    Result<std::uint64_t> number(std::string_view what, std::uint64_t min, std::uint64_t max);
    /// The same, or fallback where no digit follows.
    Result<std::uint64_t> number_or(std::uint64_t fallback, std::string_view what, std::uint64_t min,
                                    std::uint64_t max);
    /// Errors unless the whole segment was read. expected: for the message.
    Status end(std::string_view expected) const;

private:
    Segment m_segment;
    std::size_t m_at = 0;
};

} // namespace annscope::spec
