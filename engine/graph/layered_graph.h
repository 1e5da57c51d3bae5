// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/adjacency.h"

#include <cstdint>
#include <vector>

namespace annscope {

/// A layer above the base. Its nodes have ranks 0, 1, ...; links are ranks of the same layer.
struct UpperLayer {
    std::vector<std::uint32_t> nodes; ///< rank -> node of the base
    std::vector<std::uint32_t> below; ///< rank -> rank in the layer below; in the lowest, node of the base
    Adjacency links;

    std::size_t size() const noexcept { return nodes.size(); }
    UpperLayer copy() const { return {nodes, below, links.resized(links.size())}; }
    static std::uint64_t bytes_of(std::size_t n, std::size_t max_degree) noexcept {
        return n * 2 * sizeof(std::uint32_t) + Adjacency::bytes_of(n, max_degree);
    }
    std::uint64_t bytes() const noexcept { return bytes_of(size(), links.max_degree()); }
};

/// A graph to search in: all vectors in the base layer and, in HNSW, fewer and fewer in the layers above
/// (upper[0] is the one right above the base). Searches start at rank 0 of the highest layer, or at entry
/// where there is only the base.
struct LayeredGraph {
    Adjacency base;
    std::uint32_t entry = 0;
    std::vector<UpperLayer> upper;

    LayeredGraph copy() const {
        LayeredGraph other{base.resized(base.size()), entry, {}};
        for (const UpperLayer& layer : upper)
            other.upper.push_back(layer.copy());
        return other;
    }
};

} // namespace annscope
