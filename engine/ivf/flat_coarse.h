// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/topk.h"
#include "data/vector_set.h"
#include "ivf/centroid_sketch.h"
#include "quant/assign.h"

#include <span>
#include <vector>

namespace annscope {

/// The centroids of an inverted file: which cell a vector belongs to, and which cells a query should visit.
class FlatCoarse {
public:
    FlatCoarse() = default;
    /// centroids: nlist x dim, dense. metric Cosine means unit vectors and the inner product.
    FlatCoarse(AlignedBuffer<float> centroids, std::size_t nlist, std::size_t dim, Metric metric);

    std::size_t nlist() const noexcept { return m_nlist; }
    VectorView centroids() const noexcept { return {m_centroids.data(), m_nlist, m_dim}; }

    /// The cell of each row; rows are of unit length for cosine. See assign_nearest.
    Status assign(const VectorSet& rows, std::span<std::uint32_t> cells, const Control& control) const;

    /// The probes.size() <= nlist cells nearest to the query, nearest first, with their exact distances;
    /// equal distances by cell number. Cost: nlist x dim, on bytes where there are many centroids; the
    /// result is that of a scan of all floats.
    void probe(const float* query, std::span<Neighbor> probes) const;
    /// The same for several queries, nprobe each; they share passes over the bytes.
    void probe_block(VectorView queries, std::size_t nprobe, std::span<Neighbor> probes) const;

private:
    void sketch(VectorView queries, std::size_t nprobe,
                std::span<std::vector<std::uint32_t>> candidates) const;
    void probe_some(const float* query, std::span<const std::uint32_t> cells,
                    std::span<Neighbor> probes) const;
    void probe_all(const float* query, std::span<Neighbor> probes) const;

    std::size_t m_nlist = 0, m_dim = 0;
    Metric m_metric = Metric::L2;
    AlignedBuffer<float> m_centroids;
    CentroidSketch m_sketch; ///< empty where it would not pay
};

} // namespace annscope
