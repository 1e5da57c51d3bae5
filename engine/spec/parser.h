// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index_spec.h"

#include <string>
#include <string_view>

namespace annscope {

/// Parses a factory string, the complete grammar of Faiss 1.15 plus our Vamana{R}. Numbers are range checked.
/// Errors: ParseError with the column and what was expected there.
Result<IndexSpec> parse_spec(std::string_view text);
/// The canonical text: parse_spec(print(s)) == s.
std::string print(const IndexSpec& spec);
std::string print(const SpecNode& root);

/// FACTORY|BUILD|SEARCH, the last two optional. Names and ranges are checked against the kind where it is
/// built. Errors: ParseError with the column in the whole line.
Result<Configuration> parse_configuration(std::string_view line);
std::string print(const Configuration& configuration);

} // namespace annscope
