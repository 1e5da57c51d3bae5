// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/beam_search.h"
#include "graph/scratch_pool.h"
#include "index/graph_index.h"
#include "index/graph_vectors.h"
#include "index/node_ids.h"

#include <optional>

namespace annscope {

/// Bytes by part of the links alone. layers: sizes of the upper layers.
std::vector<MemoryPart> graph_parts(const GraphRecipe& recipe, std::size_t degree, std::size_t n,
                                    std::span<const std::size_t> layers);

/// A graph over vectors or codes. Nodes are numbered by their places; ids differ from them after a
/// removal, and where nodes were reordered.
class GraphIndex final : public Index, public GraphView {
public:
    GraphIndex(const GraphRecipe& recipe, const SpecNode& root, const BuildContext& context,
               std::unique_ptr<ListCodec> codec)
        : m_recipe(recipe), m_root(root), m_context(context), m_vectors(context, std::move(codec)),
          m_pool(std::make_unique<Pool>()) {}

    Status load(ArchiveReader& reader);

    IndexInfo info() const override;
    std::size_t dim() const noexcept override { return m_context.dim; }
    bool trained() const noexcept override { return m_vectors.trained(); }
    std::span<const ParamInfo> search_params() const noexcept override { return {&m_recipe.width, 1}; }
    Status train(const VectorSet& vectors, const Control& control) override;
    Status add(const VectorSet& vectors, const Control& control) override;
    Status remove(std::span<const Id> ids, const Control& control) override;
    Status repair_graph(const Control& control) override;
    Status reconstruct(Id id, std::span<float> out) const override;
    Status save(ArchiveWriter& writer) const override;
    const GraphView* graph() const noexcept override { return this; }

    std::size_t size() const noexcept override { return m_vectors.size(); }
    std::size_t max_degree() const noexcept override { return m_recipe.base_degree(degree()); }
    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override {
        return m_graph.base.neighbors(node);
    }
    std::uint32_t entry_point() const noexcept override {
        return m_graph.upper.empty() ? m_graph.entry : m_graph.upper.back().nodes.front();
    }
    std::size_t levels() const noexcept override { return m_graph.upper.size() + 1; }
    std::span<const std::uint32_t> level_nodes(std::size_t level) const noexcept override {
        return level == 0 ? std::span<const std::uint32_t>() : m_graph.upper[level - 1].nodes;
    }
    std::span<const std::uint32_t> level_links(std::size_t level, std::size_t rank) const noexcept override {
        return level == 0 ? neighbors(rank) : m_graph.upper[level - 1].links.neighbors(rank);
    }
    Id id(std::size_t node) const noexcept override { return m_ids[node]; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override;

private:
    struct QueryScratch {
        std::optional<GraphVectors::Query> query;
        SearchScratch search;
        std::vector<Candidate> best;
    };
    using Pool = ScratchPool<QueryScratch>;

    std::size_t degree() const noexcept { return graph_degree(m_root); }
    std::size_t live() const noexcept { return m_ids.live(); }
    Status check_add(const VectorSet& vectors) const;
    Status build(const VectorSet& rows, const Control& control);
    Status grow(const VectorSet& rows, const Control& control);
    Result<NodeSpace> node_space(const Control& control) const;
    Result<std::vector<std::uint32_t>> reorder(GraphVectors::Content& content, LayeredGraph& graph,
                                               const Control& control) const;
    void replace(LayeredGraph graph, NodeIds ids);
    template<SearchTrace Trace>
    SearchCounts walk(const Scorer& scorer, std::size_t width, SearchScratch& scratch, Trace& trace) const;
    std::size_t rank(QueryScratch& scratch, std::size_t k, PathTrace* trace) const;
    Status load_layers(ArchiveReader& reader);
    Status check_removed(const ArchiveReader& reader) const;

    const GraphRecipe& m_recipe;
    SpecNode m_root;
    BuildContext m_context;
    GraphVectors m_vectors;
    LayeredGraph m_graph;
    NodeIds m_ids;
    std::unique_ptr<Pool> m_pool;
};

} // namespace annscope
