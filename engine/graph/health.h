// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "graph/node_space.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace annscope {

/// A directed graph as health checks read it. Numbers may be free, as those of removed vectors: no edge
/// begins or ends there, and nothing counts them.
struct GraphLinks {
    std::size_t nodes = 0; ///< numbers, free ones included
    std::function<std::span<const std::uint32_t>(std::uint32_t node)> neighbors;
    std::function<bool(std::uint32_t node)> is_free = nullptr; ///< null: none is

    bool has(std::uint32_t node) const { return !is_free || !is_free(node); }
};

/// How many strongly connected components have a size.
struct ComponentSize {
    std::size_t size = 0, count = 0;
    friend bool operator==(const ComponentSize&, const ComponentSize&) = default;
};

/// The sets of nodes of which each reaches each other.
struct Components {
    std::size_t count = 0;
    std::vector<ComponentSize> sizes; ///< the largest first, each size once
    std::size_t largest() const noexcept { return sizes.empty() ? 0 : sizes.front().size; }
    std::size_t of_size(std::size_t size) const noexcept;
};

/// What the links alone say of a graph.
struct GraphHealth {
    std::size_t nodes = 0; ///< without free numbers
    std::uint64_t edges = 0;
    std::vector<std::uint32_t> unreachable; ///< from the starts, ascending
    Components components;
    std::vector<std::uint64_t> out_degrees, in_degrees; ///< [d]: how many nodes have degree d
    std::uint64_t reciprocal = 0;                       ///< edges whose reverse is an edge, too

    std::size_t without_in_edges() const noexcept { return in_degrees.empty() ? 0 : in_degrees[0]; }
    double mean_degree() const noexcept {
        return nodes == 0 ? 0 : static_cast<double>(edges) / static_cast<double>(nodes);
    }
    /// Share of edges, 0..1; 0 where there is none.
    double reciprocity() const noexcept {
        return edges == 0 ? 0 : static_cast<double>(reciprocal) / static_cast<double>(edges);
    }
};

/// Nodes that no walk from the starts arrives at, ascending. starts: where a search may begin. Cost: nodes +
/// edges. Errors: Cancelled.
Result<std::vector<std::uint32_t>>
unreachable_nodes(const GraphLinks& graph, std::span<const std::uint32_t> starts, const Control& control);

/// Strongly connected components, without recursion. Cost: nodes + edges; memory: 16 bytes a node. Errors:
/// Cancelled. Source: Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972).
Result<Components> strongly_connected(const GraphLinks& graph, const Control& control);

/// All of it. The same for any number of threads. Neighbours must be node numbers. Phases: "Reaching nodes",
/// "Finding components", "Counting degrees", "Looking for reverse edges". Cost: that of the above, and edges
/// x degree / 2 comparisons of numbers. Errors: Cancelled. Throws std::bad_alloc.
Result<GraphHealth> examine_graph(const GraphLinks& graph, std::span<const std::uint32_t> starts,
                                  const Control& control);

/// Euclidean lengths of edges, ascending, as a pruning sees them (see NodeSpace: of unit vectors for cosine,
/// of lifted ones for inner product).
struct EdgeLengths {
    std::vector<float> sorted;
    std::uint64_t edges = 0; ///< of the graph
    bool sampled() const noexcept { return sorted.size() < edges; }
    /// share: 0 shortest, 0.5 median, 1 longest; 0 where there is no edge.
    float quantile(double share) const noexcept;
    double mean() const noexcept;
};

/// At most about that many edges: those of every n-th node, where there are more. row_of: which row of the
/// space a node stands for; empty: its own number. Phase: "Measuring edges". Cost: one distance an edge.
/// Errors: Cancelled. Throws std::bad_alloc.
Result<EdgeLengths> edge_lengths(const GraphLinks& graph, const NodeSpace& space, std::size_t most_edges,
                                 const std::function<std::uint32_t(std::uint32_t node)>& row_of,
                                 const Control& control);

} // namespace annscope
