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
    if (vectors.size() > kLargestGraph - std::min(kLargestGraph, size()))
        return Error{ErrorCode::Unsupported, "A " + std::string(m_recipe.name) +
                                                 " graph holds at most 2147483647 vectors; these would be " +
                                                 std::to_string(size() + vectors.size()) + "."};
    return {};
}

void GraphIndex::replace(LayeredGraph graph, std::vector<std::uint32_t> ids) {
    m_graph = std::move(graph);
    m_ids = std::move(ids);
    m_live = m_ids.size() - static_cast<std::size_t>(std::ranges::count(m_ids, kNoNode));
    m_pool = std::make_unique<Pool>();
}

Status GraphIndex::add(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(check_add(vectors));
    if (vectors.empty())
        return {};
    const bool narrow = value_or_default(m_context.build, kNarrowParam) != 0;
    control.begin("Preparing vectors", 0);
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(vectors, m_context.metric, narrow, control));
    if (live() > 0)
        return grow(stored.vectors, control);
    std::vector<std::uint32_t> places(vectors.size());
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = static_cast<std::uint32_t>(i);
    m_vectors.set({});
    ANNSCOPE_ASSIGN(GraphVectors::Content content,
                    m_vectors.with(stored.vectors, places, places.size(), control));
    ANNSCOPE_ASSIGN(const NodeSpace space,
                    NodeSpace::create(stored.vectors, m_context.metric, control, content.sketch));
    ANNSCOPE_ASSIGN(LayeredGraph graph, m_recipe.build(space, degree(), m_context, control));
    ANNSCOPE_ASSIGN(std::vector<std::uint32_t> ids, reorder(content, graph, control));
    m_vectors.set(std::move(content));
    if (m_next_id > 0 && ids.empty()) // all that were there have been removed
        ids = std::move(places);
    for (std::uint32_t& id : ids)
        id += static_cast<std::uint32_t>(m_next_id);
    replace(std::move(graph), std::move(ids));
    m_next_id += static_cast<Id>(vectors.size());
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

/// What the codes that are held stand for, and the rows at their places.
Result<VectorSet> GraphIndex::decoded_with(const VectorSet& rows, std::span<const std::uint32_t> places,
                                           std::size_t total, const Control& control) const {
    ANNSCOPE_ASSIGN(const VectorSet held, m_vectors.as_vectors(control));
    const VectorSet parts[] = {held, rows.to_float()};
    ANNSCOPE_ASSIGN(const VectorSet joined, concatenated(parts, control));
    std::vector<std::uint32_t> order(total);
    for (std::uint32_t i = 0; i < size(); ++i)
        order[i] = i;
    for (std::size_t i = 0; i < places.size(); ++i)
        order[places[i]] = static_cast<std::uint32_t>(size() + i);
    return joined.select(order);
}

/// Rows go where nodes were removed, then behind the last.
Status GraphIndex::grow(const VectorSet& rows, const Control& control) {
    std::vector<std::uint32_t> held, places;
    for (std::uint32_t node = 0; node < size(); ++node)
        if (id(node) != kNoId)
            held.push_back(node);
        else if (places.size() < rows.size())
            places.push_back(node);
    std::size_t total = size();
    while (places.size() < rows.size())
        places.push_back(static_cast<std::uint32_t>(total++));

    ANNSCOPE_ASSIGN(GraphVectors::Content content, m_vectors.with(rows, places, total, control));
    std::vector<std::uint32_t> ids = m_ids;
    if (!ids.empty() || m_next_id + static_cast<Id>(rows.size()) != static_cast<Id>(total)) {
        ids.resize(total, kNoNode);
        for (std::size_t i = 0; i < places.size(); ++i)
            ids[places[i]] = static_cast<std::uint32_t>(m_next_id) + static_cast<std::uint32_t>(i);
    }
    VectorSet all = content.vectors;
    if (m_vectors.coded()) {
        ANNSCOPE_ASSIGN(all, decoded_with(rows, places, total, control));
    }
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(all, m_context.metric, control, content.sketch));
    ANNSCOPE_ASSIGN(LayeredGraph graph,
                    m_recipe.grow(space, m_graph, held, places, degree(), m_context, control));
    m_vectors.set(std::move(content));
    replace(std::move(graph), std::move(ids));
    m_next_id += static_cast<Id>(rows.size());
    return {};
}

Result<NodeSpace> GraphIndex::node_space(const Control& control) const {
    ANNSCOPE_ASSIGN(const VectorSet vectors, m_vectors.as_vectors(control));
    return NodeSpace::create(vectors, m_context.metric, control, m_vectors.sketch());
}

std::vector<bool> GraphIndex::gone_nodes() const {
    std::vector<bool> gone(size());
    for (std::size_t node = 0; node < gone.size(); ++node)
        gone[node] = id(node) == kNoId;
    return gone;
}

Status GraphIndex::remove(std::span<const Id> ids, const Control& control) {
    std::vector<bool> gone = gone_nodes();
    std::vector<std::uint32_t> nodes(static_cast<std::size_t>(m_next_id), kNoNode);
    for (std::uint32_t node = 0; node < size(); ++node)
        if (id(node) != kNoId)
            nodes[static_cast<std::size_t>(id(node))] = node;
    std::size_t left = live();
    for (const Id id : ids) {
        const bool known = id >= 0 && id < m_next_id && nodes[static_cast<std::size_t>(id)] != kNoNode;
        if (!known)
            return Error{ErrorCode::InvalidArgument,
                         "The index " + print(m_root) + " has no vector " + std::to_string(id) + "."};
        const std::uint32_t node = nodes[static_cast<std::size_t>(id)];
        left -= !gone[node];
        gone[node] = true;
    }
    return left == live() ? Status() : shrink(gone, left, control);
}

Status GraphIndex::shrink(const std::vector<bool>& gone, std::size_t left, const Control& control) {
    if (left == 0) {
        m_vectors.set({});
        replace({}, {});
        return {};
    }
    ANNSCOPE_ASSIGN(const NodeSpace space, node_space(control));
    RemovalOptions options;
    options.alpha = m_recipe.alpha(m_context);
    ANNSCOPE_ASSIGN(LayeredGraph graph, remove_nodes(space, m_graph, gone, options, control));
    std::vector<std::uint32_t> ids(size());
    for (std::size_t node = 0; node < ids.size(); ++node)
        ids[node] = gone[node] ? kNoNode : static_cast<std::uint32_t>(id(node));
    replace(std::move(graph), std::move(ids));
    return {};
}

Status GraphIndex::repair_graph(const Control& control) {
    if (live() == 0)
        return {};
    ANNSCOPE_ASSIGN(const NodeSpace space, node_space(control));
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t node = 0; node < size(); ++node)
        if (id(node) != kNoId)
            nodes.push_back(node);
    LayeredGraph graph = m_graph.copy();
    control.begin("Connecting", nodes.size());
    ANNSCOPE_TRY(connect_unreachable(space, graph.entry, 100, nodes, graph.base, control));
    replace(std::move(graph), m_ids);
    return {};
}

} // namespace annscope
