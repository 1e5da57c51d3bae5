// SPDX-License-Identifier: Apache-2.0
#include "graph/connect.h"

#include "graph/beam_search.h"

#include <optional>

namespace annscope {
namespace {

/// What can be reached from the entry, and an edge at a time, the rest. A tree of the walks that reached each
/// node is kept: an edge outside it can be given up without losing anybody, and as n nodes of degree R have
/// n R places and the tree n - 1 edges, there always is a place.
class Connector {
public:
    Connector(const NodeSpace& space, std::uint32_t entry, std::size_t width,
              std::span<const std::uint32_t> nodes, Adjacency& graph, const Control& control)
        : m_space(space), m_nodes(nodes), m_graph(graph), m_control(control), m_entry(entry), m_width(width),
          m_parent(graph.size(), kNoNode) {}

    Status run() {
        ANNSCOPE_TRY(spread(m_entry, m_entry));
        for (const std::uint32_t node : m_nodes)
            if (m_parent[node] == kNoNode)
                ANNSCOPE_TRY(spread(node, attach(node)));
        return {};
    }

private:
    /// Marks all that can be reached from a node through unmarked ones.
    Status spread(std::uint32_t start, std::uint32_t parent) {
        const std::size_t first = m_reached.size();
        m_parent[start] = parent;
        m_reached.push_back(start);
        for (std::size_t at = first; at < m_reached.size(); ++at) {
            if (at % 4096 == 0 && m_control.cancel_requested())
                return cancelled();
            for (const std::uint32_t next : m_graph.neighbors(m_reached[at]))
                if (m_parent[next] == kNoNode) {
                    m_parent[next] = m_reached[at];
                    m_reached.push_back(next);
                }
        }
        if (m_control.cancel_requested())
            return cancelled();
        m_control.advance(m_reached.size() - first);
        return {};
    }

    bool has_room(std::uint32_t node) const { return m_graph.neighbors(node).size() < m_graph.max_degree(); }

    /// Place of the last, which is most often the longest, edge that nobody depends on.
    std::optional<std::size_t> spare_edge(std::uint32_t node) const {
        const auto edges = m_graph.neighbors(node);
        for (std::size_t i = edges.size(); i-- > 0;)
            if (m_parent[edges[i]] != node)
                return i;
        return std::nullopt;
    }

    /// Gives node an in-edge: from the nearest reached node with room, else from the nearest with an edge to
    /// spare. Returns that node.
    std::uint32_t attach(std::uint32_t node) {
        NullTrace trace;
        beam_search(m_graph.rows(), m_graph.size(), m_space.from(node, m_values), m_entry, m_width, m_scratch,
                    trace);
        const SearchList& near = m_scratch.list;
        for (std::size_t i = 0; i < near.size(); ++i)
            if (has_room(near[i].id))
                return link(near[i].id, node);
        for (std::size_t i = 0; i < near.size(); ++i)
            if (spare_edge(near[i].id))
                return link(near[i].id, node);
        // A node that has no place left never gets one again.
        while (!has_room(m_reached[m_next]) && !spare_edge(m_reached[m_next]))
            ++m_next;
        return link(m_reached[m_next], node);
    }

    std::uint32_t link(std::uint32_t from, std::uint32_t to) {
        const auto known = m_graph.neighbors(from);
        std::vector<std::uint32_t> edges(known.begin(), known.end());
        if (edges.size() == m_graph.max_degree())
            edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(*spare_edge(from)));
        edges.push_back(to);
        m_graph.assign(from, edges);
        return from;
    }

    const NodeSpace& m_space;
    const std::span<const std::uint32_t> m_nodes;
    Adjacency& m_graph;
    const Control& m_control;
    const std::uint32_t m_entry;
    const std::size_t m_width;
    std::vector<std::uint32_t> m_parent;  ///< in the tree; the entry's is itself, kNoNode: not reached
    std::vector<std::uint32_t> m_reached; ///< in that order
    std::vector<float> m_values;
    SearchScratch m_scratch;
    std::size_t m_next = 0; ///< of m_reached: the first that may have a place
};

} // namespace

Status connect_unreachable(const NodeSpace& space, std::uint32_t entry, std::size_t width,
                           std::span<const std::uint32_t> nodes, Adjacency& graph, const Control& control) {
    return Connector(space, entry, width, nodes, graph, control).run();
}

} // namespace annscope
