// SPDX-License-Identifier: Apache-2.0
#include "spec/facts.h"
#include "spec/parser.h"

#include <algorithm>

namespace annscope::spec {
namespace {

/// What a tree is checked against, and where the sentences go.
struct Check {
    std::size_t n;
    Metric metric;
    std::vector<std::string>& out;

    void say(std::string sentence) const {
        if (std::ranges::find(out, sentence) == out.end())
            out.push_back(std::move(sentence));
    }
};

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

/// Faiss makes these by L2 whatever is asked.
bool ignores_metric(const SpecNode& node) noexcept {
    const bool has_code = !node.children.empty();
    if ((node.name == "HNSW" || node.name == "NSG") && has_code)
        return node.children[0].name == "PQ" || node.children[0].name.starts_with("2Level");
    if (node.name == "IVF" && has_code)
        return node.children[0].name == "SH";
    return node.name == "ZnLattice";
}

/// And refuses to make these by anything else.
bool throws_for_other_metrics(const SpecNode& node) noexcept {
    if ((node.name == "IVF" || node.name == "IMI") && !node.children.empty() &&
        node.children[0].name == "PQR")
        return true;
    return node.name == "LSH" || node.name == "IMI" || node.name == "Residual" ||
           node.name == "FlatL2Panorama";
}

void check_metric(const SpecNode& node, const Check& check) {
    const std::string what = print(node);
    if (node.name == "FlatIPPanorama" && check.metric == Metric::L2)
        check.say("Faiss makes " + what + " for inner product only.");
    if (check.metric == Metric::L2)
        return;
    const std::string asked =
        check.metric == Metric::Cosine ? "cosine (inner product of unit vectors)" : "inner product";
    if (throws_for_other_metrics(node))
        check.say("Faiss makes " + what + " for L2 only, not for " + asked + ".");
    if (ignores_metric(node))
        check.say("Faiss ignores the metric of " + what + ": it searches by L2 although " + asked +
                  " is asked" +
                  (check.metric == Metric::Cosine ? "; on unit vectors the order is the same." : "."));
}

void check_divides(const SpecNode& node, std::uint64_t parts, std::size_t dim, const Check& check) {
    if (dim != 0 && parts != 0 && dim % parts != 0)
        check.say(print(node) + " cuts vectors into " + text(parts) + " equal parts, but " + text(dim) +
                  " dimensions cannot be divided by " + text(parts) + ".");
}

void check_points(const SpecNode& node, std::uint64_t nbits, const Check& check) {
    const std::uint64_t needed = std::uint64_t{1} << nbits;
    if (check.n != 0 && check.n < needed)
        check.say(print(node) + " learns 2^" + text(nbits) + " = " + text(needed) +
                  " entries a codebook and needs at least as many training vectors; there are " +
                  text(check.n) + ".");
}

void check_code(const SpecNode& node, std::size_t dim, const Check& check) {
    const std::string& name = node.name;
    if (name == "PQ") {
        check_divides(node, node.numbers[0], dim, check);
        check_points(node, node.numbers[1], check);
    } else if (name == "PQR") {
        check_divides(node, node.numbers[0], dim, check);
        check_divides(node, node.numbers[1], dim, check);
        check_points(node, 8, check);
    } else if (name == "2Level" || name == "2LevelIMI") {
        check_divides(node, node.numbers[1], dim, check);
    } else if (name == "PRQ" || name == "PLSQ") {
        check_divides(node, node.numbers[0], dim, check);
        check_points(node, node.numbers[2], check);
    } else if (name == "RQ" || name == "LSQ" || name == "RCQ" || name == "LSCQ") {
        check_points(node, node.numbers[1], check);
    } else if (name == "ZnLattice") {
        check_divides(node, node.numbers[0], dim, check);
    }
}

void check_cells(const SpecNode& node, std::size_t dim, const Check& check) {
    const std::uint64_t cells = cells_of(node);
    if (node.name == "IMI") {
        check_divides(node, 2, dim, check);
        check_points(node, node.numbers[1], check);
        return;
    }
    if (node.name == "Residual" && node.numbers.size() > 1) {
        check_divides(node, node.numbers[0], dim, check);
        return;
    }
    constexpr std::uint64_t kPointsPerCell = 39; // Faiss warns below
    if (check.n == 0 || check.n >= cells * kPointsPerCell)
        return;
    const std::string count = text(check.n) + " vectors";
    if (check.n < cells) {
        check.say(text(cells) + " cells cannot be learned from " + count +
                  ": k-means needs a vector for each.");
        return;
    }
    check.say(text(cells) + " cells leave " + text(check.n / cells) + " of " + count +
              " for each to be learned from; Faiss warns below 39, here above " +
              text(std::max<std::uint64_t>(check.n / kPointsPerCell, 1)) + " cells.");
}

void check_transform(const SpecNode& node, std::size_t dim, const Check& check) {
    if (dim == 0)
        return;
    const std::size_t out = dim_after(node, dim);
    const bool reduces = node.name.starts_with("PCA") || node.name == "ITQ";
    if (reduces && out > dim)
        check.say(print(node) + " cannot make " + text(out) + " dimensions from " + text(dim) + ".");
    if (check.metric == Metric::InnerProduct &&
        (node.name.starts_with("PCA") || node.name == "ITQ" || node.name == "L2norm"))
        check.say(print(node) +
                  (node.name == "L2norm" ? " takes vectors' lengths away" : " takes the mean away") +
                  ": inner products of the transformed vectors rank differently, in Faiss as here.");
    if (node.name == "OPQ")
        check_divides(node, node.numbers[0], out, check);
    if (node.name == "OPQ" && out > dim)
        check.say(print(node) + " makes more dimensions (" + text(out) + ") than the vectors have (" +
                  text(dim) + ").");
}

void walk(const SpecNode& node, std::size_t dim, const Check& check) {
    if (node.name == "PreTransform") {
        for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
            check_transform(node.children[i], dim, check);
            if (dim != 0)
                dim = dim_after(node.children[i], dim);
        }
        walk(node.children.back(), dim, check);
        return;
    }
    check_metric(node, check);
    check_code(node, dim, check);
    if (cells_of(node) != 0)
        check_cells(node, dim, check);
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool coarse = node.name == "IVF" && i == 1;
        // A coarse quantiser holds the centroids; its own cells are learned from those.
        const Check below{coarse ? cells_of(node) : check.n, check.metric, check.out};
        if (node.name != "IVF" || coarse || node.children[i].name != "SH")
            walk(node.children[i], dim, below);
    }
}

} // namespace

std::vector<std::string> warnings(const SpecNode& root, std::size_t n, std::size_t dim, Metric metric) {
    std::vector<std::string> out;
    walk(root, dim, {n, metric, out});
    return out;
}

} // namespace annscope::spec
