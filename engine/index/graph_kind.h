// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/graph_index.h"

namespace annscope {

// The two kinds that a GraphRecipe makes: with the vectors themselves, and with a code.

/// What both share. kRecipe: with static storage, because kinds are tables of plain functions.
template<const GraphRecipe& kRecipe>
constexpr Kind graph_kind() {
    Kind kind{};
    kind.build_params = kRecipe.build_params;
    kind.search_params = {&kRecipe.width, 1};
    kind.extension = kRecipe.extension;
    kind.explain = [](const SpecNode& root) { return kRecipe.explain(root) + explain_graph_code(root); };
    kind.size = [](const SpecNode& root, const SizeQuestion& question) {
        return graph_size(kRecipe, root, question);
    };
    kind.build_work = kRecipe.build_work;
    kind.create = [](const SpecNode& root, const BuildContext& context) {
        return create_graph(kRecipe, root, context);
    };
    kind.load = [](ArchiveReader& reader) { return load_graph(kRecipe, reader); };
    return kind;
}

/// examples: the first is Kind::example.
template<const GraphRecipe& kRecipe>
constexpr Kind plain_graph_kind(std::span<const std::string_view> examples) {
    Kind kind = graph_kind<kRecipe>();
    kind.name = kRecipe.name;
    kind.matches = [](const SpecNode& root) noexcept { return is_plain_graph(root, kRecipe.name); };
    kind.shares_vectors = true;
    kind.example = examples.front();
    kind.more_examples = examples.subspan(1);
    return kind;
}

/// name: "HNSW,code"
template<const GraphRecipe& kRecipe>
constexpr Kind coded_graph_kind(std::string_view name, std::span<const std::string_view> examples) {
    Kind kind = graph_kind<kRecipe>();
    kind.name = name;
    kind.matches = [](const SpecNode& root) noexcept { return is_coded_graph(root, kRecipe.name); };
    kind.distances = Distances::OfCodes;
    kind.example = examples.front();
    kind.more_examples = examples.subspan(1);
    return kind;
}

} // namespace annscope
