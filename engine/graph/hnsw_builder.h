// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph_inserter.h"
#include "graph/layered_graph.h"

#include <cstdint>
#include <vector>

namespace annscope {

struct HnswOptions {
    std::size_t M = 16;             ///< links of a node in the upper layers; twice as many in the base
    std::size_t search_width = 200; ///< efConstruction
    std::uint64_t seed = 1234;
};

/// Nodes of the upper layers, from the one above the base: n / M, n / M^2, ..., while at least two are left.
/// The paper draws a level for each node; that many have it on average, and taking them exactly makes the
/// size known before.
std::vector<std::size_t> hnsw_layer_sizes(std::size_t n, std::size_t M);

/// Builds a hierarchical navigable small world graph. Layers are built from the top, each over the first
/// nodes of one seeded random order, by GraphInserter with the nearest efConstruction nodes as candidates and
/// the selection heuristic of the paper (RobustPrune with alpha 1 is the same rule). Beyond the paper, nodes
/// of the base that cannot be reached get an edge. space: at least one node and below 2^31. Cost: about n
/// searches of width efConstruction; memory: n x M x 21 bytes beside the result. Phases: "Upper layers",
/// "Inserting", "Trimming", "Connecting". observer: of the base, may be null. Errors: OutOfMemory, Cancelled.
/// Source: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
/// Navigable Small World graphs", PAMI 2020, Algorithms 1 and 4.
Result<LayeredGraph> build_hnsw(const NodeSpace& space, const HnswOptions& options, const Control& control,
                                InsertObserver* observer = nullptr);

/// Adds nodes to such a graph; its layers grow to what hnsw_layer_sizes tells for all. space: of all nodes,
/// those held and those added. Cost: a distance an edge of the graph, then as above for the nodes added.
/// Errors: OutOfMemory, Cancelled.
Result<LayeredGraph> grow_hnsw(const NodeSpace& space, const LayeredGraph& graph,
                               std::span<const std::uint32_t> held, std::span<const std::uint32_t> added,
                               const HnswOptions& options, const Control& control,
                               InsertObserver* observer = nullptr);

} // namespace annscope
