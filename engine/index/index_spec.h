// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/params.h"

#include <cstdint>
#include <string>
#include <vector>

namespace annscope {

/// One node of a parsed factory string. How each form maps to a tree is told in spec/parser.h;
/// for example IVF1024,Flat is {name "IVF", numbers {1024}, children {{"Flat"}}} and Vamana64 is {name
/// "Vamana", numbers {64}}.
struct SpecNode {
    std::string name;
    std::vector<std::uint64_t> numbers;
    std::string suffix;
    std::vector<SpecNode> children;
    int column = 0; ///< where it began in the text; not part of equality

    friend bool operator==(const SpecNode& a, const SpecNode& b) {
        return a.name == b.name && a.numbers == b.numbers && a.suffix == b.suffix && a.children == b.children;
    }
};

struct IndexSpec {
    SpecNode root;
    friend bool operator==(const IndexSpec&, const IndexSpec&) = default;
};

/// FACTORY|BUILD|SEARCH, the one line in which a configuration is written everywhere.
struct Configuration {
    IndexSpec spec;
    ParamSet build;
    SearchParams search;
    friend bool operator==(const Configuration&, const Configuration&) = default;
};

} // namespace annscope
