// SPDX-License-Identifier: Apache-2.0
#include "graph/nsg_builder.h"
#include "index/coarse_params.h"
#include "index/graph_kind.h"
#include "index/graph_vectors.h"
#include "index/vamana_params.h"

#include <array>

namespace annscope {
namespace {

constexpr ParamInfo kNeighbors{
    "GK",
    1,
    1000,
    64,
    true,
    true,
    "Near neighbours of each vector that its links are chosen from; more: a better graph, a slower build."};
constexpr ParamInfo kBuildWidth{"Lbuild",
                                1,
                                10000,
                                64,
                                true,
                                true,
                                "Width of the searches that find more candidates for a vector's links; more: "
                                "a better graph, a slower build."};
constexpr ParamInfo kRounds{"nndescent_iter",
                            0,
                            100,
                            10,
                            true,
                            false,
                            "Rounds of NN-descent, at most: it ends when few neighbours change. 0 takes the "
                            "neighbours that random projections find: faster, a worse graph."};
constexpr std::array kBuildParams{kNeighbors,   kBuildWidth,  kRounds,
                                  kNarrowParam, kSketchParam, kReorderParam};

NsgOptions options_of(std::size_t degree, const BuildContext& context) {
    const auto whole = [&](const ParamInfo& info) {
        return static_cast<std::size_t>(value_or_default(context.build, info));
    };
    return {degree, whole(kBuildWidth), whole(kNeighbors), whole(kRounds), context.seed};
}

/// Rows added later are inserted one batch after the other, by the same pruning rule.
VamanaOptions growing_options(std::size_t degree, const BuildContext& context) {
    const NsgOptions options = options_of(degree, context);
    return {degree, options.search_width, 1.0f, options.seed};
}

std::string explain(const SpecNode& root) {
    return "A navigating spreading-out graph: each vector links to at most " +
           std::to_string(graph_degree(root)) +
           " others, chosen among its GK nearest and what lies on the way to it so that no two point in the "
           "same direction. A search walks from the middle of the data towards the query, keeping the "
           "Lsearch nearest found.";
}

/// Fitted as Vamana's. Its rows are far from full whatever the degree; the trees of random projections take
/// about as much as NN-descent does after them.
double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kBuildWidth);
    const double neighbors = value_or_default(question.build, kNeighbors);
    const double near = (value_or_default(question.build, kRounds) > 0 ? 100 : 50) * neighbors;
    return graph_work(root, question, {12 * width, 8 * (width + neighbors) + near},
                      static_cast<double>(graph_degree(root)));
}

constexpr GraphRecipe kRecipe{
    .name = "NSG",
    .width = kLsearchParam,
    .build_params = kBuildParams,
    .smallest_degree = 2,
    .largest_degree = 1024,
    .degree_name = "R",
    .base_degree = [](std::size_t degree) noexcept { return degree; },
    .build = [](const NodeSpace& space, std::size_t degree, const BuildContext& context,
                const Control& control) { return build_nsg(space, options_of(degree, context), control); },
    .grow =
        [](const NodeSpace& space, const LayeredGraph& graph, std::span<const std::uint32_t> held,
           std::span<const std::uint32_t> added, std::size_t degree, const BuildContext& context,
           const Control& control) {
            return grow_vamana(space, graph, held, added, growing_options(degree, context), control);
        },
    .alpha = [](const BuildContext&) noexcept { return 1.0f; },
    .explain = explain,
    .build_work = build_work,
};

constexpr std::array<std::string_view, 3> kExamples{"NSG16", "NSG4", "NSG16|reorder=2"};
constexpr std::array<std::string_view, 4> kCodeExamples{"NSG16,SQ8", "NSG16,SQ4", "NSG16,SQfp16",
                                                        "NSG16,PQ4x4"};

} // namespace

extern const Kind kNsgKind, kNsgCodeKind;
const Kind kNsgKind = plain_graph_kind<kRecipe>(kExamples);
const Kind kNsgCodeKind = coded_graph_kind<kRecipe>("NSG,code", kCodeExamples);

} // namespace annscope
