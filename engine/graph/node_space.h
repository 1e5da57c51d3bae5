// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "graph/row_sketch.h"
#include "graph/scorer.h"

#include <memory>
#include <span>
#include <vector>

namespace annscope {

/// Distances between the base vectors themselves, for building graphs. Always a squared Euclidean distance,
/// because the pruning rule rests on the triangle inequality: vectors of unit length are compared by L2 for
/// cosine, and for inner product every vector x gets one more coordinate, sqrt(max |y|^2 - |x|^2). That makes
/// all equally long, so that the nearest by L2 are those of the largest product, and a query's extra
/// coordinate is 0 (Bachrach et al., RecSys 2014). The coordinates are kept beside the vectors: 4 bytes a
/// row while the graph is built.
class NodeSpace {
public:
    /// vectors: as the index stores them (unit length for cosine). Cost: one pass for inner product, else
    /// none. Errors: Cancelled. Throws std::bad_alloc.
    /// sketch: of the vectors, for faster walks, or null.
    static Result<NodeSpace> create(const VectorSet& vectors, Metric metric, const Control& control,
                                    std::shared_ptr<const RowSketch> sketch = nullptr);

    /// A space of copies of some nodes, with the same distances between them. Throws std::bad_alloc.
    NodeSpace subset(std::span<const std::uint32_t> nodes) const;

    std::size_t size() const noexcept { return m_vectors.size(); }
    const VectorSet& vectors() const noexcept { return m_vectors; }
    /// The extra coordinate of each row; empty but for inner product.
    std::span<const float> lifts() const noexcept { return m_lifts; }
    /// Distances from a node. scratch: holds the node's values where they have to be converted (f16); must
    /// outlive the scorer.
    Scorer from(std::uint32_t node, std::vector<float>& scratch) const;
    /// The same for a walk through a graph: to the rows of the sketch, where there is one.
    struct Walk {
        std::vector<float> values, query;
        SketchQuery sketch;
    };
    Scorer walk_from(std::uint32_t node, Walk& scratch) const;
    bool has_sketch() const noexcept { return m_sketch != nullptr; }
    /// The node nearest to the mean of all. Cost: two passes. Errors: Cancelled.
    Result<std::uint32_t> medoid(const Control& control) const;

private:
    VectorSet m_vectors;
    std::vector<float> m_lifts; // inner product only
    float m_length = 0;         // of all lifted vectors, squared
    std::shared_ptr<const RowSketch> m_sketch;
};

} // namespace annscope
