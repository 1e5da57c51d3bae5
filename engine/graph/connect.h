// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/adjacency.h"
#include "graph/node_space.h"

namespace annscope {

/// Gives every one of nodes that cannot be reached from entry an edge from a near reachable one that has
/// room, else in place of an edge that nothing hangs on: afterwards all are reached. width: of the searches
/// for near ones. Cost: one traversal, and one search per unreachable region. All links must lead to nodes,
/// and no row to its own node. Errors: Cancelled.
Status connect_unreachable(const NodeSpace& space, std::uint32_t entry, std::size_t width,
                           std::span<const std::uint32_t> nodes, Adjacency& graph, const Control& control);

} // namespace annscope
