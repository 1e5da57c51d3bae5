// SPDX-License-Identifier: Apache-2.0
#include "graph/nsg_builder.h"
#include "index/coarse_params.h"
#include "index/graph_index.h"
#include "index/graph_vectors.h"
#include "index/vamana_params.h"

#include <array>
#include <cmath>

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

constexpr std::array kSearchParams{kLsearchParam};

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
};

std::string explain(const SpecNode& root) {
    return "A navigating spreading-out graph: each vector links to at most " +
           std::to_string(graph_degree(root)) +
           " others, chosen among its GK nearest and what lies on the way to it so that no two point in the "
           "same direction. A search walks from the middle of the data towards the query, keeping the "
           "Lsearch "
           "nearest found." +
           explain_graph_code(root);
}

std::vector<MemoryPart> size_of(const SpecNode& root, const SizeQuestion& question) {
    return graph_size(kRecipe, root, question);
}

double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kBuildWidth);
    const double neighbors = value_or_default(question.build, kNeighbors);
    const double fullness = std::sqrt(static_cast<double>(graph_degree(root)) / 32);
    const auto bytes = static_cast<double>(question.dim * element_size(question.storage));
    const double search = 12 * (720 + 1.1 * bytes), prune = 8 * (180 + 0.3 * bytes);
    return static_cast<double>(question.n) * fullness * (width * (search + prune) + neighbors * prune);
}

Result<std::unique_ptr<Index>> create(const SpecNode& root, const BuildContext& context) {
    return create_graph(kRecipe, root, context);
}

Result<std::unique_ptr<Index>> load(ArchiveReader& reader) {
    return load_graph(kRecipe, reader);
}

constexpr std::array<std::string_view, 2> kMore{"NSG4", "NSG16|reorder=2"};
constexpr std::array<std::string_view, 3> kMoreCodes{"NSG16,SQ4", "NSG16,SQfp16", "NSG16,PQ4x4"};

} // namespace

extern const Kind kNsgKind;
const Kind kNsgKind{
    .name = "NSG",
    .example = "NSG16",
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_plain_graph(root, "NSG"); },
    .explain = explain,
    .size = size_of,
    .build_work = build_work,
    .create = create,
    .load = load,
    .shares_vectors = true,
    .more_examples = kMore,
};

extern const Kind kNsgCodeKind;
const Kind kNsgCodeKind{
    .name = "NSG,code",
    .example = "NSG16,SQ8",
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_coded_graph(root, "NSG"); },
    .explain = explain,
    .size = size_of,
    .build_work = build_work,
    .create = create,
    .load = load,
    .distances = Distances::OfCodes,
    .more_examples = kMoreCodes,
};

} // namespace annscope
