// SPDX-License-Identifier: Apache-2.0
#include "tune/parameter_space.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace annscope {
namespace {

/// About a dozen values from a sixteenth of the default to thirty-two times it; half as many where several
/// parameters make a product.
std::vector<double> geometric(const ParamInfo& info, double low, bool several) {
    const double from = std::max(low, std::min(info.def, std::max(info.min, info.def / 16)));
    const double to = std::min(info.max, std::max(from, info.def) * 32);
    const double factor = several || to / std::max(from, 1e-9) > 64 ? 2.0 : std::sqrt(2.0);
    std::vector<double> values;
    for (double v = from; v < to * 1.0001; v *= factor)
        values.push_back(info.integer ? std::round(v) : v);
    if (values.empty() || (info.max <= to && values.back() < info.max * 0.8))
        values.push_back(to); // all cells: the exact answer belongs on the curve
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

std::vector<double> even(const ParamInfo& info) {
    constexpr int kSteps = 8;
    std::vector<double> values;
    for (int i = 0; i <= kSteps; ++i) {
        const double v = std::lerp(info.min, info.max, static_cast<double>(i) / kSteps);
        values.push_back(info.integer ? std::round(v) : v);
    }
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

bool is_candidate_list(std::string_view name) {
    return name == "Lsearch" || name == "efSearch";
}

} // namespace

std::vector<SearchParams> ParameterSpace::points() const {
    std::vector<SearchParams> product{{}};
    for (const auto& [name, choices] : values) {
        std::vector<SearchParams> next;
        for (const SearchParams& base : product)
            for (const double value : choices) {
                next.push_back(base);
                next.back().set(name, value);
            }
        product = std::move(next);
    }
    return product;
}

ParameterSpace default_space(const Index& index, std::size_t k) {
    ParameterSpace space;
    const bool several = std::ranges::count(index.search_params(), true, &ParamInfo::swept) > 1;
    for (const ParamInfo& info : index.search_params()) {
        if (!info.swept)
            continue;
        const double low =
            is_candidate_list(info.name) ? std::clamp(static_cast<double>(k), info.min, info.max) : info.min;
        space.values.emplace_back(std::string(info.name),
                                  info.log_scale ? geometric(info, low, several) : even(info));
    }
    return space;
}

Result<std::pair<std::string, std::vector<double>>> parse_grid(std::string_view text) {
    const auto fail = [](std::size_t column, std::string message) {
        return Error{ErrorCode::ParseError, std::move(message), static_cast<int>(column)};
    };
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(0, "Expected name=value,value,..., for example nprobe=1,2,4,8, found \"" +
                           std::string(text) + "\".");
    std::vector<double> values;
    std::size_t at = equals + 1;
    while (true) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string_view digits = text.substr(at, end - at);
        double value = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || stop != digits.data() + digits.size() || !std::isfinite(value))
            return fail(at, "Expected a number for " + std::string(text.substr(0, equals)) + ", found \"" +
                                std::string(digits) + "\".");
        values.push_back(value);
        if (end == text.size())
            break;
        at = end + 1;
    }
    return std::pair{std::string(text.substr(0, equals)), std::move(values)};
}

} // namespace annscope
