// SPDX-License-Identifier: Apache-2.0
#include "tune/formula.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>

namespace annscope {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Recursive descent; a fault anywhere makes the whole nothing.
class Evaluation {
public:
    Evaluation(std::string_view text, const FormulaValues& values) : m_text(text), m_values(values) {}

    std::optional<double> value() {
        const double result = sum();
        skip_spaces();
        return m_bad || m_at != m_text.size() || !std::isfinite(result) ? std::nullopt
                                                                        : std::optional(result);
    }

private:
    static constexpr int kDeepest = 32;

    void skip_spaces() {
        while (m_at < m_text.size() && m_text[m_at] == ' ')
            ++m_at;
    }
    bool accept(char c) {
        skip_spaces();
        if (m_at == m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }
    double fail() {
        m_bad = true;
        return 0;
    }
    double sum() {
        double result = product();
        while (!m_bad) {
            if (accept('+'))
                result += product();
            else if (accept('-'))
                result -= product();
            else
                break;
        }
        return result;
    }
    double product() {
        double result = power();
        while (!m_bad) {
            if (accept('*'))
                result *= power();
            else if (accept('/'))
                result /= power();
            else
                break;
        }
        return result;
    }
    double power() {
        const double base = atom();
        return !m_bad && accept('^') ? std::pow(base, power()) : base;
    }
    double atom() {
        skip_spaces();
        if (m_at == m_text.size() || ++m_depth > kDeepest)
            return fail();
        double result = 0;
        if (accept('('))
            result = closed();
        else if (is_digit(m_text[m_at]))
            result = number();
        else
            result = named(word());
        --m_depth;
        return result;
    }
    double closed() {
        const double result = sum();
        return accept(')') ? result : fail();
    }
    double number() {
        std::uint64_t result = 0;
        const char* begin = m_text.data() + m_at;
        const auto [end, fault] = std::from_chars(begin, m_text.data() + m_text.size(), result);
        m_at += static_cast<std::size_t>(end - begin);
        return fault == std::errc() ? static_cast<double>(result) : fail();
    }
    std::string_view word() {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && (is_letter(m_text[m_at]) || (m_at > begin && is_digit(m_text[m_at]))))
            ++m_at;
        return m_text.substr(begin, m_at - begin);
    }
    double named(std::string_view name) {
        if (name == "ceil")
            return accept('(') ? std::ceil(closed()) : fail();
        if (name == "max" || name == "min") {
            if (!accept('('))
                return fail();
            const double first = sum();
            const double second = accept(',') ? closed() : fail();
            return name == "max" ? std::max(first, second) : std::min(first, second);
        }
        const auto found = m_values.find(name);
        return found == m_values.end() || found->second.empty() ? fail()
                                                                : static_cast<double>(found->second.front());
    }

    std::string_view m_text;
    const FormulaValues& m_values;
    std::size_t m_at = 0;
    int m_depth = 0;
    bool m_bad = false;
};

/// The names in a formula, each once, and the text with each replaced by what a map says.
template<class Replace>
std::string replace_names(std::string_view formula, Replace replace) {
    std::string out;
    for (std::size_t i = 0; i < formula.size();) {
        std::size_t end = i;
        while (end < formula.size() && (is_letter(formula[end]) || (end > i && is_digit(formula[end]))))
            ++end;
        if (end == i || !is_letter(formula[i])) {
            out += formula[i++];
            continue;
        }
        out += replace(formula.substr(i, end - i));
        i = end;
    }
    return out;
}

void add_value(FormulaValues& values, std::string_view name, std::uint64_t value) {
    std::vector<std::uint64_t>& known = values[std::string(name)];
    if (std::ranges::find(known, value) == known.end())
        known.push_back(value);
}

void add_dimension(FormulaValues& values, std::uint64_t dim) {
    add_value(values, "d", dim);
    add_value(values, "d_out", dim);
}

std::size_t dim_after(const SpecNode& transform, std::size_t dim) noexcept {
    const std::string& name = transform.name;
    if (name == "HR")
        return std::bit_ceil(std::max<std::size_t>(dim, 1));
    if (name == "OPQ")
        return transform.numbers.size() > 1 ? transform.numbers[1] : dim;
    const bool sized = name.starts_with("PCA") || name == "Pad" || name == "RR" || name == "ITQ";
    return !sized || transform.numbers.empty() ? dim
           : name == "Pad"                     ? std::max<std::size_t>(dim, transform.numbers[0])
                                               : transform.numbers[0];
}

void add_node(FormulaValues& values, const SpecNode& node, std::size_t dim) {
    const auto number = [&](std::size_t i, std::uint64_t fallback) {
        return i < node.numbers.size() ? node.numbers[i] : fallback;
    };
    const std::string& name = node.name;
    if (name == "IVF") {
        add_value(values, "nlist", number(0, 1));
        add_value(values, "n", number(0, 1)); // of a coarse index over the centroids
    } else if (name == "IMI") {
        add_value(values, "nlist", std::uint64_t{1} << std::min<std::uint64_t>(2 * number(1, 1), 62));
        add_value(values, "nbits", number(1, 1));
    } else if (name == "PQ" && node.numbers.size() > 1) {
        add_value(values, "M", node.numbers[0]);
        add_value(values, "nbits", node.numbers[1]);
    } else if (name == "RaBitQ" || name == "RaBitQfs") {
        add_value(values, "b", number(0, 1));
        add_value(values, "nbits", number(0, 1));
    } else if (name == "Vamana" || name == "NSG") {
        add_value(values, "R", number(0, 1));
    }
    add_dimension(values, dim_after(node, dim));
    for (const SpecNode& child : node.children) {
        add_node(values, child, dim);
        if (name == "PreTransform")
            dim = dim_after(child, dim);
    }
}

} // namespace

std::optional<double> evaluate(std::string_view formula, const FormulaValues& values) {
    return Evaluation(formula, values).value();
}

std::optional<std::string> with_numbers(std::string_view formula, std::uint64_t bytes,
                                        const FormulaValues& values) {
    std::vector<std::string> names;
    replace_names(formula, [&](std::string_view name) {
        if (values.contains(name) && std::ranges::find(names, name) == names.end())
            names.emplace_back(name);
        return std::string();
    });
    FormulaValues chosen;
    const auto choose = [&](const auto& self, std::size_t at) -> bool {
        if (at == names.size()) {
            const auto value = evaluate(formula, chosen);
            return value && *value == static_cast<double>(bytes);
        }
        for (const std::uint64_t candidate : values.at(names[at])) {
            chosen[names[at]] = {candidate};
            if (self(self, at + 1))
                return true;
        }
        return false;
    };
    if (!choose(choose, 0))
        return std::nullopt;
    return replace_names(formula, [&](std::string_view name) {
        const auto found = chosen.find(name);
        return found == chosen.end() ? std::string(name) : std::to_string(found->second.front());
    });
}

FormulaValues formula_values(const SpecNode& root, std::size_t n, std::size_t dim) {
    FormulaValues values;
    add_value(values, "n", n);
    constexpr std::size_t kBlock = 32; // codes of fast scan are padded to whole blocks
    add_value(values, "n", (n + kBlock - 1) / kBlock * kBlock);
    add_dimension(values, dim);
    add_node(values, root, dim);
    if (const auto bits = values.find("nbits"); bits != values.end())
        values["bits"] = bits->second;
    if (const auto cells = values.find("nlist"); cells != values.end())
        values["nlist_of_quantizer"] = cells->second; // of an index over the centroids
    return values;
}

} // namespace annscope
