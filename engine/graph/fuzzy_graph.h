// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "graph/nn_descent.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// How a row's distances become memberships: exp(-max(0, d - rho) / sigma).
struct SmoothDistance {
    float rho = 0;   ///< the distance of the nearest that is not at distance 0; 0: of none
    float sigma = 0; ///< so that the memberships add up to log2 of the neighbours asked for

    float membership(float distance) const noexcept;
};

/// distances: ascending, of one row's neighbours without itself. neighbours: asked for, the row counted.
/// local: take rho from the data (rows of the map) or 0 (new points). mean: of all distances of the set,
/// which bounds sigma from below. Source: McInnes, Healy and Melville 2018, Algorithm 3.
SmoothDistance smooth_distance(std::span<const float> distances, std::size_t neighbours, bool local,
                               float mean) noexcept;

/// The fuzzy union of all rows' neighbourhoods: symmetric, each edge in the lists of both its ends.
struct FuzzyGraph {
    std::vector<std::uint64_t> starts; ///< n + 1
    std::vector<std::uint32_t> ids;    ///< of one node ascending
    std::vector<float> weights;        ///< 0..1
    float mean_distance = 0;           ///< of the neighbours, for placing new points

    std::size_t size() const noexcept { return starts.empty() ? 0 : starts.size() - 1; }
};

/// to_distance: makes a distance of the space into the one that neighbourhoods are measured by. neighbours:
/// as in smooth_distance. Cost: 64 passes over the edges at most. Errors: OutOfMemory, Cancelled.
Result<FuzzyGraph> fuzzy_union(const KnnGraph& graph, std::size_t neighbours, float (*to_distance)(float),
                               const Control& control);

} // namespace annscope
