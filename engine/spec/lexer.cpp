// SPDX-License-Identifier: Apache-2.0
#include "spec/lexer.h"

#include <charconv>

namespace annscope::spec {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_spec_character(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(",_+-.()").find(c) != std::string_view::npos;
}

Status check_characters(Segment whole) {
    if (whole.text.size() > kMaxLength)
        return parse_error(whole.column + static_cast<int>(kMaxLength), "The factory string is longer than " +
                                                                            std::to_string(kMaxLength) +
                                                                            " characters.");
    for (std::size_t i = 0; i < whole.text.size(); ++i) {
        const char c = whole.text[i];
        if (is_spec_character(c))
            continue;
        const int column = whole.column + static_cast<int>(i);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            return parse_error(column, "A factory string has no spaces; remove this one.");
        if (c > ' ' && c < 127)
            return parse_error(column, std::string("The character ") + c +
                                           " does not occur in a factory string; expected letters, digits "
                                           "or one of , _ + - . ( ).");
        return parse_error(column,
                           "A factory string has only plain (ASCII) letters, digits and , _ + - . ( ).");
    }
    return {};
}

} // namespace

Error parse_error(int column, std::string message) {
    return {ErrorCode::ParseError, std::move(message), column};
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 40;
    if (text.size() <= kShown)
        return "\"" + std::string(text) + "\"";
    return "\"" + std::string(text.substr(0, kShown)) + "...\"";
}

Result<std::vector<Segment>> split(Segment whole) {
    ANNSCOPE_TRY(check_characters(whole));
    std::vector<Segment> segments;
    std::vector<std::size_t> open;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= whole.text.size(); ++i) {
        const char c = i < whole.text.size() ? whole.text[i] : ',';
        if (c == '(')
            open.push_back(i);
        if (c == ')') {
            if (open.empty())
                return parse_error(whole.column + static_cast<int>(i), "This ) closes nothing; remove it.");
            open.pop_back();
        }
        if (i == whole.text.size() && !open.empty())
            return parse_error(whole.column + static_cast<int>(i),
                               "Expected ) to close the ( in column " +
                                   std::to_string(whole.column + static_cast<int>(open.back()) + 1) + ".");
        if (c == ',' && open.empty()) {
            segments.push_back({whole.text.substr(begin, i - begin), whole.column + static_cast<int>(begin)});
            begin = i + 1;
        }
    }
    return segments;
}

std::optional<Segment> inside_parentheses(Segment segment, std::string_view name) {
    const std::string_view text = segment.text;
    if (text.size() < name.size() + 2 || !text.starts_with(name) || text[name.size()] != '(' ||
        text.back() != ')')
        return std::nullopt;
    int depth = 0;
    for (std::size_t i = name.size(); i < text.size(); ++i) {
        depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        if (depth == 0 && i + 1 < text.size())
            return std::nullopt;
    }
    Segment inner = segment.from(name.size() + 1);
    inner.text.remove_suffix(1);
    return inner;
}

bool Scanner::accept(std::string_view word) noexcept {
    if (!rest().starts_with(word))
        return false;
    m_at += word.size();
    return true;
}

bool Scanner::accept_last(std::string_view word) noexcept {
    return rest() == word && accept(word);
}

bool Scanner::at_digit(std::size_t ahead) const noexcept {
    return m_at + ahead < m_segment.text.size() && is_digit(m_segment.text[m_at + ahead]);
}

Result<std::uint64_t> Scanner::number(std::string_view what, std::uint64_t min, std::uint64_t max) {
    const std::string range =
        " must be a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    if (!at_digit())
        return parse_error(column(), "Expected a number after " + quoted(consumed()) + ": " +
                                         std::string(what) + range + ".");
    std::size_t digits = 0;
    while (at_digit(digits))
        ++digits;
    const std::string_view text = rest().substr(0, digits);
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < min || value > max)
        return parse_error(column(), std::string(what) + range + ", not " +
                                         (digits > 24 ? "a number of " + std::to_string(digits) + " digits"
                                                      : std::string(text)) +
                                         ".");
    m_at += digits;
    return value;
}

Result<std::uint64_t> Scanner::number_or(std::uint64_t fallback, std::string_view what, std::uint64_t min,
                                         std::uint64_t max) {
    return at_digit() ? number(what, min, max) : Result<std::uint64_t>(fallback);
}

Status Scanner::end(std::string_view expected) const {
    if (done())
        return {};
    return parse_error(column(), "Expected " + std::string(expected) + " after " + quoted(consumed()) +
                                     ", found " + quoted(rest()) + ".");
}

} // namespace annscope::spec
