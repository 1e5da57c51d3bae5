// SPDX-License-Identifier: Apache-2.0
#include "spec/grammar.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace annscope::spec {

Result<SpecNode> parse_svs_code(Segment segment) {
    constexpr std::array<std::string_view, 6> kPlain{"FP16", "SQ8", "LVQ4x0", "LVQ4x4", "LVQ4x8", "LVQ8x0"};
    constexpr std::array<std::string_view, 3> kLeanVec{"LeanVec4x4", "LeanVec4x8", "LeanVec8x8"};
    Scanner scanner(segment);
    if (std::ranges::find(kPlain, segment.text) != kPlain.end())
        return node_at(scanner, segment.text);
    for (const std::string_view name : kLeanVec)
        if (scanner.accept(name)) {
            SpecNode code = node_at(scanner, name);
            if (scanner.accept("_")) {
                ANNSCOPE_ASSIGN(const std::uint64_t dim, scanner.number("The reduced dimension", 1, kMaxDim));
                code.numbers.push_back(dim);
            }
            ANNSCOPE_TRY(scanner.end("_ and a reduced dimension, or nothing more"));
            return code;
        }
    return parse_error(segment.column,
                       "Expected FP16, SQ8, LVQ4x0, LVQ4x4, LVQ4x8, LVQ8x0, LeanVec4x4, LeanVec4x8 "
                       "or LeanVec8x8" +
                           (segment.text.empty() ? std::string(" after the comma.")
                                                 : ", found " + quoted(segment.text) + "."));
}

std::optional<Result<SpecNode>> parse_transform(Segment segment) {
    struct Transform {
        std::string_view name;
        bool needs_number;
        std::uint64_t min, max;
    };
    constexpr std::array kTransforms{
        Transform{"PCAWR", true, 1, kMaxDim}, Transform{"PCAW", true, 1, kMaxDim},
        Transform{"PCAR", true, 1, kMaxDim},  Transform{"PCA", true, 1, kMaxDim},
        Transform{"RR", false, 1, kMaxDim},   Transform{"HR", false, 0, kMaxInt},
        Transform{"ITQ", false, 1, kMaxDim},  Transform{"OPQ", true, 1, kMaxDim},
        Transform{"Pad", true, 1, kMaxDim},
    };
    Scanner scanner(segment);
    if (segment.text == "L2norm" || segment.text == "L2Norm")
        return Result<SpecNode>(node_at(scanner, "L2norm"));
    const auto found =
        std::ranges::find_if(kTransforms, [&](const Transform& t) { return scanner.accept(t.name); });
    if (found == kTransforms.end())
        return std::nullopt;
    const auto parse = [&]() -> Result<SpecNode> {
        SpecNode transform = node_at(scanner, found->name);
        if (found->needs_number || scanner.at_digit()) {
            ANNSCOPE_ASSIGN(const std::uint64_t number,
                            scanner.number(found->name == "OPQ"  ? "The number of sub-quantisers M"
                                           : found->name == "HR" ? "The seed"
                                                                 : "The dimension",
                                           found->min, found->max));
            transform.numbers.push_back(number);
        }
        if (found->name == "OPQ" && scanner.accept("_")) {
            const int column = scanner.column();
            ANNSCOPE_ASSIGN(const std::uint64_t dim, scanner.number("The output dimension", 1, kMaxDim));
            if (dim % transform.numbers[0] != 0)
                return parse_error(column, "The output dimension of OPQ must be a multiple of M = " +
                                               std::to_string(transform.numbers[0]) + ", not " +
                                               std::to_string(dim) + ".");
            transform.numbers.push_back(dim);
        }
        ANNSCOPE_TRY(scanner.end(found->name == "OPQ" ? "_ and the output dimension, or a comma and an index"
                                                      : "a comma and an index"));
        return transform;
    };
    return parse();
}

Result<SpecNode> parse_spectral_hash(Segment transform, Segment hash) {
    Scanner first(transform);
    SpecNode rotation;
    for (const std::string_view name : {"ITQ", "PCAR", "PCA"})
        if (first.accept(name)) {
            rotation = node_at(first, name);
            break;
        }
    if (first.at_digit()) {
        ANNSCOPE_ASSIGN(const std::uint64_t nbits, first.number("The number of bits", 1, kMaxDim));
        rotation.numbers.push_back(nbits);
    }
    ANNSCOPE_TRY(first.end("a comma and SH"));

    Scanner scanner(hash);
    if (!scanner.accept("SH"))
        return parse_error(hash.column, "Expected SH after " + quoted(transform.text) +
                                            " in an IVF, as in IVF1024,ITQ64,SH. (A transform of the vectors "
                                            "stands before IVF.)");
    SpecNode code = node_at(scanner, "SH");
    std::string_view rest = scanner.rest();
    std::string threshold;
    if (!rest.empty() && std::string_view("gcm").find(rest.back()) != std::string_view::npos) {
        threshold = rest.back();
        rest.remove_suffix(1);
    }
    if (!rest.empty()) {
        float period = 0;
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), period);
        if (error != std::errc() || stop != rest.data() + rest.size() || !std::isfinite(period) ||
            rest.find('+') != std::string_view::npos)
            return parse_error(scanner.column(),
                               "Expected the period, a number such as -1e10, then g, c or m; found " +
                                   quoted(scanner.rest()) + ".");
        char text[32];
        const auto [end, failed] = std::to_chars(text, text + sizeof text, period);
        code.suffix.assign(text, end);
        std::erase(code.suffix, '+'); // Faiss reads 1e10, not 1e+10
    }
    code.suffix += threshold;
    code.children.push_back(std::move(rotation));
    return code;
}

} // namespace annscope::spec
