// SPDX-License-Identifier: Apache-2.0
#include "graph/health.h"

#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

namespace annscope {
namespace {

constexpr std::uint32_t kCheckEvery = 1024; ///< nodes between two looks at the stop token: about 50 us

/// How many nodes have which degree.
Status count_degrees(const GraphLinks& graph, GraphHealth& health, const Control& control) {
    control.begin("Counting degrees", graph.nodes);
    std::vector<std::uint32_t> incoming(graph.nodes, 0);
    for (std::uint32_t node = 0; node < graph.nodes; ++node) {
        if (node % kCheckEvery == 0) {
            if (control.cancel_requested())
                return cancelled();
            control.advance(std::min<std::uint64_t>(kCheckEvery, graph.nodes - node));
        }
        if (!graph.has(node))
            continue;
        ++health.nodes;
        const auto neighbors = graph.neighbors(node);
        health.edges += neighbors.size();
        if (neighbors.size() >= health.out_degrees.size())
            health.out_degrees.resize(neighbors.size() + 1, 0);
        ++health.out_degrees[neighbors.size()];
        for (const std::uint32_t to : neighbors)
            ++incoming[to];
    }
    for (std::uint32_t node = 0; node < graph.nodes; ++node) {
        if (!graph.has(node))
            continue;
        if (incoming[node] >= health.in_degrees.size())
            health.in_degrees.resize(incoming[node] + std::size_t{1}, 0);
        ++health.in_degrees[incoming[node]];
    }
    return {};
}

Status count_reciprocal(const GraphLinks& graph, GraphHealth& health, const Control& control) {
    control.begin("Looking for reverse edges", graph.nodes);
    std::atomic<std::uint64_t> sum{0};
    constexpr std::size_t kGrain = 256;
    ANNSCOPE_TRY(parallel_for(graph.nodes, kGrain, control, [&](std::size_t begin, std::size_t end, int) {
        std::uint64_t found = 0;
        for (auto node = static_cast<std::uint32_t>(begin); node < end; ++node)
            for (const std::uint32_t to : graph.neighbors(node)) {
                const auto back = graph.neighbors(to);
                found += std::find(back.begin(), back.end(), node) != back.end();
            }
        sum.fetch_add(found, std::memory_order_relaxed);
        control.advance(end - begin);
    }));
    health.reciprocal = sum.load();
    return {};
}

} // namespace

Result<std::vector<std::uint32_t>>
unreachable_nodes(const GraphLinks& graph, std::span<const std::uint32_t> starts, const Control& control) {
    control.begin("Reaching nodes", graph.nodes);
    std::vector<bool> reached(graph.nodes, false);
    std::vector<std::uint32_t> queue;
    const auto meet = [&](std::uint32_t node) {
        if (!reached[node]) {
            reached[node] = true;
            queue.push_back(node);
        }
    };
    std::ranges::for_each(starts, meet);
    for (std::size_t at = 0; at < queue.size(); ++at) {
        if (at % kCheckEvery == 0) {
            if (control.cancel_requested())
                return cancelled();
            control.advance(at == 0 ? 0 : kCheckEvery);
        }
        std::ranges::for_each(graph.neighbors(queue[at]), meet);
    }
    std::vector<std::uint32_t> missing;
    for (std::uint32_t node = 0; node < graph.nodes; ++node)
        if (!reached[node] && graph.has(node))
            missing.push_back(node);
    return missing;
}

Result<GraphHealth> examine_graph(const GraphLinks& graph, std::span<const std::uint32_t> starts,
                                  const Control& control) {
    GraphHealth health;
    ANNSCOPE_ASSIGN(health.unreachable, unreachable_nodes(graph, starts, control));
    ANNSCOPE_ASSIGN(health.components, strongly_connected(graph, control));
    ANNSCOPE_TRY(count_degrees(graph, health, control));
    ANNSCOPE_TRY(count_reciprocal(graph, health, control));
    return health;
}

float EdgeLengths::quantile(double share) const noexcept {
    if (sorted.empty())
        return 0;
    const double last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * last))];
}

double EdgeLengths::mean() const noexcept {
    if (sorted.empty())
        return 0;
    return std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
}

Result<EdgeLengths> edge_lengths(const GraphLinks& graph, const NodeSpace& space, std::size_t most_edges,
                                 const std::function<std::uint32_t(std::uint32_t node)>& row_of,
                                 const Control& control) {
    EdgeLengths lengths;
    for (std::uint32_t node = 0; node < graph.nodes; ++node)
        lengths.edges += graph.neighbors(node).size();
    const std::uint64_t step =
        std::max<std::uint64_t>(1, (lengths.edges + most_edges - 1) / std::max<std::uint64_t>(most_edges, 1));
    std::vector<std::uint32_t> nodes; // looked at, and where their lengths go
    std::vector<std::size_t> starts{0};
    for (std::uint64_t node = 0; node < graph.nodes; node += step) {
        nodes.push_back(static_cast<std::uint32_t>(node));
        starts.push_back(starts.back() + graph.neighbors(nodes.back()).size());
    }
    lengths.sorted.resize(starts.back());
    control.begin("Measuring edges", nodes.size());
    constexpr std::size_t kGrain = 64;
    const auto row = [&](std::uint32_t node) { return row_of ? row_of(node) : node; };
    ANNSCOPE_TRY(parallel_for(nodes.size(), kGrain, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> values;
        std::vector<std::uint32_t> rows;
        for (std::size_t i = begin; i < end; ++i) {
            const auto neighbors = graph.neighbors(nodes[i]);
            rows.resize(neighbors.size());
            std::ranges::transform(neighbors, rows.begin(), row);
            float* out = lengths.sorted.data() + starts[i];
            space.from(row(nodes[i]), values)(rows.data(), rows.size(), out);
            std::transform(out, out + rows.size(), out, [](float d) { return std::sqrt(std::max(d, 0.0f)); });
        }
        control.advance(end - begin);
    }));
    std::ranges::sort(lengths.sorted);
    return lengths;
}

} // namespace annscope
