// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"
#include "index/params.h"

#include <cstddef>
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

/// The canonical text of what parse_spec (spec/parser.h) returned: parse_spec(print(s)) == s.
std::string print(const IndexSpec& spec);
std::string print(const SpecNode& root);

/// FACTORY|BUILD|SEARCH, the one line in which a configuration is written everywhere.
struct Configuration {
    IndexSpec spec;
    ParamSet build;
    SearchParams search;
    friend bool operator==(const Configuration&, const Configuration&) = default;
};

/// What an empty index is made for.
struct BuildContext {
    std::size_t dim = 0;
    Metric metric = Metric::L2;
    ParamSet build; ///< checked against the kind's build_params
    std::uint64_t seed = 1234;
};

/// What an index was made from; archives keep it, so that a loaded index can be named and built again.
struct IndexOrigin {
    std::string kind; ///< of the registry
    SpecNode spec;
    BuildContext context;
};

} // namespace annscope
