// SPDX-License-Identifier: Apache-2.0
#include "graph/reorder.h"

#include "core/parallel.h"

#include <cassert>

namespace annscope {

Result<std::vector<std::uint32_t>> node_order(const Adjacency& graph, NodeOrder kind,
                                              const Control& control) {
    switch (kind) {
    case NodeOrder::ReverseCuthillMcKee:
        return reverse_cuthill_mckee(graph, control);
    case NodeOrder::Gorder:
        return gorder(graph, control);
    case NodeOrder::AsBuilt:
        break;
    }
    return std::vector<std::uint32_t>();
}

Result<LayeredGraph> renumbered(const LayeredGraph& graph, std::span<const std::uint32_t> order,
                                const Control& control) {
    const std::size_t n = graph.base.size(), degree = graph.base.max_degree();
    assert(order.size() == n);
    ANNSCOPE_TRY(check_memory(Adjacency::bytes_of(n, degree), "moving the nodes of the graph"));
    control.begin("Moving nodes", n);
    std::vector<std::uint32_t> places(n);
    for (std::size_t i = 0; i < n; ++i)
        places[order[i]] = static_cast<std::uint32_t>(i);
    LayeredGraph out{Adjacency(n, degree), places[graph.entry], {}};
    ANNSCOPE_TRY(parallel_for(n, 1024, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<std::uint32_t> row;
        for (std::size_t i = begin; i < end; ++i) {
            row.clear();
            for (const std::uint32_t to : graph.base.neighbors(order[i]))
                row.push_back(places[to]);
            out.base.assign(i, row);
        }
        control.advance(end - begin);
    }));
    for (const UpperLayer& layer : graph.upper) {
        out.upper.push_back(layer.copy());
        for (std::uint32_t& node : out.upper.back().nodes)
            node = places[node];
    }
    if (!out.upper.empty())
        out.upper.front().below = out.upper.front().nodes;
    return out;
}

} // namespace annscope
