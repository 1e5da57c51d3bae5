// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/neighbor_lists.h"
#include "graph/node_space.h"

namespace annscope {

struct KnnGraphOptions {
    std::size_t k = 64;         ///< GK
    std::size_t rounds = 10;    ///< at most
    std::size_t trees = 6;      ///< that the first lists come from, at least 1
    std::size_t sample = 16;    ///< fresh neighbours of a node that a round joins; as many known ones
    double least_change = 0.05; ///< delta: it stops after a round that renewed no larger share of the edges
    std::uint64_t seed = 1234;
};

/// The k nearest neighbours of each node, or nearly so.
class KnnGraph {
public:
    KnnGraph() = default;
    KnnGraph(std::size_t n, std::size_t k, AlignedBuffer<EdgeKey> keys)
        : m_n(n), m_k(k), m_keys(std::move(keys)) {}

    std::size_t size() const noexcept { return m_n; }
    std::size_t k() const noexcept { return m_k; } ///< min(k, n - 1), and all lists are full
    /// Neighbour number i of a node, ascending. distance: squared L2, as NodeSpace has it.
    Candidate edge(std::size_t node, std::size_t i) const noexcept {
        const EdgeKey key = m_keys[node * m_k + i];
        return {edge_distance(key), edge_id(key)};
    }

private:
    std::size_t m_n = 0, m_k = 0;
    AlignedBuffer<EdgeKey> m_keys;
};

/// Builds a k-NN graph by NN-descent: neighbours of neighbours are compared with each other until little
/// changes. The first lists come from groups of a few random projection trees instead of chance, within which
/// all pairs are compared; that saves most rounds. The graph is the same for any number of threads: what a
/// round joins is chosen before it begins, and lists keep the nearest of all they are offered in whatever
/// order. A set of up to a few hundred rows is compared in full. Cost on real data: some thousand distances
/// a node, at a fraction of the price of single ones, as rows are compared in blocks. Memory: n (8 k + 16
/// sample + 20) bytes. Phases: "Grouping near vectors", "Neighbours of neighbours". Errors: OutOfMemory,
/// Cancelled. Source: Dong, Moses and Li, Efficient k-nearest neighbor graph construction for generic
/// similarity measures, WWW 2011, Algorithm 2; trees as in Fu and Cai, EFANNA, 2016.
Result<KnnGraph> build_knn_graph(const NodeSpace& space, const KnnGraphOptions& options,
                                 const Control& control);

/// Bytes that build_knn_graph needs beside the vectors.
std::size_t knn_graph_bytes(std::size_t n, const KnnGraphOptions& options) noexcept;

} // namespace annscope
