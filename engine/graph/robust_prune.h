// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/candidate.h"
#include "graph/node_space.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

class PruneTrace;

/// A possible neighbour of a node that is being pruned.
struct PruneCandidate {
    Candidate node; ///< distance: to the node that is pruned
    /// One of a set that an earlier pruning of the same node kept, with the same or a smaller alpha: these do
    /// not rule each other out, so their distances to each other are not computed again.
    bool settled = false;
};

struct PruneScratch {
    std::vector<std::uint32_t> ids, places, alive;
    std::vector<float> distances, query;
};

/// RobustPrune: goes through the candidates from the nearest and keeps each one that no kept one rules out;
/// a kept k rules out c where alpha * d(k, c) <= d(p, c). As in DiskANN, SVS and ParlayANN alpha scales
/// squared distances, so that its values mean the same here and there. Candidates at distance zero are copies
/// of the node itself: half of max_degree at most are kept, and they rule nothing out, for through a copy
/// everything is as near as from the node itself, and a node that is linked to its copies only is a dead end.
/// candidates: any order, repeats allowed, p itself not among them; sorted here. out: at most max_degree,
/// ascending. Cost: (kept) x (candidates still alive) distances. Throws std::bad_alloc.
/// Source: Subramanya et al., DiskANN, NeurIPS 2019, Algorithm 2.
void robust_prune(const NodeSpace& space, std::vector<PruneCandidate>& candidates, float alpha,
                  std::size_t max_degree, PruneScratch& scratch, std::vector<Candidate>& out);
/// The same, telling what became of each candidate.
void robust_prune(const NodeSpace& space, std::vector<PruneCandidate>& candidates, float alpha,
                  std::size_t max_degree, PruneScratch& scratch, std::vector<Candidate>& out,
                  PruneTrace& trace);

} // namespace annscope
