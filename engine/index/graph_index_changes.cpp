// SPDX-License-Identifier: Apache-2.0
// Building a graph index, adding to it and removing from it.
#include "graph/connect.h"
#include "graph/graph_removal.h"
#include "graph/reorder.h"
#include "index/coarse_params.h"
#include "index/graph_index_class.h"

#include <algorithm>

namespace annscope {

Status GraphIndex::train(const VectorSet& vectors, const Control& control) {
    return m_vectors.train(vectors, control);
}

Status GraphIndex::check_add(const VectorSet& vectors) const {
    if (!trained())
        return Error{ErrorCode::NotTrained, "The index " + print(m_root) + " has not been trained."};
    if (vectors.dim() != m_context.dim)
        return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                       " dimensions, the index " + print(m_root) + " has " +
                                                       std::to_string(m_context.dim) + "."};
    return {};
}

void GraphIndex::replace(LayeredGraph graph, NodeIds ids) {
    m_graph = std::move(graph);
    m_ids = std::move(ids);
    m_pool = std::make_unique<Pool>();
}

Status GraphIndex::add(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(check_add(vectors));
    if (vectors.empty())
        return {};
    const bool narrow = value_or_default(m_context.build, kNarrowParam) != 0;
    control.begin("Preparing vectors", 0);
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(vectors, m_context.metric, narrow, control));
    return live() > 0 ? grow(stored.vectors, control) : build(stored.vectors, control);
}

Status GraphIndex::build(const VectorSet& rows, const Control& control) {
    ANNSCOPE_ASSIGN(const NodeIds::Room room, m_ids.room_for(rows.size()));
    ANNSCOPE_ASSIGN(GraphVectors::Content content, m_vectors.with(rows, room.added, room.nodes, control));
    ANNSCOPE_ASSIGN(const NodeSpace space, m_vectors.space_over(rows, content, control));
    ANNSCOPE_ASSIGN(LayeredGraph graph, m_recipe.build(space, degree(), m_context, control));
    ANNSCOPE_ASSIGN(const std::vector<std::uint32_t> order, reorder(content, graph, control));
    m_vectors.set(std::move(content));
    replace(std::move(graph), m_ids.with_first(rows.size(), order));
    return {};
}

/// Numbers nodes as the build parameter says. Returns which row each place got, nothing where all stay.
Result<std::vector<std::uint32_t>> GraphIndex::reorder(GraphVectors::Content& content, LayeredGraph& graph,
                                                       const Control& control) const {
    const auto kind = static_cast<NodeOrder>(value_or_default(m_context.build, kReorderParam));
    ANNSCOPE_ASSIGN(std::vector<std::uint32_t> order, node_order(graph.base, kind, control));
    if (order.empty())
        return order;
    ANNSCOPE_ASSIGN(graph, renumbered(graph, order, control));
    ANNSCOPE_ASSIGN(content, m_vectors.reordered(std::move(content), order, control));
    return order;
}

Status GraphIndex::grow(const VectorSet& rows, const Control& control) {
    ANNSCOPE_ASSIGN(const NodeIds::Room room, m_ids.room_for(rows.size()));
    ANNSCOPE_ASSIGN(GraphVectors::Content content, m_vectors.with(rows, room.added, room.nodes, control));
    VectorSet all = content.vectors;
    if (m_vectors.coded()) {
        ANNSCOPE_ASSIGN(const VectorSet held, m_vectors.as_vectors(control));
        ANNSCOPE_ASSIGN(all, placed(held, rows.to_float(), room.added, room.nodes, control));
    }
    ANNSCOPE_ASSIGN(const NodeSpace space, m_vectors.space_over(all, content, control));
    ANNSCOPE_ASSIGN(LayeredGraph graph,
                    m_recipe.grow(space, m_graph, room.held, room.added, degree(), m_context, control));
    m_vectors.set(std::move(content));
    replace(std::move(graph), m_ids.with(room));
    return {};
}

Result<NodeSpace> GraphIndex::node_space(const Control& control) const {
    ANNSCOPE_ASSIGN(const VectorSet vectors, m_vectors.as_vectors(control));
    return NodeSpace::create(vectors, m_context.metric, control, m_vectors.sketch());
}

Status GraphIndex::remove(std::span<const Id> ids, const Control& control) {
    ANNSCOPE_ASSIGN(const std::vector<bool> gone, m_ids.gone_with(ids, print(m_root)));
    NodeIds left = m_ids.without(gone);
    if (left.live() == live())
        return {};
    if (left.live() == 0) {
        m_vectors.set({});
        replace({}, std::move(left));
        return {};
    }
    ANNSCOPE_ASSIGN(const NodeSpace space, node_space(control));
    RemovalOptions options;
    options.alpha = m_recipe.alpha(m_context);
    ANNSCOPE_ASSIGN(LayeredGraph graph, remove_nodes(space, m_graph, gone, options, control));
    replace(std::move(graph), std::move(left));
    return {};
}

Status GraphIndex::repair_graph(const Control& control) {
    if (live() == 0)
        return {};
    ANNSCOPE_ASSIGN(const NodeSpace space, node_space(control));
    const std::vector<std::uint32_t> nodes = m_ids.live_nodes();
    LayeredGraph graph = m_graph.copy();
    control.begin("Connecting", nodes.size());
    ANNSCOPE_TRY(connect_unreachable(space, graph.entry, 100, nodes, graph.base, control));
    replace(std::move(graph), m_ids);
    return {};
}

} // namespace annscope
