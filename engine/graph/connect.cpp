// SPDX-License-Identifier: Apache-2.0
#include "graph/connect.h"

#include "graph/beam_search.h"

#include <optional>

namespace annscope {
namespace {

/// What can be reached from the entry, and an edge at a time, the rest.
class Connector {
public:
    Connector(const NodeSpace& space, std::uint32_t entry, std::size_t width,
              std::span<const std::uint32_t> nodes, Adjacency& graph, const Control& control)
        : m_space(space), m_nodes(nodes), m_graph(graph), m_control(control), m_entry(entry), m_width(width),
          m_reached(graph.size(), false) {}

    Status run() {
        ANNSCOPE_TRY(spread(m_entry));
        for (const std::uint32_t node : m_nodes) {
            if (m_reached[node])
                continue;
            if (const auto from = near_with_room(node))
                add_edge(*from, node);
            ANNSCOPE_TRY(spread(node));
        }
        return {};
    }

private:
    /// Marks all that can be reached from a node through unmarked ones.
    Status spread(std::uint32_t start) {
        m_reached[start] = true;
        m_queue.assign(1, start);
        for (std::size_t at = 0; at < m_queue.size(); ++at) {
            if (at % 4096 == 0 && m_control.cancel_requested())
                return cancelled();
            for (const std::uint32_t next : m_graph.neighbors(m_queue[at]))
                if (!m_reached[next]) {
                    m_reached[next] = true;
                    m_queue.push_back(next);
                }
        }
        m_control.advance(m_queue.size());
        return {};
    }

    bool has_room(std::uint32_t node) const { return m_graph.neighbors(node).size() < m_graph.max_degree(); }

    std::optional<std::uint32_t> near_with_room(std::uint32_t node) {
        NullTrace trace;
        beam_search(m_graph.rows(), m_graph.size(), m_space.from(node, m_values), m_entry, m_width, m_scratch,
                    trace);
        for (std::size_t i = 0; i < m_scratch.list.size(); ++i)
            if (has_room(m_scratch.list[i].id))
                return m_scratch.list[i].id;
        for (; m_next_room < m_graph.size(); ++m_next_room)
            if (m_reached[m_next_room] && has_room(m_next_room))
                return m_next_room;
        return std::nullopt;
    }

    void add_edge(std::uint32_t from, std::uint32_t to) {
        const auto known = m_graph.neighbors(from);
        std::vector<std::uint32_t> edges(known.begin(), known.end());
        edges.push_back(to);
        m_graph.assign(from, edges);
    }

    const NodeSpace& m_space;
    const std::span<const std::uint32_t> m_nodes;
    Adjacency& m_graph;
    const Control& m_control;
    const std::uint32_t m_entry;
    const std::size_t m_width;
    std::vector<bool> m_reached;
    std::vector<std::uint32_t> m_queue;
    std::vector<float> m_values;
    SearchScratch m_scratch;
    std::uint32_t m_next_room = 0;
};

} // namespace

Status connect_unreachable(const NodeSpace& space, std::uint32_t entry, std::size_t width,
                           std::span<const std::uint32_t> nodes, Adjacency& graph, const Control& control) {
    return Connector(space, entry, width, nodes, graph, control).run();
}

} // namespace annscope
