// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annscope {

/// What a letter of a formula may stand for: a tree may have several d (before and after a transform) or
/// several M (of a code and of the one that refines it).
using FormulaValues = std::map<std::string, std::vector<std::uint64_t>, std::less<>>;

/// The value of a formula such as "n * ceil(M * nbits / 8)": + - * / ^, parentheses, ceil, max, min, numbers
/// and names. Nothing where it is not one, or a name is unknown. Uses the first value of each name.
std::optional<double> evaluate(std::string_view formula, const FormulaValues& values);

/// The formula with its names replaced by those of the values that make it come to bytes: "n * d * 4" and
/// 240,000 give "2000 * 30 * 4". Nothing where none do.
std::optional<std::string> with_numbers(std::string_view formula, std::uint64_t bytes,
                                        const FormulaValues& values);

/// The names that the sizes of a tree are made of, for n vectors of dim dimensions: n, d, d_out, nlist, M,
/// nbits (also called bits), b, R.
FormulaValues formula_values(const SpecNode& root, std::size_t n, std::size_t dim);

} // namespace annscope
