// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annscope {

/// Values per search parameter; a sweep measures their product. Parameters not named keep their defaults.
struct ParameterSpace {
    std::vector<std::pair<std::string, std::vector<double>>> values;
    /// The product, the last parameter varying fastest; one empty set where nothing varies.
    std::vector<SearchParams> points() const;
};

/// From ParamInfo: a geometric series around the default for log scales, even steps otherwise, within what
/// this index allows; candidate lists (Lsearch, efSearch) are never shorter than k.
ParameterSpace default_space(const Index& index, std::size_t k);

/// "nprobe=1,2,4,8" as on the command line. Errors: ParseError with the column.
Result<std::pair<std::string, std::vector<double>>> parse_grid(std::string_view text);

} // namespace annscope
