// SPDX-License-Identifier: Apache-2.0
#include "graph/in_links.h"

namespace annscope {
namespace {

constexpr std::size_t kBlock = 4096; // nodes between two looks at the stop token

} // namespace

Result<InLinks> InLinks::create(const Adjacency& graph, const Control& control) {
    const std::size_t n = graph.size();
    ANNSCOPE_TRY(check_memory(n * (sizeof(std::uint64_t) + graph.max_degree() * sizeof(std::uint32_t)),
                              "the links of a graph turned round"));
    InLinks links;
    // Begins are kept two places on while rows are filled: counted there, then moved up to their ends.
    links.m_begins.assign(n + 2, 0);
    for (std::size_t node = 0; node < n; ++node) {
        if (node % kBlock == 0 && control.cancel_requested())
            return cancelled();
        for (const std::uint32_t to : graph.neighbors(node))
            ++links.m_begins[to + std::size_t{2}];
    }
    for (std::size_t node = 2; node < n + 2; ++node)
        links.m_begins[node] += links.m_begins[node - 1];
    links.m_from = AlignedBuffer<std::uint32_t>(links.m_begins[n + 1]);
    for (std::size_t node = 0; node < n; ++node) {
        if (node % kBlock == 0 && control.cancel_requested())
            return cancelled();
        for (const std::uint32_t to : graph.neighbors(node))
            links.m_from[links.m_begins[to + std::size_t{1}]++] = static_cast<std::uint32_t>(node);
    }
    links.m_begins.pop_back();
    return links;
}

} // namespace annscope
