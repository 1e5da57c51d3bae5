// SPDX-License-Identifier: Apache-2.0
#include "graph/in_links.h"
#include "graph/reorder.h"

#include <algorithm>

namespace annscope {
namespace {

/// Nodes by a score that goes up and down by one, the highest first. What goes down is only noted until it
/// matters: most of it comes up again. Source: Wei et al., SIGMOD 2016, section 4.2, the unit heap.
class UnitHeap {
public:
    /// Nodes 0 .. n - 1 at score 0. Throws std::bad_alloc.
    explicit UnitHeap(std::size_t n) : m_nodes(n), m_first(1, kNoNode) {
        for (std::size_t node = n; node-- > 0;)
            link(static_cast<std::uint32_t>(node), 0);
    }
    static std::size_t bytes_of(std::size_t n) noexcept { return n * sizeof(Node); }

    /// No effect on a node that was taken out.
    void raise(std::uint32_t node) {
        Node& at = m_nodes[node];
        if (at.owed > 0) {
            --at.owed;
        } else if (at.score != kTaken) {
            const std::uint32_t score = at.score + 1;
            unlink(node);
            link(node, score);
        }
    }
    /// Needs a score above 0, or a node that was taken out.
    void lower(std::uint32_t node) noexcept { m_nodes[node].owed += m_nodes[node].score != kTaken; }

    void take(std::uint32_t node) noexcept {
        unlink(node);
        m_nodes[node].score = kTaken;
        m_nodes[node].owed = 0;
    }
    /// The node of the highest score, which the heap must have.
    std::uint32_t take_best() {
        for (;;) {
            while (m_first[m_top] == kNoNode)
                --m_top;
            const std::uint32_t node = m_first[m_top];
            Node& at = m_nodes[node];
            if (at.owed == 0) {
                take(node);
                return node;
            }
            const std::uint32_t score = at.score - at.owed;
            unlink(node);
            at.owed = 0;
            link(node, score);
        }
    }

private:
    static constexpr std::uint32_t kTaken = 0xffffffffu;
    struct Node {
        std::uint32_t score = 0, owed = 0; ///< the score is too high by what is owed
        std::uint32_t next = kNoNode, before = kNoNode;
    };

    void unlink(std::uint32_t node) noexcept {
        const Node& at = m_nodes[node];
        (at.before == kNoNode ? m_first[at.score] : m_nodes[at.before].next) = at.next;
        if (at.next != kNoNode)
            m_nodes[at.next].before = at.before;
    }
    void link(std::uint32_t node, std::uint32_t score) {
        if (score >= m_first.size())
            m_first.resize(score + std::size_t{1}, kNoNode);
        Node& at = m_nodes[node];
        at.score = score;
        at.before = kNoNode;
        at.next = m_first[score];
        if (at.next != kNoNode)
            m_nodes[at.next].before = node;
        m_first[score] = node;
        m_top = std::max(m_top, score);
    }

    std::vector<Node> m_nodes;
    std::vector<std::uint32_t> m_first; // of the nodes of each score
    std::uint32_t m_top = 0;            // no node has a higher score
};

class Gorder {
public:
    Gorder(const Adjacency& graph, const InLinks& in, std::size_t window, const Control& control)
        : m_graph(graph), m_in(in), m_control(control), m_window(window), m_heap(graph.size()) {}

    Result<std::vector<std::uint32_t>> run() {
        const std::size_t n = m_graph.size();
        m_order.reserve(n);
        std::uint32_t next = 0;
        for (std::uint32_t node = 1; node < n; ++node)
            if (m_in.of(node).size() > m_in.of(next).size())
                next = node;
        if (n > 0)
            m_heap.take(next);
        while (m_order.size() < n) {
            m_order.push_back(next);
            m_control.advance();
            if (m_order.size() == n)
                break;
            if (m_order.size() > m_window)
                ANNSCOPE_TRY(visit_kin(m_order[m_order.size() - 1 - m_window],
                                       [this](std::uint32_t node) { m_heap.lower(node); }));
            ANNSCOPE_TRY(visit_kin(next, [this](std::uint32_t node) { m_heap.raise(node); }));
            next = m_heap.take_best();
        }
        return std::move(m_order);
    }

private:
    /// Once for each thing that a node has in common with another: a link, or a node that links to both.
    template<class Visit>
    Status visit_kin(std::uint32_t node, Visit visit) {
        for (const std::uint32_t to : m_graph.neighbors(node))
            visit(to);
        const auto in = m_in.of(node);
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (++m_steps % kSteps == 0 && m_control.cancel_requested())
                return cancelled();
            if (i + kAhead < in.size())
                prefetch(in[i + kAhead]);
            visit(in[i]);
            for (const std::uint32_t sibling : m_graph.neighbors(in[i]))
                visit(sibling); // the node itself as well: it was taken out
        }
        return {};
    }
    void prefetch(std::uint32_t node) const noexcept {
        const GraphRows rows = m_graph.rows();
        for (std::size_t i = 0; i < rows.stride; i += Adjacency::kLine)
            __builtin_prefetch(rows.row(node) + i);
    }

    static constexpr std::size_t kSteps = 4096; // rows between two looks at the stop token
    static constexpr std::size_t kAhead = 3;

    const Adjacency& m_graph;
    const InLinks& m_in;
    const Control& m_control;
    const std::size_t m_window;
    UnitHeap m_heap;
    std::vector<std::uint32_t> m_order;
    std::size_t m_steps = 0;
};

} // namespace

Result<std::vector<std::uint32_t>> gorder(const Adjacency& graph, const Control& control,
                                          std::size_t window) {
    control.begin("Reordering", graph.size());
    ANNSCOPE_ASSIGN(const InLinks in, InLinks::create(graph, control));
    ANNSCOPE_TRY(check_memory(UnitHeap::bytes_of(graph.size()), "reordering the graph"));
    return Gorder(graph, in, window, control).run();
}

} // namespace annscope
