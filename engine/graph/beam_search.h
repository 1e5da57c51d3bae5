// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace.h"
#include "graph/adjacency.h"
#include "graph/scorer.h"
#include "graph/search_list.h"
#include "graph/visited_set.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace annscope {

/// Of a row; what follows the hardware fetches by itself.
inline constexpr std::size_t kPrefetchLines = 4;

/// What one search works in; reused by the next on the same thread.
struct SearchScratch {
    VisitedSet visited;
    SearchList list;
    std::vector<std::uint32_t> ids; ///< neighbours not met before
    std::vector<float> distances;
};

struct SearchCounts {
    std::uint64_t distances = 0, hops = 0;
};

/// GreedySearch from one entry with a list of width L: scratch.list then holds the L nearest nodes found,
/// ascending. n: number of nodes. Cost: about (nodes expanded) x (degree) distances. Throws std::bad_alloc
/// when the scratch has to grow. Source:
/// Subramanya et al., DiskANN, NeurIPS 2019, Algorithm 1.
template<SearchTrace Trace>
SearchCounts beam_search(const GraphRows& graph, std::size_t n, const Scorer& scorer, std::uint32_t entry,
                         std::size_t width, SearchScratch& scratch, Trace& trace) {
    SearchList& list = scratch.list;
    scratch.visited.begin(n);
    list.begin(width);
    if (scratch.ids.size() < graph.stride) {
        scratch.ids.resize(graph.stride);
        scratch.distances.resize(graph.stride);
    }
    std::uint32_t* const ids = scratch.ids.data();
    float* const distances = scratch.distances.data();
    const std::size_t lines = std::min<std::size_t>((scorer.row_bytes() + 63) / 64, kPrefetchLines);

    const float start = scorer(entry);
    scratch.visited.insert(entry);
    trace.consider(entry, start, list.push(start, entry));
    SearchCounts counts{1, 0};
    while (list.has_waiting()) {
        const Candidate node = list.pop();
        trace.expand(node.id, node.distance);
        ++counts.hops;
        const std::uint32_t* row = graph.row(node.id);
        std::size_t fresh = 0;
        for (std::size_t i = 0; i < graph.stride && row[i] != kNoNode; ++i) {
            const std::uint32_t id = row[i];
            if (!scratch.visited.insert(id))
                continue;
            ids[fresh++] = id;
            scorer.prefetch(id, lines);
        }
        // The node likely to be next: its neighbours' numbers arrive while the distances are computed.
        if (list.has_waiting()) {
            const std::uint32_t* next = graph.row(list.peek());
            for (std::size_t i = 0; i < graph.stride; i += Adjacency::kLine)
                __builtin_prefetch(next + i);
        }
        scorer(ids, fresh, distances);
        counts.distances += fresh;
        for (std::size_t i = 0; i < fresh; ++i)
            trace.consider(ids[i], distances[i], list.push(distances[i], ids[i]));
    }
    return counts;
}

} // namespace annscope
