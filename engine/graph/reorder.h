// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/error.h"
#include "graph/layered_graph.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

// Numbers for the nodes of a graph such that nodes which a search visits together lie near each other in
// memory. An order holds each node once: order[i] is the node that gets number i. After Coleman, Segarra,
// Smola and Shrivastava, "Graph Reordering for Cache-Efficient Near Neighbor Search", NeurIPS 2022.

enum class NodeOrder : std::uint8_t { AsBuilt, ReverseCuthillMcKee, Gorder };

/// Breadth first over links in either direction, neighbours by ascending degree, from a node at the edge of
/// each component; then turned round. Links span few numbers. Cost: some passes over all links; memory: 8
/// bytes a link. One thread. Phase: "Reordering". Errors: OutOfMemory, Cancelled. Source: Cuthill and McKee,
/// ACM 1969; George and Liu, "An Implementation of a Pseudoperipheral Node Finder", TOMS 1979.
Result<std::vector<std::uint32_t>> reverse_cuthill_mckee(const Adjacency& graph, const Control& control);

inline constexpr std::size_t kGorderWindow = 5;

/// Greedy: the next node is the one that has most in common with the last window nodes, counting links
/// between them in either direction and nodes that link to both. Starts with the node that most link to.
/// Cost: a step for each pair of links of the same node, twice; memory: 4 bytes a link and 16 a node. One
/// thread. Phase: "Reordering". Errors: OutOfMemory, Cancelled. Source: Wei, Yu, Lu and Lin, "Speedup Graph
/// Processing by Graph Ordering", SIGMOD 2016, Algorithms 2 and 3.
Result<std::vector<std::uint32_t>> gorder(const Adjacency& graph, const Control& control,
                                          std::size_t window = kGorderWindow);

/// Empty for AsBuilt.
Result<std::vector<std::uint32_t>> node_order(const Adjacency& graph, NodeOrder kind, const Control& control);

/// The same graph with its nodes numbered by an order. Rows keep the order of their links, upper layers their
/// ranks, so that a search finds the same. Cost: a pass over all links. Phase: "Moving nodes". Errors:
/// OutOfMemory, Cancelled.
Result<LayeredGraph> renumbered(const LayeredGraph& graph, std::span<const std::uint32_t> order,
                                const Control& control);

} // namespace annscope
