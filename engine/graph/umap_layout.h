// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "graph/fuzzy_graph.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace annscope {

/// How near two points of a layout are taken to be: 1 / (1 + a d^(2 b)).
struct UmapCurve {
    double a = 1, b = 1;
};

/// The curve that comes closest, by least squares over 0 .. 3 spread, to 1 up to min_dist and
/// exp(-(d - min_dist) / spread) beyond. min_dist: 0..spread; spread > 0.
UmapCurve fit_umap_curve(double min_dist, double spread) noexcept;

struct UmapLayoutOptions {
    UmapCurve curve;
    std::size_t epochs = 200;
    std::size_t negatives = 5; ///< rows that push, for each neighbour that pulls
    double rate = 1;           ///< at the start; it falls to 0
    std::uint64_t seed = 1234;
};

/// Called between epochs by the calling thread.
using AfterEpoch = std::function<void(std::size_t done)>;

/// Moves the points of xy (2 a node) so that neighbours come together: in each epoch an edge pulls with a
/// frequency that is its weight over the largest, and each pull goes with random rows that push. Nodes move
/// in 12 interleaved groups one after the other, each seeing where the others were when its group began; so
/// the result is the same for any number of threads, and converges like updates one by one. Cost: epochs x
/// sum of weights / largest x (2 + negatives) forces. Phase: "Laying out". Errors: Cancelled.
/// Source: McInnes, Healy and Melville 2018, Algorithm 5.
Status optimise_layout(const FuzzyGraph& graph, const UmapLayoutOptions& options, const Control& control,
                       const AfterEpoch& after_epoch, std::span<float> xy);

/// Neighbours of new points among the nodes of a layout: width of each, in one row.
struct NewPoints {
    std::size_t count = 0, width = 0;
    std::vector<std::uint32_t> ids;
    std::vector<float> weights; ///< memberships; 0: there is no such neighbour
};

/// Puts new points at the weighted mean of their neighbours and lets them settle; nothing else moves.
/// Returns 2 values a point. Phase: "Placing queries". Errors: Cancelled.
Result<std::vector<float>> place_points(const NewPoints& points, std::span<const float> xy,
                                        const UmapLayoutOptions& options, const Control& control);

} // namespace annscope
