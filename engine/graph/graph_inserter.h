// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/beam_search.h"
#include "graph/draft_graph.h"
#include "graph/node_space.h"
#include "graph/prune_trace.h"
#include "graph/robust_prune.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace annscope {

/// Why a row is pruned.
enum class PruneReason : std::uint8_t {
    Inserted, ///< the node is linked to what its search found
    RowFull,  ///< other nodes' edges to it no longer fit its row
    Trimmed   ///< at the end, where more than the final degree are left
};

/// Told after each batch of insertions; for views of how a graph grows. Called on the building thread.
class InsertObserver {
public:
    virtual ~InsertObserver() = default;
    /// pass: 1, 2, ...; batch: the nodes that were inserted; draft: the graph with them in it.
    virtual void inserted(int pass, std::span<const std::uint32_t> batch, const DraftGraph& draft) = 0;
    /// Before a row is pruned: where to tell what becomes of each candidate, or null. Called from several
    /// threads, for the same node by one at a time.
    virtual PruneTrace* pruning(std::uint32_t node, PruneReason reason) {
        (void)node;
        (void)reason;
        return nullptr;
    }
};

/// What becomes candidates for the links of a node.
enum class LinkCandidates : std::uint8_t {
    Expanded, ///< the nodes that the search expanded, as in Vamana: some lie on the way
    Found     ///< the nodes that it found, as in HNSW
};

struct InsertOptions {
    std::size_t search_width = 100; ///< of the searches for candidates
    float alpha = 1;                ///< of RobustPrune
    std::size_t new_degree = 64;    ///< links that a node gets when it is inserted
    LinkCandidates candidates = LinkCandidates::Expanded;
    int pass = 1; ///< for the observer
};

/// Inserts nodes into a graph one batch after the other. The searches of a batch run in parallel on the graph
/// as the batch found it, and reverse edges are applied grouped by target, so the graph is the same for any
/// number of threads; batches double until they are n / 50 (after Manohar et al., ParlayANN, PPoPP 2024).
class GraphInserter {
public:
    /// Where the search for the neighbours of a node starts. Called from several threads; thread: 0 to the
    /// control's threads - 1.
    using Start = std::function<std::uint32_t(std::uint32_t node, const Scorer& scorer, int thread)>;

    /// Rows have room for 1.3 times max_degree, so that not every new edge needs a pruning. space and control
    /// must outlive this. Throws std::bad_alloc.
    GraphInserter(const NodeSpace& space, std::size_t max_degree, const Control& control,
                  InsertObserver* observer = nullptr);
    static std::uint64_t bytes_of(std::size_t n, std::size_t max_degree) noexcept;

    /// Takes over the rows of a graph of no more than max_degree; the space may have more nodes. Cost: a
    /// distance an edge. Errors: Cancelled.
    Status load(const Adjacency& graph);
    /// Inserts order[begin..]; order[0..inserted) are in the graph already (those from begin on are then
    /// linked anew, with their old links among the candidates). start: must give one of those. Advances the
    /// progress by one per node. Errors: Cancelled.
    Status insert(std::span<const std::uint32_t> order, std::size_t begin, std::size_t inserted,
                  const InsertOptions& options, const Start& start);
    /// Writes all rows, pruned to max_degree with the alpha of the last insertion. Advances likewise.
    Status finish(Adjacency& out);

    const DraftGraph& draft() const noexcept { return m_draft; }

private:
    struct Scratch {
        SearchScratch search;
        PruneScratch prune;
        NodeSpace::Walk walk;
        std::vector<Candidate> expanded, kept;
        std::vector<PruneCandidate> candidates;
    };
    struct ReverseEdge {
        std::uint32_t target, source;
        float distance;
    };

    Status insert_batch(std::span<const std::uint32_t> batch, const Start& start);
    void find_neighbors(std::uint32_t node, const Start& start, int thread, std::vector<Candidate>& out);
    void measure(std::uint32_t node, Scratch& scratch) const;
    void row_as_candidates(std::uint32_t node, std::vector<PruneCandidate>& out) const;
    void apply_reverse(std::vector<ReverseEdge>& edges, Scratch& scratch);
    void add_edges(std::uint32_t target, std::span<const ReverseEdge> edges, Scratch& scratch);
    void prune(std::uint32_t node, PruneReason reason, std::size_t degree, Scratch& scratch,
               std::vector<Candidate>& out);
    void prune_row(std::uint32_t node, PruneReason reason, Scratch& scratch);

    const NodeSpace& m_space;
    const Control& m_control;
    InsertObserver* m_observer;
    std::size_t m_max_degree;
    InsertOptions m_options;
    DraftGraph m_draft;
    std::vector<Scratch> m_threads;
    std::vector<std::vector<Candidate>> m_forward; // of the batch
    std::vector<std::vector<ReverseEdge>> m_ranges;
};

} // namespace annscope
