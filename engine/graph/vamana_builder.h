// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph_inserter.h"
#include "graph/layered_graph.h"

#include <cstdint>

namespace annscope {

struct VamanaOptions {
    std::size_t max_degree = 64;    ///< R
    std::size_t search_width = 100; ///< Lbuild
    float alpha = 1.2f;             ///< of the second pass; scales squared distances (see robust_prune)
    std::uint64_t seed = 1234;
};

/// Builds a Vamana graph in two passes over all nodes in a seeded random order, the first with alpha = 1, as
/// in Subramanya et al., DiskANN, NeurIPS 2019, Algorithm 3, by GraphInserter; the first pass starts from the
/// medoid alone and its batches double, instead of from a random graph (after Manohar et al., ParlayANN,
/// PPoPP 2024). At the end every node that cannot be reached from the medoid, which is the entry, gets an
/// edge from the nearest one that has room. space: at least one node and below 2^31. The first pass searches
/// with a quarter of Lbuild. Cost: about 1.3 n searches of width Lbuild; memory: n x R x 10 bytes beside the
/// result. Phases: "Finding the medoid", "Pass 1 of 2", "Pass 2 of 2", "Trimming", "Connecting". observer:
/// may be null. Errors: OutOfMemory, Cancelled.
Result<LayeredGraph> build_vamana(const NodeSpace& space, const VamanaOptions& options,
                                  const Control& control, InsertObserver* observer = nullptr);

/// Adds nodes to a graph without upper layers by one pass with alpha. space: of all nodes, those held and
/// those added (graph.base may have fewer rows than it). held: not empty. Cost: a distance an edge of the
/// graph and a search of width search_width a node added. Phases: "Reading the graph", "Inserting",
/// "Trimming", "Connecting". Errors: OutOfMemory, Cancelled. Source: Singh et al., FreshDiskANN, 2021,
/// Algorithm 2.
Result<LayeredGraph> grow_vamana(const NodeSpace& space, const LayeredGraph& graph,
                                 std::span<const std::uint32_t> held, std::span<const std::uint32_t> added,
                                 const VamanaOptions& options, const Control& control);

} // namespace annscope
