// SPDX-License-Identifier: Apache-2.0
#include "index/index_spec.h"
#include "index/spec_defaults.h"

namespace annscope {
namespace {

using namespace spec;

void append(std::string& out, const SpecNode& node, bool prefix);

std::string text_of(std::uint64_t number) {
    return std::to_string(number);
}

/// The number at i, or nothing.
std::string number(const SpecNode& node, std::size_t i) {
    return i < node.numbers.size() ? text_of(node.numbers[i]) : std::string();
}

/// between and the number at i, unless it is the default.
std::string unless(const SpecNode& node, std::size_t i, std::uint64_t fallback, std::string_view between) {
    if (i >= node.numbers.size() || node.numbers[i] == fallback)
        return {};
    return std::string(between) + text_of(node.numbers[i]);
}

std::string fast_scan(const SpecNode& node, const std::string& head, std::size_t block) {
    const bool residual = node.suffix.starts_with("fsr");
    const std::string norm = node.suffix.substr(residual ? 3 : 2);
    return head + "x4fs" + (residual ? "r" : "") + unless(node, block, kDefaultBlock, "_") + norm;
}

std::string product_quantizer(const SpecNode& node) {
    if (node.name == "PQR")
        return "PQ" + number(node, 0) + "+" + number(node, 1);
    if (node.suffix.starts_with("fs"))
        return fast_scan(node, "PQ" + number(node, 0), 2);
    return "PQ" + number(node, 0) + unless(node, 1, 8, "x") + node.suffix;
}

std::string additive(const SpecNode& node) {
    if (node.name.starts_with('P')) {
        const std::string head = node.name + number(node, 0) + "x" + number(node, 1);
        return node.suffix.starts_with("fs") ? fast_scan(node, head, 3)
                                             : head + "x" + number(node, 2) + node.suffix;
    }
    if (node.suffix.starts_with("fs"))
        return fast_scan(node, node.name + number(node, 0), 2);
    std::string text = node.name;
    for (std::size_t i = 0; i + 1 < node.numbers.size(); i += 2)
        text += (i ? "_" : "") + number(node, i) + "x" + number(node, i + 1);
    return text + node.suffix;
}

/// A node without an index below it: codes and transforms.
std::string leaf(const SpecNode& node) {
    const std::string& name = node.name;
    if (name == "PQ" || name == "PQR")
        return product_quantizer(node);
    if (name == "RQ" || name == "LSQ" || name == "RCQ" || name == "LSCQ" || name == "PRQ" || name == "PLSQ")
        return additive(node);
    if (name == "2Level")
        return number(node, 0) + "+PQ" + number(node, 1);
    if (name == "2LevelIMI")
        return "2x" + number(node, 0) + "+PQ" + number(node, 1);
    if (name == "FlatPanorama")
        return name + unless(node, 0, kDefaultPanoramaLevels, "") +
               unless(node, 1, kDefaultPanoramaBatch, "_");
    if (name == "FlatL2Panorama" || name == "FlatIPPanorama")
        return name + number(node, 0) + unless(node, 1, kDefaultPanoramaBatch, "_");
    if (name == "RaBitQ" || name == "RaBitQfs")
        return name + unless(node, 0, 1, "") + unless(node, 1, kDefaultBlock, "_");
    if (name == "ZnLattice")
        return name + number(node, 0) + "x" + number(node, 1) + "_" + number(node, 2);
    if (name.starts_with("LeanVec") || name == "OPQ") {
        std::string text = name;
        for (std::size_t i = 0; i < node.numbers.size(); ++i)
            text += (i || name != "OPQ" ? "_" : "") + number(node, i);
        return text;
    }
    return name + number(node, 0) + node.suffix;
}

bool is_bare_graph(const SpecNode& node) noexcept {
    return (node.name == "HNSW" || node.name == "NSG") && node.children.empty();
}

void append_ivf(std::string& out, const SpecNode& node) {
    out +=
        node.name == "IVF" ? "IVF" + number(node, 0) : node.name + number(node, 0) + unless(node, 1, 0, "x");
    if (node.children.size() > 1) {
        const SpecNode& coarse = node.children[1];
        if (is_bare_graph(coarse) ||
            (coarse.name == "SVSVamana" && (coarse.numbers.empty() || !coarse.suffix.empty()))) {
            out += "_" + leaf(coarse);
        } else {
            out += "(";
            append(out, coarse, false);
            out += ")";
        }
    }
    if (node.children.empty())
        return;
    out += ",";
    const SpecNode& code = node.children[0];
    if (code.name == "SH" && !code.children.empty())
        out += leaf(code.children[0]) + ",";
    out += leaf(code);
}

/// prefix: the index stands after a transform or MinMax, where Faiss takes what ends the string to belong to
/// the whole, so that IDMap must be written in front.
void append(std::string& out, const SpecNode& node, bool prefix) {
    const std::string& name = node.name;
    if (name == "IDMap" || name == "IDMap2") {
        if (prefix)
            out += name + ",";
        if (!node.children.empty())
            append(out, node.children[0], prefix);
        if (!prefix)
            out += "," + name;
    } else if (name == "RFlat" || name == "Refine" || name == "RefinePanorama") {
        if (!node.children.empty())
            append(out, node.children[0], prefix);
        out += "," + name;
        if (node.children.size() > 1) {
            out += "(";
            append(out, node.children[1], false);
            out += ")";
        }
    } else if (name == "PreTransform") {
        for (std::size_t i = 0; i + 1 < node.children.size(); ++i)
            out += leaf(node.children[i]) + ",";
        if (!node.children.empty())
            append(out, node.children.back(), true);
    } else if (name == "MinMax" || name == "MinMaxFP16") {
        out += name + ",";
        if (!node.children.empty())
            append(out, node.children[0], true);
    } else if (name == "IVF" || name == "IMI" || name == "Residual") {
        append_ivf(out, node);
    } else {
        out += leaf(node);
        if (!node.children.empty())
            out += "," + leaf(node.children[0]);
    }
}

} // namespace

std::string print(const SpecNode& root) {
    std::string out;
    append(out, root, false);
    return out;
}

std::string print(const IndexSpec& spec) {
    return print(spec.root);
}

} // namespace annscope
