// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"
#include "graph/in_links.h"
#include "graph/reorder.h"

#include <algorithm>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kBlock = 1024; // nodes between two looks at the stop token

class CuthillMcKee {
public:
    CuthillMcKee(const Adjacency& graph, const InLinks& in, const Control& control)
        : m_graph(graph), m_in(in), m_control(control), m_degrees(graph.size()), m_marks(graph.size()) {}

    Result<std::vector<std::uint32_t>> run() {
        const std::size_t n = m_graph.size();
        ANNSCOPE_TRY(count_degrees());
        m_order.reserve(n);
        for (const std::uint32_t node : by_degree()) {
            if (m_marks[node] == kNumbered)
                continue;
            ANNSCOPE_ASSIGN(const std::uint32_t start, node_at_the_edge(node));
            ANNSCOPE_TRY(number_from(start));
        }
        std::ranges::reverse(m_order);
        return std::move(m_order);
    }

private:
    static constexpr std::uint32_t kNumbered = 0xffffffffu;

    bool fewer_links(std::uint32_t a, std::uint32_t b) const noexcept {
        return m_degrees[a] < m_degrees[b] || (m_degrees[a] == m_degrees[b] && a < b);
    }

    /// Of distinct neighbours in either direction.
    Status count_degrees() {
        return parallel_for(m_graph.size(), kBlock, m_control, [&](std::size_t begin, std::size_t end, int) {
            for (std::size_t node = begin; node < end; ++node) {
                const auto out = m_graph.neighbors(node);
                const auto in = m_in.of(node);
                const auto both = std::ranges::count_if(
                    in, [&](std::uint32_t from) { return std::ranges::find(out, from) != out.end(); });
                m_degrees[node] =
                    static_cast<std::uint32_t>(out.size() + in.size() - static_cast<std::size_t>(both));
            }
        });
    }

    std::vector<std::uint32_t> by_degree() const {
        std::vector<std::uint32_t> nodes(m_degrees.size()), begins(1);
        for (const std::uint32_t degree : m_degrees) {
            begins.resize(std::max<std::size_t>(begins.size(), degree + std::size_t{2}));
            ++begins[degree + std::size_t{1}];
        }
        std::partial_sum(begins.begin(), begins.end(), begins.begin());
        for (std::size_t node = 0; node < nodes.size(); ++node)
            nodes[begins[m_degrees[node]]++] = static_cast<std::uint32_t>(node);
        return nodes;
    }

    /// Calls visit(neighbour) for those that are not marked so yet, and marks them.
    template<class Visit>
    void spread(std::uint32_t node, std::uint32_t mark, Visit visit) {
        for (const auto& links : {m_graph.neighbors(node), m_in.of(node)})
            for (const std::uint32_t next : links)
                if (m_marks[next] != mark) {
                    m_marks[next] = mark;
                    visit(next);
                }
    }

    /// Walks from a node through its component; returns how many steps away the last are, and of those the
    /// one with the fewest links.
    struct Edge {
        std::size_t steps;
        std::uint32_t node;
    };
    Result<Edge> far_from(std::uint32_t start) {
        ++m_mark;
        m_marks[start] = m_mark;
        m_queue.assign(1, start);
        Edge edge{0, start};
        for (std::size_t at = 0; at < m_queue.size(); ++edge.steps) {
            edge.node = m_queue[at];
            for (const std::size_t end = m_queue.size(); at < end; ++at) {
                if (at % kBlock == 0 && m_control.cancel_requested())
                    return cancelled();
                if (fewer_links(m_queue[at], edge.node))
                    edge.node = m_queue[at];
                spread(m_queue[at], m_mark, [this](std::uint32_t next) { m_queue.push_back(next); });
            }
        }
        return edge;
    }

    /// Goes to the far end for as long as that makes the way longer.
    Result<std::uint32_t> node_at_the_edge(std::uint32_t start) {
        ANNSCOPE_ASSIGN(Edge edge, far_from(start));
        for (;;) {
            ANNSCOPE_ASSIGN(const Edge other, far_from(edge.node));
            if (other.steps <= edge.steps)
                return edge.node;
            edge = other;
        }
    }

    Status number_from(std::uint32_t start) {
        std::size_t at = m_order.size();
        m_marks[start] = kNumbered;
        m_order.push_back(start);
        for (; at < m_order.size(); ++at) {
            if (at % kBlock == 0 && m_control.cancel_requested())
                return cancelled();
            const auto first = static_cast<std::ptrdiff_t>(m_order.size());
            spread(m_order[at], kNumbered, [this](std::uint32_t next) { m_order.push_back(next); });
            std::sort(m_order.begin() + first, m_order.end(),
                      [this](std::uint32_t a, std::uint32_t b) { return fewer_links(a, b); });
            m_control.advance();
        }
        return {};
    }

    const Adjacency& m_graph;
    const InLinks& m_in;
    const Control& m_control;
    std::vector<std::uint32_t> m_degrees, m_order, m_queue;
    std::vector<std::uint32_t> m_marks; // of the walk that met a node last
    std::uint32_t m_mark = 0;
};

} // namespace

Result<std::vector<std::uint32_t>> reverse_cuthill_mckee(const Adjacency& graph, const Control& control) {
    control.begin("Reordering", graph.size());
    ANNSCOPE_ASSIGN(const InLinks in, InLinks::create(graph, control));
    ANNSCOPE_TRY(check_memory(graph.size() * 5 * sizeof(std::uint32_t), "reordering the graph"));
    return CuthillMcKee(graph, in, control).run();
}

} // namespace annscope
