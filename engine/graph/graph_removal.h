// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/layered_graph.h"
#include "graph/node_space.h"

#include <cstdint>
#include <vector>

namespace annscope {

struct RemovalOptions {
    float alpha = 1;                ///< of RobustPrune
    std::size_t search_width = 100; ///< of the searches that connect what would become unreachable
};

/// The graph without some nodes: their rows are empty and no link leads to them, in any layer. Each node that
/// had links to them gets RobustPrune's choice among what it has left and what they linked to; ranks of upper
/// layers are renumbered. gone: by node, with those removed before; at least one node must stay. Where the
/// entry goes, the node nearest to it becomes the entry. The same for any number of threads. Cost: a pass
/// over all edges, and a pruning per node that loses a link. Phases: "Removing", "Connecting". Errors:
/// OutOfMemory, Cancelled. Source: Singh et al., FreshDiskANN, 2021, Algorithm 4.
Result<LayeredGraph> remove_nodes(const NodeSpace& space, const LayeredGraph& graph,
                                  const std::vector<bool>& gone, const RemovalOptions& options,
                                  const Control& control);

} // namespace annscope
