// SPDX-License-Identifier: Apache-2.0
#include "tune/comparable_codes.h"

#include "index/nested.h"
#include "tune/code_study.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace annscope {
namespace {

/// Off by this share at most: more would compare prices, not codes.
constexpr double kTolerance = 1.0 / 3;

using Family = std::vector<SpecNode>; ///< the same code in several sizes

SpecNode leaf(std::string name, std::vector<std::uint64_t> numbers = {}, std::string suffix = {}) {
    return {std::move(name), std::move(numbers), std::move(suffix), {}, 0};
}

std::vector<std::uint64_t> divisors(std::uint64_t dim) {
    std::vector<std::uint64_t> result;
    for (std::uint64_t m = 1; m <= dim; ++m)
        if (dim % m == 0)
            result.push_back(m);
    return result;
}

/// A tree around the code: what stands before it, and its cells.
class Place {
public:
    explicit Place(const SpecNode& code) {
        const SpecNode* node = &code;
        if (node->name == "PreTransform" && !node->children.empty())
            node = &node->children.back();
        if ((node->name == "IVF" || node->name == "IMI") && !node->children.empty())
            m_cells = *node;
    }
    SpecNode around(SpecNode code, std::vector<SpecNode> transforms = {}) const {
        SpecNode tree = std::move(code);
        if (m_cells) {
            SpecNode cells = *m_cells;
            cells.children.front() = std::move(tree);
            tree = std::move(cells);
        }
        if (transforms.empty())
            return tree;
        transforms.push_back(std::move(tree));
        return {"PreTransform", {}, {}, std::move(transforms), 0};
    }

private:
    std::optional<SpecNode> m_cells;
};

/// Sizes of product quantisers: plain with 4, 6, 8, 10 and 12 bits, fast scan, and after a rotation.
void add_product(std::vector<Family>& families, const Place& place, std::size_t dim) {
    constexpr std::uint64_t kBlock = 32;
    const std::vector<std::uint64_t> all = divisors(dim);
    for (const std::uint64_t bits : {4U, 6U, 8U, 10U, 12U}) {
        Family& family = families.emplace_back();
        for (const std::uint64_t m : all)
            family.push_back(place.around(leaf("PQ", {m, bits})));
    }
    Family fast, rotated, rotated_fast;
    for (const std::uint64_t m : all) {
        const SpecNode quick = leaf("PQ", {m, 4, kBlock}, "fs");
        fast.push_back(place.around(quick));
        rotated.push_back(place.around(leaf("PQ", {m, 8}), {leaf("OPQ", {m})}));
        rotated_fast.push_back(place.around(quick, {leaf("OPQ", {m})}));
    }
    families.insert(families.end(), {fast, rotated, rotated_fast});
}

/// Fewer dimensions of more bits each.
void add_reduced(std::vector<Family>& families, const Place& place, std::size_t dim, double bytes) {
    constexpr std::pair<const char*, double> kWidths[]{{"SQfp16", 2}, {"SQ8", 1}, {"SQ4", 0.5}};
    for (const auto& [name, width] : kWidths) {
        const auto wanted = static_cast<std::uint64_t>(std::llround(bytes / width));
        if (wanted >= 1 && wanted < dim)
            families.push_back({place.around(leaf(name), {leaf("PCAR", {wanted})})});
    }
}

std::vector<Family> families_of(const Place& place, std::size_t dim, double bytes) {
    std::vector<Family> families;
    for (const char* name : {"SQ4", "SQ6", "SQ8", "SQfp16", "SQbf16"})
        families.push_back({place.around(leaf(name))});
    add_product(families, place, dim);
    constexpr std::uint64_t kMostBits = 9;
    Family rabitq;
    for (std::uint64_t bits = 1; bits <= kMostBits; ++bits)
        rabitq.push_back(place.around(leaf("RaBitQ", {bits})));
    families.push_back(std::move(rabitq));
    add_reduced(families, place, dim, bytes);
    return families;
}

/// Nothing where it cannot be built.
std::optional<double> bytes_of(const SpecNode& root, std::size_t n, std::size_t dim, Metric metric) {
    const Kind* kind = find_kind(root);
    if (!kind || most_centroids(root) > n || (kind->allows && !kind->allows(root, metric)))
        return std::nullopt;
    if (!create_inner(root, {dim, metric, {}, 1}))
        return std::nullopt;
    return bytes_per_vector(root, {0, dim, ElementType::F32, {}}).code;
}

} // namespace

std::vector<ComparableCode> comparable_codes(const SpecNode& root, std::size_t n, std::size_t dim,
                                             Metric metric) {
    const SpecNode& own = *code_under_study(root).code;
    const auto bytes = bytes_of(own, n, dim, metric);
    std::vector<ComparableCode> codes;
    if (!bytes || *bytes <= 0)
        return codes;
    codes.push_back({own, *bytes});
    for (const Family& family : families_of(Place(own), dim, *bytes)) {
        std::optional<ComparableCode> best;
        for (const SpecNode& node : family) {
            const auto each = bytes_of(node, n, dim, metric);
            if (each && (!best || std::abs(*each - *bytes) < std::abs(best->bytes - *bytes)))
                best = ComparableCode{node, *each};
        }
        const bool known = best && std::ranges::find(codes, best->root, &ComparableCode::root) != codes.end();
        if (best && !known && std::abs(best->bytes - *bytes) <= kTolerance * *bytes)
            codes.push_back(std::move(*best));
    }
    std::ranges::stable_sort(codes, {}, &ComparableCode::bytes);
    return codes;
}

} // namespace annscope
