// SPDX-License-Identifier: Apache-2.0
#include "spec/facts.h"
#include "spec/parser.h"

#include <array>
#include <charconv>

namespace annscope::spec {
namespace {

struct Row {
    std::string_view name, version;
};

/// From Faiss's CHANGELOG, and from what 1.7.3 rejects. Names that are missing here are older than 1.5.
constexpr std::array kVersions{
    Row{"IMI", "1.5.1"},
    Row{"NSG", "1.7.1"},
    Row{"RQ", "1.7.1"},
    Row{"LSQ", "1.7.1"},
    Row{"RCQ", "1.7.1"},
    Row{"LSCQ", "1.7.1"},
    Row{"PRQ", "1.7.3"},
    Row{"PLSQ", "1.7.3"},
    Row{"IDMap2", "1.7.3"},
    Row{"MinMax", "1.7.3"},
    Row{"MinMaxFP16", "1.7.3"},
    Row{"SQ8_direct", "1.9.0"},
    Row{"SQ8_direct_signed", "1.9.0"},
    Row{"SQbf16", "1.9.0"},
    Row{"RaBitQ", "1.11.0"},
    Row{"FlatPanorama", "1.13.0"},
    Row{"RaBitQfs", "1.13.0"},
    Row{"FlatL2Panorama", "1.13.1"},
    Row{"RefinePanorama", "1.13.2"},
    Row{"FlatIPPanorama", "1.14.0"},
    Row{"SVSFlat", "1.14.0"},
    Row{"SVSVamana", "1.14.0"},
    Row{"SVSIVF", "1.14.2"},
    Row{"SQ0", "1.14.2"},
    Row{"SQtq", "1.14.2"},
    Row{"HR", "1.15.0"},
    Row{"EDEN", "1.15.0"},
};

std::string_view version_of_name(const SpecNode& node) noexcept {
    if (node.name.starts_with("SQtq"))
        return "1.14.2";
    for (const Row& row : kVersions)
        if (row.name == node.name)
            return row.version;
    return "1.0.0";
}

bool is_product(const SpecNode& node) noexcept {
    return node.name == "PQ" && node.numbers.size() == 2;
}

/// What depends on the numbers or on where the part stands.
std::string_view version_of_form(const SpecNode& node) {
    const bool has_code = !node.children.empty();
    if (node.name == "LSH" && !node.numbers.empty())
        return "1.9.0";
    if (node.name == "RaBitQ" && node.numbers[0] > 1)
        return "1.13.1";
    if (node.name == "RaBitQfs" && node.numbers[0] > 1)
        return "1.13.2";
    if ((node.name == "HNSW" || node.name == "NSG") && has_code && is_product(node.children[0]) &&
        node.children[0].numbers[1] != 8)
        return "1.7.4";
    if (node.name == "HNSW" && has_code && node.children[0].name == "FlatPanorama")
        return "1.14.0";
    if (node.name == "IVF" && is_product(node.children[0]) && node.children[0].numbers[1] > 8)
        return "1.7.4";
    if (node.name == "IVF" && node.children.size() > 1 && node.children[1].name == "SVSVamana")
        return "1.14.2";
    if (node.suffix.starts_with("fs") && node.name != "PQ")
        return "1.7.3";
    // 1.7.3 replaces parentheses before it looks for IDMap.
    if (node.name.starts_with("IDMap") && print(node).find('(') != std::string::npos)
        return "1.7.4";
    return "1.0.0";
}

} // namespace

bool older(std::string_view version, std::string_view other) noexcept {
    const auto parts = [](std::string_view text) {
        std::array<int, 3> numbers{};
        const char* at = text.data();
        for (int& number : numbers) {
            const auto [stop, error] = std::from_chars(at, text.data() + text.size(), number);
            at = stop < text.data() + text.size() ? stop + 1 : stop;
        }
        return numbers;
    };
    return parts(version) < parts(other);
}

Since since(const SpecNode& root) {
    Since newest;
    for (const std::string_view version : {version_of_name(root), version_of_form(root)})
        if (older(newest.version, version))
            newest = {version, print(root)};
    for (const SpecNode& child : root.children)
        if (Since part = since(child); older(newest.version, part.version))
            newest = std::move(part);
    return newest;
}

} // namespace annscope::spec
