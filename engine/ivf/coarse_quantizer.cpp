// SPDX-License-Identifier: Apache-2.0
#include "ivf/coarse_quantizer.h"

#include "simd/kernels.h"

#include <algorithm>
#include <utility>

namespace annscope {

CoarseQuantizer::CoarseQuantizer(AlignedBuffer<float> centroids, std::size_t nlist, std::size_t dim,
                                 Metric metric)
    : m_nlist(nlist), m_dim(dim), m_metric(metric), m_centroids(std::move(centroids)) {
    assert(m_centroids.size() == nlist * dim);
}

Status CoarseQuantizer::assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                               const Control& control) const {
    const AssignBy by = m_metric == Metric::L2 ? AssignBy::L2 : AssignBy::InnerProduct;
    const auto sum = assign_nearest(rows, centroids(), by, cells, control);
    return sum ? Status() : Status(sum.error());
}

void CoarseQuantizer::probe(const float* query, std::span<Neighbor> probes) const {
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
