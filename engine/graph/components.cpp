// SPDX-License-Identifier: Apache-2.0
#include "graph/adjacency.h"
#include "graph/health.h"

#include <algorithm>
#include <map>

namespace annscope {
namespace {

/// Tarjan's search with a stack of its own: a path may be as long as the graph is large.
class Tarjan {
public:
    Tarjan(const GraphLinks& graph, const Control& control)
        : m_graph(graph), m_control(control), m_order(graph.nodes, kNew), m_low(graph.nodes) {}

    Result<Components> run() {
        m_control.begin("Finding components", m_graph.nodes);
        for (std::uint32_t root = 0; root < m_graph.nodes; ++root)
            if (m_order[root] == kNew && m_graph.has(root))
                ANNSCOPE_TRY(walk(root));
        Components found;
        for (auto size = m_sizes.rbegin(); size != m_sizes.rend(); ++size) {
            found.sizes.push_back({size->first, size->second});
            found.count += size->second;
        }
        return found;
    }

private:
    static constexpr std::uint32_t kNew = kNoNode;
    static constexpr std::uint32_t kClosed = kNoNode - 1; ///< its component is known

    struct Step {
        std::uint32_t node, next; ///< next: of its neighbours
    };

    void enter(std::uint32_t node) {
        m_order[node] = m_low[node] = m_clock++;
        m_open.push_back(node);
        m_path.push_back({node, 0});
    }

    Status walk(std::uint32_t root) {
        enter(root);
        while (!m_path.empty()) {
            if (++m_steps % 4096 == 0) {
                if (m_control.cancel_requested())
                    return cancelled();
                m_control.advance(m_clock - m_told);
                m_told = m_clock;
            }
            const std::uint32_t node = m_path.back().node;
            if (!descend(node))
                leave(node);
        }
        return {};
    }

    /// Looks at the neighbours from where it stopped; true: one of them is new and comes first.
    bool descend(std::uint32_t node) {
        const auto neighbors = m_graph.neighbors(node);
        std::uint32_t& next = m_path.back().next;
        while (next < neighbors.size()) {
            const std::uint32_t to = neighbors[next++];
            if (m_order[to] == kNew) {
                enter(to); // next is gone from here on
                return true;
            }
            if (m_order[to] != kClosed)
                m_low[node] = std::min(m_low[node], m_order[to]);
        }
        return false;
    }

    void leave(std::uint32_t node) {
        if (m_low[node] == m_order[node])
            close(node);
        m_path.pop_back();
        if (!m_path.empty()) {
            std::uint32_t& above = m_low[m_path.back().node];
            above = std::min(above, m_low[node]);
        }
    }

    void close(std::uint32_t root) {
        std::size_t size = 0;
        for (std::uint32_t node = kNoNode; node != root; ++size) {
            node = m_open.back();
            m_open.pop_back();
            m_order[node] = kClosed;
        }
        ++m_sizes[size];
    }

    const GraphLinks& m_graph;
    const Control& m_control;
    std::vector<std::uint32_t> m_order, m_low; ///< when it was entered; the earliest that it reaches
    std::vector<std::uint32_t> m_open;         ///< entered, component not known
    std::vector<Step> m_path;
    std::uint32_t m_clock = 0, m_told = 0;
    std::uint64_t m_steps = 0;
    std::map<std::size_t, std::size_t> m_sizes;
};

} // namespace

std::size_t Components::of_size(std::size_t size) const noexcept {
    const auto found = std::ranges::find(sizes, size, &ComponentSize::size);
    return found == sizes.end() ? 0 : found->count;
}

Result<Components> strongly_connected(const GraphLinks& graph, const Control& control) {
    return Tarjan(graph, control).run();
}

} // namespace annscope
