// SPDX-License-Identifier: Apache-2.0
#include "index/kind.h"
#include "spec/lexer.h"
#include "spec/parser.h"

#include <array>

namespace annscope {
namespace {

/// Parses one part and checks it; a fault of a value is reported where its name stands.
Result<ParamSet> parse_part(spec::Segment part, std::span<const ParamInfo> declared, const std::string& what,
                            bool known_kind) {
    ANNSCOPE_ASSIGN(ParamSet params, parse_params(part.text, part.column));
    if (!known_kind)
        return params;
    std::size_t at = 0;
    for (const auto& [key, value] : params.values()) {
        if (const Status status = check_params(ParamSet{{key, value}}, declared, what); !status)
            return spec::parse_error(part.column + static_cast<int>(at), status.error().message);
        at = std::min(part.text.find(',', at), part.text.size() - 1) + 1;
    }
    return params;
}

} // namespace

Result<Configuration> parse_configuration(std::string_view line) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t begin = std::min(line.find_first_not_of(kSpace), line.size());
    const std::size_t end = line.find_last_not_of(kSpace) + 1; // npos + 1 is 0
    std::array<spec::Segment, 3> parts;
    std::size_t count = 0;
    for (std::size_t at = begin; at <= std::max(begin, end);) {
        const std::size_t bar = std::min(line.find('|', at), std::max(begin, end));
        if (count == parts.size())
            return spec::parse_error(static_cast<int>(at) - 1,
                                     "A configuration has three parts, FACTORY|BUILD|SEARCH; remove this |.");
        parts[count++] = {line.substr(at, bar - at), static_cast<int>(at)};
        at = bar + 1;
    }

    Configuration configuration;
    auto spec = parse_spec(parts[0].text);
    if (!spec) {
        Error error = spec.error();
        error.column += static_cast<int>(begin);
        return error;
    }
    configuration.spec = std::move(*spec);
    const Kind* kind = find_kind(configuration.spec.root);
    const std::string name = print(configuration.spec);
    ANNSCOPE_ASSIGN(configuration.build, parse_part(parts[1], build_params(configuration.spec.root),
                                                    "The build of " + name, kind != nullptr));
    ANNSCOPE_ASSIGN(configuration.search,
                    parse_part(parts[2], search_params(configuration.spec.root, configuration.build),
                               "The search of " + name, kind != nullptr));
    return configuration;
}

std::string print(const Configuration& configuration) {
    std::string line = print(configuration.spec);
    if (!configuration.build.empty() || !configuration.search.empty())
        line += "|" + to_string(configuration.build);
    if (!configuration.search.empty())
        line += "|" + to_string(configuration.search);
    return line;
}

} // namespace annscope
