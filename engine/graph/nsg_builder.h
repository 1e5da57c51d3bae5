// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/layered_graph.h"
#include "graph/nn_descent.h"

#include <cstdint>

namespace annscope {

struct NsgOptions {
    std::size_t max_degree = 32;   ///< R
    std::size_t search_width = 64; ///< Lbuild
    std::size_t neighbors = 64;    ///< GK, of the k-NN graph
    std::size_t rounds = 10;       ///< of NN-descent, at most
    std::uint64_t seed = 1234;
};

/// Builds a navigating spreading-out graph: candidates for the links of a node are its near neighbours in a
/// k-NN graph and what a search for it from the medoid, which is the entry, met (all nodes on the way and the
/// 200 nearest of the others); of these the rule of the monotonic relative neighbourhood graph, which is
/// RobustPrune with alpha = 1, keeps at most R; then all links are offered in the other direction and pruned
/// again, and at the end every node that cannot be reached from the medoid gets a link from the nearest one
/// that has room. The searches walk on the k-NN graph as that rule and its reverse links leave it, which has
/// a quarter of the links and gave, measured on fashion-mnist and on clusters, as good a graph in less time.
/// The same for any number of threads. space: at least one node and below 2^31. Cost: build_knn_graph, n
/// searches of width Lbuild and their prunings. Phases: those of build_knn_graph, "Finding the medoid",
/// "Pruning neighbours", "Searching neighbours", "Linking back", "Connecting". Errors: OutOfMemory,
/// Cancelled. Source: Fu et al., Fast approximate nearest neighbor search with the navigating spreading-out
/// graph, PVLDB 2019, Algorithm 2.
Result<LayeredGraph> build_nsg(const NodeSpace& space, const NsgOptions& options, const Control& control);

/// Bytes that build_nsg needs beside the vectors, with the graph itself.
std::uint64_t nsg_bytes(std::size_t n, const NsgOptions& options) noexcept;

} // namespace annscope
