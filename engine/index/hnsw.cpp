// SPDX-License-Identifier: Apache-2.0
#include "graph/hnsw_builder.h"
#include "index/coarse_params.h"
#include "index/graph_kind.h"
#include "index/graph_vectors.h"

#include <array>

namespace annscope {
namespace {

constexpr ParamInfo kBuildWidth{
    "efConstruction",
    1,
    10000,
    200,
    true,
    true,
    "Width of the searches that find a vector's neighbours; more: a better graph, a slower build."};
constexpr std::array kBuildParams{kBuildWidth, kNarrowParam, kSketchParam, kReorderParam};

constexpr ParamInfo kSearchWidth{
    "efSearch",
    1,
    10000,
    50,
    true,
    true,
    "Width of the search list, k where it is smaller; more: better recall, slower."};
HnswOptions options_of(std::size_t M, const BuildContext& context) {
    return {M, static_cast<std::size_t>(value_or_default(context.build, kBuildWidth)), context.seed};
}

std::string explain(const SpecNode& root) {
    const std::string M = std::to_string(graph_degree(root)), both = std::to_string(2 * graph_degree(root));
    return "A graph in layers: all vectors in the base, with at most " + both + " links each, and one in " +
           M + " of each layer in the one above, with " + M +
           " links. A search descends through the layers to the right region of the base and walks there, "
           "keeping the efSearch nearest found.";
}

/// As Vamana's, for one pass and a degree of 2 M.
double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kBuildWidth);
    return graph_work(root, question, {12 * width, 12 * width}, 32);
}

constexpr GraphRecipe kRecipe{
    .name = "HNSW",
    .width = kSearchWidth,
    .build_params = kBuildParams,
    .smallest_degree = 2,
    .largest_degree = 512,
    .degree_name = "M",
    .base_degree = [](std::size_t M) noexcept { return 2 * M; },
    .layer_sizes = hnsw_layer_sizes,
    .build = [](const NodeSpace& space, std::size_t M, const BuildContext& context,
                const Control& control) { return build_hnsw(space, options_of(M, context), control); },
    .grow =
        [](const NodeSpace& space, const LayeredGraph& graph, std::span<const std::uint32_t> held,
           std::span<const std::uint32_t> added, std::size_t M, const BuildContext& context,
           const Control& control) {
            return grow_hnsw(space, graph, held, added, options_of(M, context), control);
        },
    .alpha = [](const BuildContext&) noexcept { return 1.0f; },
    .explain = explain,
    .build_work = build_work,
};

constexpr std::array<std::string_view, 3> kExamples{"HNSW16", "HNSW4", "HNSW16|reorder=1"};
constexpr std::array<std::string_view, 4> kCodeExamples{"HNSW16,SQ8", "HNSW16,SQ4", "HNSW16,SQfp16",
                                                        "HNSW16,PQ4x4"};

} // namespace

extern const Kind kHnswKind, kHnswCodeKind;
const Kind kHnswKind = plain_graph_kind<kRecipe>(kExamples);
const Kind kHnswCodeKind = coded_graph_kind<kRecipe>("HNSW,code", kCodeExamples);

} // namespace annscope
