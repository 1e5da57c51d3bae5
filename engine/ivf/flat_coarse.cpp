// SPDX-License-Identifier: Apache-2.0
#include "ivf/flat_coarse.h"

#include "simd/kernels.h"

#include <algorithm>
#include <utility>

namespace annscope {

FlatCoarse::FlatCoarse(AlignedBuffer<float> centroids, std::size_t nlist, std::size_t dim, Metric metric)
    : m_nlist(nlist), m_dim(dim), m_metric(metric), m_centroids(std::move(centroids)) {
    assert(m_centroids.size() == nlist * dim);
    if (CentroidSketch::useful(nlist, dim))
        m_sketch = CentroidSketch(this->centroids());
}

Status FlatCoarse::assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                          const Control& control) const {
    const AssignBy by = m_metric == Metric::L2 ? AssignBy::L2 : AssignBy::InnerProduct;
    const auto sum = assign_nearest(rows, centroids(), by, cells, control);
    return sum ? Status() : Status(sum.error());
}

void FlatCoarse::probe(const float* query, std::span<Neighbor> probes) const {
    probe_block({query, 1, m_dim}, probes.size(), probes);
}

void FlatCoarse::probe_block(VectorView queries, std::size_t nprobe, std::span<Neighbor> probes) const {
    const std::size_t count = queries.rows();
    std::vector<std::vector<std::uint32_t>> candidates(count);
    // Most of all cells: the sketch would leave most of them, too.
    if (!m_sketch.empty() && nprobe * 4 <= m_nlist && (m_metric == Metric::L2 || m_sketch.unit()))
        sketch(queries, nprobe, candidates);
    for (std::size_t q = 0; q < count; ++q) {
        const std::span<Neighbor> out = probes.subspan(q * nprobe, nprobe);
        if (candidates[q].empty())
            probe_all(queries.row(q), out);
        else
            probe_some(queries.row(q), candidates[q], out);
    }
}

void FlatCoarse::sketch(VectorView queries, std::size_t nprobe,
                        std::span<std::vector<std::uint32_t>> candidates) const {
    std::vector<const float*> rows(queries.rows());
    std::vector<float> units;
    if (m_metric != Metric::L2) // the rank does not depend on a query's length
        units.resize(queries.rows() * m_dim);
    for (std::size_t q = 0; q < rows.size(); ++q) {
        rows[q] = queries.row(q);
        if (units.empty())
            continue;
        float* unit = units.data() + q * m_dim;
        std::copy_n(queries.row(q), m_dim, unit);
        if (!normalize(unit, m_dim))
            return;
        rows[q] = unit;
    }
    m_sketch.candidates(rows, nprobe, candidates);
}

/// Exact distances of a few centroids, the nearest of them first.
void FlatCoarse::probe_some(const float* query, std::span<const std::uint32_t> cells,
                            std::span<Neighbor> probes) const {
    const auto& kernels = simd::kernels().f32;
    std::vector<float> distances(cells.size());
    if (m_metric == Metric::L2)
        kernels.l2_gather(query, m_centroids.data(), m_dim, cells.data(), cells.size(), m_dim,
                          distances.data());
    else
        kernels.ip_gather(query, m_centroids.data(), m_dim, cells.data(), cells.size(), m_dim,
                          distances.data());
    std::vector<Neighbor> found(cells.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        found[i] = {m_metric == Metric::L2 ? distances[i] : -distances[i], Id{cells[i]}};
    std::partial_sort_copy(found.begin(), found.end(), probes.begin(), probes.end());
}

void FlatCoarse::probe_all(const float* query, std::span<Neighbor> probes) const {
    std::vector<float> distances(m_nlist);
    const auto& kernels = simd::kernels().f32;
    if (m_metric == Metric::L2) {
        kernels.l2_rows(query, m_centroids.data(), m_dim, m_nlist, m_dim, distances.data());
    } else {
        kernels.ip_rows(query, m_centroids.data(), m_dim, m_nlist, m_dim, distances.data());
        for (float& d : distances)
            d = -d;
    }
    // A heap of nprobe while that is few of the cells; beyond that, sorting all is cheaper.
    if (probes.size() * 8 > m_nlist) {
        std::vector<Neighbor> all(m_nlist);
        for (std::size_t i = 0; i < m_nlist; ++i)
            all[i] = {distances[i], static_cast<Id>(i)};
        std::partial_sort_copy(all.begin(), all.end(), probes.begin(), probes.end());
        return;
    }
    TopK best(probes.size());
    float bound = best.bound();
    for (std::size_t i = 0; i < m_nlist; ++i)
        if (distances[i] <= bound) {
            best.push(distances[i], static_cast<Id>(i));
            bound = best.bound();
        }
    best.drain(probes);
}

} // namespace annscope
