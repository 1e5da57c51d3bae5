// SPDX-License-Identifier: Apache-2.0
#include "graph/robust_prune.h"

#include "graph/prune_trace.h"

#include <algorithm>

namespace annscope {
namespace {

/// Each node once (of repeats the settled one), ascending. Repeats are found by id: the distance of the same
/// two rows may differ in its last bit with their place in a batch.
void sort_candidates(std::vector<PruneCandidate>& candidates) {
    std::ranges::sort(candidates, [](const PruneCandidate& a, const PruneCandidate& b) {
        return a.node.id < b.node.id || (a.node.id == b.node.id && a.settled > b.settled);
    });
    const auto repeats = std::ranges::unique(
        candidates, [](const PruneCandidate& a, const PruneCandidate& b) { return a.node.id == b.node.id; });
    candidates.erase(repeats.begin(), repeats.end());
    std::ranges::sort(candidates, [](const auto& a, const auto& b) { return a.node < b.node; });
}

template<PruneTraceLike Trace>
void prune(const NodeSpace& space, std::vector<PruneCandidate>& candidates, float alpha,
           std::size_t max_degree, PruneScratch& scratch, std::vector<Candidate>& out, Trace& trace) {
    out.clear();
    sort_candidates(candidates);
    trace.begin(candidates);
    const std::size_t copies = static_cast<std::size_t>(
        std::ranges::find_if(candidates, [](const auto& c) { return c.node.distance > 0; }) -
        candidates.begin());
    for (std::size_t i = 0; i < std::min(copies, (max_degree + 1) / 2); ++i) {
        out.push_back(candidates[i].node);
        trace.keep(i);
    }
    if constexpr (Trace::kEnabled)
        for (std::size_t i = out.size(); i < copies; ++i)
            trace.drop_copy(i);

    // alive: places of the candidates that nothing has ruled out yet, in order.
    auto& alive = scratch.alive;
    alive.clear();
    for (std::size_t i = copies; i < candidates.size(); ++i)
        alive.push_back(static_cast<std::uint32_t>(i));
    while (!alive.empty() && out.size() < max_degree) {
        const std::uint32_t kept_place = alive.front();
        const PruneCandidate kept = candidates[kept_place];
        out.push_back(kept.node);
        trace.keep(kept_place);
        if (out.size() == max_degree)
            break;
        scratch.ids.clear();
        scratch.places.clear();
        for (std::size_t a = 1; a < alive.size(); ++a)
            if (const PruneCandidate& c = candidates[alive[a]]; !(kept.settled && c.settled)) {
                scratch.ids.push_back(c.node.id);
                scratch.places.push_back(static_cast<std::uint32_t>(a));
            }
        if (scratch.distances.size() < scratch.ids.size())
            scratch.distances.resize(scratch.ids.size());
        if (!scratch.ids.empty())
            space.from(kept.node.id, scratch.query)(scratch.ids.data(), scratch.ids.size(),
                                                    scratch.distances.data());
        constexpr std::uint32_t kOut = 0xffffffffu;
        for (std::size_t i = 0; i < scratch.ids.size(); ++i) {
            std::uint32_t& place = alive[scratch.places[i]];
            if (alpha * scratch.distances[i] <= candidates[place].node.distance) {
                trace.rule_out(place, kept_place, scratch.distances[i]);
                place = kOut;
            }
        }
        alive.front() = kOut;
        std::erase(alive, kOut);
    }
}

} // namespace

void robust_prune(const NodeSpace& space, std::vector<PruneCandidate>& candidates, float alpha,
                  std::size_t max_degree, PruneScratch& scratch, std::vector<Candidate>& out) {
    NullPruneTrace trace;
    prune(space, candidates, alpha, max_degree, scratch, out, trace);
}

void robust_prune(const NodeSpace& space, std::vector<PruneCandidate>& candidates, float alpha,
                  std::size_t max_degree, PruneScratch& scratch, std::vector<Candidate>& out,
                  PruneTrace& trace) {
    prune(space, candidates, alpha, max_degree, scratch, out, trace);
}

} // namespace annscope
