// SPDX-License-Identifier: Apache-2.0
#include "graph/search_effort.h"

#include "graph/beam_search.h"

#include <algorithm>

namespace annscope {
namespace {

Scorer scorer_of(const VectorSet& queries, std::size_t query, const VectorSet& base) {
    return {queries.view<float>().row(query), base.view<float>(), simd::distance_kernels<float, float>(),
            Metric::L2};
}

/// The distance of the k-th true neighbour of each query.
Result<std::vector<float>> true_distances(const VectorSet& base, const VectorSet& queries, std::size_t k,
                                          const Control& control) {
    std::vector<std::uint32_t> ids(base.size());
    for (std::uint32_t i = 0; i < ids.size(); ++i)
        ids[i] = i;
    std::vector<float> distances(base.size()), out(queries.size());
    for (std::size_t q = 0; q < queries.size(); ++q) {
        if (control.cancel_requested())
            return cancelled();
        scorer_of(queries, q, base)(ids.data(), ids.size(), distances.data());
        const auto kth = distances.begin() + static_cast<std::ptrdiff_t>(k - 1);
        std::nth_element(distances.begin(), kth, distances.end());
        out[q] = *kth;
    }
    return out;
}

} // namespace

Result<SearchEffort> effort_at_recall(const Adjacency& graph, std::uint32_t entry, const VectorSet& base,
                                      const VectorSet& queries, const EffortOptions& options,
                                      const Control& control) {
    ANNSCOPE_ASSIGN(const std::vector<float> truth, true_distances(base, queries, options.k, control));
    SearchScratch scratch;
    NullTrace trace;
    SearchEffort effort;
    for (std::size_t width = options.k; width <= std::max(options.max_width, options.k); ++width) {
        std::size_t found = 0;
        SearchCounts counts;
        for (std::size_t q = 0; q < queries.size(); ++q) {
            if (control.cancel_requested())
                return cancelled();
            const SearchCounts one = beam_search(graph.rows(), graph.size(), scorer_of(queries, q, base),
                                                 entry, width, scratch, trace);
            counts.distances += one.distances;
            counts.hops += one.hops;
            for (std::size_t i = 0; i < std::min(options.k, scratch.list.size()); ++i)
                found += scratch.list[i].distance <= truth[q];
        }
        const auto n = static_cast<double>(std::max<std::size_t>(queries.size(), 1));
        effort = {false, width, static_cast<double>(found) / (n * static_cast<double>(options.k)),
                  static_cast<double>(counts.hops) / n, static_cast<double>(counts.distances) / n};
        if (effort.recall >= options.recall) {
            effort.reached = true;
            break;
        }
    }
    return effort;
}

} // namespace annscope
