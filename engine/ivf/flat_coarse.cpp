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
    // Most of all cells: the sketch would leave most of them, too.
    if (m_sketch.empty() || probes.size() * 4 > m_nlist || !probe_sketch(query, probes))
        probe_all(query, probes);
}

bool FlatCoarse::probe_sketch(const float* query, std::span<Neighbor> probes) const {
    std::vector<std::uint32_t> candidates;
    const auto& kernels = simd::kernels().f32;
    std::vector<float> distances;
    if (m_metric == Metric::L2) {
        if (!m_sketch.candidates(query, probes.size(), candidates))
            return false;
        distances.resize(candidates.size());
        kernels.l2_gather(query, m_centroids.data(), m_dim, candidates.data(), candidates.size(), m_dim,
                          distances.data());
    } else {
        std::vector<float> unit(query, query + m_dim); // the rank does not depend on the query's length
        if (!m_sketch.unit() || !normalize(unit.data(), m_dim) ||
            !m_sketch.candidates(unit.data(), probes.size(), candidates))
            return false;
        distances.resize(candidates.size());
        kernels.ip_gather(query, m_centroids.data(), m_dim, candidates.data(), candidates.size(), m_dim,
                          distances.data());
        for (float& d : distances)
            d = -d;
    }
    std::vector<Neighbor> found(candidates.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        found[i] = {distances[i], Id{candidates[i]}};
    std::partial_sort_copy(found.begin(), found.end(), probes.begin(), probes.end());
    return true;
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
