// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/beam_search.h"
#include "graph/layered_graph.h"

#include <span>

namespace annscope {

/// Walks through the upper layers, from rank 0 of the highest, in each to the node that none of its
/// neighbours there is nearer than, and on from it in the layer below. Returns its rank in the lowest of
/// upper. upper: not empty. Adds to counts. Source: Malkov and Yashunin, PAMI 2020, Algorithm 5, lines 5
/// to 7.
template<SearchTrace Trace>
std::uint32_t descend(std::span<const UpperLayer> upper, const Scorer& scorer, SearchScratch& scratch,
                      SearchCounts& counts, Trace& trace) {
    std::uint32_t rank = 0;
    float nearest = scorer(upper.back().nodes[rank]);
    ++counts.distances;
    for (std::size_t l = upper.size(); l-- > 0;) {
        const UpperLayer& layer = upper[l];
        if (l + 1 < upper.size())
            rank = upper[l + 1].below[rank];
        trace.enter_level(static_cast<int>(l + 1));
        trace.consider(layer.nodes[rank], nearest, true);
        for (bool moved = true; moved;) {
            moved = false;
            trace.expand(layer.nodes[rank], nearest);
            ++counts.hops;
            const auto links = layer.links.neighbors(rank);
            if (scratch.ids.size() < links.size()) {
                scratch.ids.resize(links.size());
                scratch.distances.resize(links.size());
            }
            for (std::size_t i = 0; i < links.size(); ++i)
                scratch.ids[i] = layer.nodes[links[i]];
            scorer(scratch.ids.data(), links.size(), scratch.distances.data());
            counts.distances += links.size();
            for (std::size_t i = 0; i < links.size(); ++i) {
                const bool better = scratch.distances[i] < nearest;
                trace.consider(scratch.ids[i], scratch.distances[i], better);
                if (better) {
                    nearest = scratch.distances[i];
                    rank = links[i];
                    moved = true;
                }
            }
        }
    }
    return rank;
}

} // namespace annscope
