// SPDX-License-Identifier: Apache-2.0
#include "index/coarse_params.h"
#include "index/graph_index.h"
#include "index/graph_vectors.h"
#include "index/vamana_params.h"

#include <array>
#include <cmath>

namespace annscope {
namespace {

constexpr std::array kBuildParams{kLbuildParam, kAlphaParam, kNarrowParam, kSketchParam, kReorderParam};

constexpr std::array kSearchParams{kLsearchParam};

constexpr GraphRecipe kRecipe{
    .name = "Vamana",
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
};

std::string explain(const SpecNode& root) {
    return "A Vamana graph (DiskANN's): each vector links to at most " + std::to_string(graph_degree(root)) +
           " others, and a search walks from the middle of the data towards the query, keeping the Lsearch "
           "nearest found." +
           explain_graph_code(root);
}

std::vector<MemoryPart> size_of(const SpecNode& root, const SizeQuestion& question) {
    return graph_size(kRecipe, root, question);
}

/// Fitted to builds of 60,000 x 784 (bytes and float32) and 200,000 x 128: about 12 Lbuild distances of
/// searches a node, which wait for memory, and twice as many of prunings, which find their rows in the cache.
/// Rows are rarely full, so the degree counts by its root. A distance costs its start and its bytes.
double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kLbuildParam);
    const double fullness = std::sqrt(static_cast<double>(graph_degree(root)) / 64);
    const GraphBytes bytes = graph_bytes(question);
    const double search = 12 * (720 + 1.1 * bytes.walked), prune = 25 * (180 + 0.3 * bytes.compared);
    return static_cast<double>(question.n) * width * fullness * graph_growth(question.n) * (search + prune);
}

Result<std::unique_ptr<Index>> create(const SpecNode& root, const BuildContext& context) {
    return create_graph(kRecipe, root, context);
}

Result<std::unique_ptr<Index>> load(ArchiveReader& reader) {
    return load_graph(kRecipe, reader);
}

constexpr std::array<std::string_view, 4> kMoreCodes{"Vamana16,SQ4", "Vamana32,SQfp16", "Vamana16,PQ4x4",
                                                     "Vamana32,SQ8|reorder=1"};

} // namespace

extern const Kind kVamanaKind;
const Kind kVamanaKind{
    .name = "Vamana",
    .example = "Vamana32",
    .extension = true,
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_plain_graph(root, "Vamana"); },
    .explain = explain,
    .size = size_of,
    .build_work = build_work,
    .create = create,
    .load = load,
    .shares_vectors = true,
};

extern const Kind kVamanaCodeKind;
const Kind kVamanaCodeKind{
    .name = "Vamana,code",
    .example = "Vamana32,SQ8",
    .extension = true,
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_coded_graph(root, "Vamana"); },
    .explain = explain,
    .size = size_of,
    .build_work = build_work,
    .create = create,
    .load = load,
    .distances = Distances::OfCodes,
    .more_examples = kMoreCodes,
};

} // namespace annscope
