// SPDX-License-Identifier: Apache-2.0
#include "index/coarse_params.h"
#include "index/graph_kind.h"
#include "index/graph_vectors.h"
#include "index/vamana_params.h"

#include <array>

namespace annscope {
namespace {

constexpr std::array kBuildParams{kLbuildParam, kAlphaParam, kNarrowParam, kSketchParam, kReorderParam};

std::string explain(const SpecNode& root) {
    return "A Vamana graph (DiskANN's): each vector links to at most " + std::to_string(graph_degree(root)) +
           " others, and a search walks from the middle of the data towards the query, keeping the Lsearch "
           "nearest found.";
}

/// Fitted to builds of 60,000 x 784 (bytes and float32) and 200,000 x 128.
double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kLbuildParam);
    return graph_work(root, question, {12 * width, 25 * width}, 64);
}

constexpr GraphRecipe kRecipe{
    .name = "Vamana",
    .extension = true,
    .width = kLsearchParam,
    .build_params = kBuildParams,
    .smallest_degree = 2,
    .largest_degree = 1024,
    .degree_name = "R",
    .base_degree = [](std::size_t degree) noexcept { return degree; },
    .build =
        [](const NodeSpace& space, std::size_t degree, const BuildContext& context, const Control& control) {
            return build_vamana(space, vamana_options(degree, context), control);
        },
    .grow =
        [](const NodeSpace& space, const LayeredGraph& graph, std::span<const std::uint32_t> held,
           std::span<const std::uint32_t> added, std::size_t degree, const BuildContext& context,
           const Control& control) {
            return grow_vamana(space, graph, held, added, vamana_options(degree, context), control);
        },
    .alpha =
        [](const BuildContext& context) noexcept {
            return static_cast<float>(value_or_default(context.build, kAlphaParam));
        },
    .explain = explain,
    .build_work = build_work,
};

constexpr std::array<std::string_view, 1> kExamples{"Vamana32"};
constexpr std::array<std::string_view, 5> kCodeExamples{"Vamana32,SQ8", "Vamana16,SQ4", "Vamana32,SQfp16",
                                                        "Vamana16,PQ4x4", "Vamana32,SQ8|reorder=1"};

} // namespace

extern const Kind kVamanaKind, kVamanaCodeKind;
const Kind kVamanaKind = plain_graph_kind<kRecipe>(kExamples);
const Kind kVamanaCodeKind = coded_graph_kind<kRecipe>("Vamana,code", kCodeExamples);

} // namespace annscope
