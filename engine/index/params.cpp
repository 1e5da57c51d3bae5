// SPDX-License-Identifier: Apache-2.0
#include "index/params.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace annscope {
namespace {

std::string number(double value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return {text, end};
}

} // namespace

double ParamSet::get(std::string_view name, double fallback) const noexcept {
    for (const auto& [key, value] : m_values)
        if (key == name)
            return value;
    return fallback;
}

bool ParamSet::contains(std::string_view name) const noexcept {
    return std::ranges::any_of(m_values, [name](const auto& entry) { return entry.first == name; });
}

void ParamSet::set(std::string_view name, double value) {
    for (auto& entry : m_values)
        if (entry.first == name) {
            entry.second = value;
            return;
        }
    m_values.emplace_back(std::string(name), value);
}

void ParamSet::erase(std::string_view name) {
    std::erase_if(m_values, [name](const auto& entry) { return entry.first == name; });
}

std::string to_string(const ParamSet& params) {
    std::string text;
    for (const auto& [key, value] : params.values())
        text += (text.empty() ? "" : ",") + key + "=" + number(value);
    return text;
}

Result<ParamSet> parse_params(std::string_view text, int offset) {
    ParamSet params;
    std::size_t at = 0;
    const auto fail = [offset](std::size_t column, std::string message) {
        return Error{ErrorCode::ParseError, std::move(message), offset + static_cast<int>(column)};
    };
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string_view item = text.substr(at, end - at);
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return fail(at, "Expected name=value, found \"" + std::string(item) + "\".");
        const std::string_view key = item.substr(0, equals), digits = item.substr(equals + 1);
        double value = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || stop != digits.data() + digits.size() || !std::isfinite(value))
            return fail(at + equals + 1, "Expected a number for " + std::string(key) + ", found \"" +
                                             std::string(digits) + "\".");
        if (params.contains(key))
            return fail(at, std::string(key) + " is given twice.");
        params.set(key, value);
        at = end + 1;
        if (end + 1 == text.size())
            return fail(end, "Expected another name=value after the comma.");
    }
    return params;
}

Status check_params(const ParamSet& params, std::span<const ParamInfo> declared, std::string_view what) {
    for (const auto& [key, value] : params.values()) {
        const auto info = std::ranges::find(declared, key, &ParamInfo::name);
        if (info == declared.end()) {
            std::string names;
            for (const ParamInfo& known : declared)
                names += (names.empty() ? "" : ", ") + std::string(known.name);
            return Error{ErrorCode::InvalidArgument, std::string(what) + " has no parameter \"" + key +
                                                         "\"; it has " + (names.empty() ? "none" : names) +
                                                         "."};
        }
        if (value < info->min || value > info->max || (info->integer && value != std::floor(value)))
            return Error{ErrorCode::InvalidArgument, std::string(info->name) + " must be " +
                                                         (info->integer ? "a whole number from " : "from ") +
                                                         number(info->min) + " to " + number(info->max) +
                                                         ", not " + number(value) + "."};
    }
    return {};
}

double value_or_default(const ParamSet& params, const ParamInfo& info) noexcept {
    return params.get(info.name, info.def);
}

} // namespace annscope
