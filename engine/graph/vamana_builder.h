// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/adjacency.h"
#include "graph/node_space.h"

#include <cstdint>

namespace annscope {

struct VamanaOptions {
    std::size_t max_degree = 64;    ///< R
    std::size_t search_width = 100; ///< Lbuild
    float alpha = 1.2f;             ///< of the second pass; scales squared distances (see robust_prune)
    std::uint64_t seed = 1234;
};

struct VamanaGraph {
    Adjacency graph;
    std::uint32_t entry = 0; ///< the medoid
};

/// Builds a Vamana graph in two passes over all nodes in a seeded random order, the first with alpha = 1, as
/// in Subramanya et al., DiskANN, NeurIPS 2019, Algorithm 3. Nodes are inserted in batches whose searches run
/// in parallel on the graph as the batch found it, and reverse edges are applied grouped by target, so the
/// graph is the same for any number of threads; the first pass starts from the medoid alone and its batches
/// double, instead of from a random graph (both after Manohar et al., ParlayANN, PPoPP 2024). At the end
/// every node that cannot be reached from the medoid gets an edge from the nearest one that has room. space:
/// at least one node and below 2^31. The first pass searches with a quarter of Lbuild. Cost: about 1.3 n
/// searches of width Lbuild; memory: n x R x 10 bytes beside the result. Phases: "Finding the medoid", "Pass
/// 1 of 2", "Pass 2 of 2", "Trimming", "Connecting". Errors: OutOfMemory, Cancelled.
Result<VamanaGraph> build_vamana(const NodeSpace& space, const VamanaOptions& options,
                                 const Control& control);

/// Gives every node that cannot be reached from entry an edge from a near reachable one that has room. Only
/// where no node has any room left may some stay unreachable. width: of the searches for near ones. Cost: one
/// traversal, and one search per unreachable region. Errors: Cancelled.
Status connect_unreachable(const NodeSpace& space, std::uint32_t entry, std::size_t width, Adjacency& graph,
                           const Control& control);

} // namespace annscope
