// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annscope {

/// Declared once per parameter; drives parser, sliders, default grids, help and command line.
struct ParamInfo {
    std::string_view name;
    double min, max, def;
    bool integer, log_scale;
    std::string_view help; ///< one sentence: what it is, and what more of it does
    bool swept = true;     ///< whether default grids vary it
};

/// Named numbers in the order they were given, e.g. nprobe=16,k_factor=8.
class ParamSet {
public:
    ParamSet() = default;
    ParamSet(std::initializer_list<std::pair<std::string, double>> values) : m_values(values) {}

    double get(std::string_view name, double fallback) const noexcept;
    bool contains(std::string_view name) const noexcept;
    void set(std::string_view name, double value);
    void erase(std::string_view name);
    const std::vector<std::pair<std::string, double>>& values() const noexcept { return m_values; }
    bool empty() const noexcept { return m_values.empty(); }
    friend bool operator==(const ParamSet&, const ParamSet&) = default;

private:
    std::vector<std::pair<std::string, double>> m_values;
};

using SearchParams = ParamSet;

/// "nprobe=16,k_factor=8"; numbers without needless digits. to_string(ParamSet{}) is "".
std::string to_string(const ParamSet& params);
/// The inverse. Errors: ParseError with the column (offset is added to it).
Result<ParamSet> parse_params(std::string_view text, int offset = 0);
/// Every name is declared, every value in range and integer where it must be.
/// Errors: InvalidArgument that lists the declared names, or the range.
Status check_params(const ParamSet& params, std::span<const ParamInfo> declared, std::string_view what);
/// The value of a declared parameter: given, or its default.
double value_or_default(const ParamSet& params, const ParamInfo& info) noexcept;

} // namespace annscope
