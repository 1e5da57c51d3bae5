// SPDX-License-Identifier: Apache-2.0
#include "ivf/group_selection.h"

#include "simd/kernels.h"

#include <algorithm>
#include <cmath>

namespace annscope {

std::size_t GroupSelection::select(const Source& source, const float* query, std::span<const Neighbor> cells,
                                   double share) {
    begin(source, cells);
    const std::size_t computed = measure(source, query);
    const CellGroups& groups = *source.groups;
    for (Neighbor& found : m_found) {
        const auto group = static_cast<std::size_t>(found.id);
        const float near = m_distances[groups.neighbours()[group]];
        found.distance = source.l2 ? groups.squared(group, found.distance, near)
                                   : groups.product(group, found.distance, near);
    }
    prune(share);
    return computed;
}

/// All groups with vectors, each with the distance to its cell's centroid, and the centroids to compare with.
void GroupSelection::begin(const Source& source, std::span<const Neighbor> cells) {
    const CellGroups& groups = *source.groups;
    if (m_stamps.size() != groups.nlist() || m_stamp == std::numeric_limits<std::uint32_t>::max()) {
        m_distances.resize(groups.nlist());
        m_stamps.assign(groups.nlist(), 0);
        m_stamp = 0;
    }
    ++m_stamp;
    m_unknown.clear();
    m_found.clear();
    const auto used =
        static_cast<std::size_t>(std::ranges::find(cells, kNoId, &Neighbor::id) - cells.begin());
    for (const Neighbor& cell : cells.first(used)) {
        m_distances[static_cast<std::size_t>(cell.id)] = cell.distance;
        m_stamps[static_cast<std::size_t>(cell.id)] = m_stamp;
    }
    for (const Neighbor& cell : cells.first(used)) {
        const std::size_t first = static_cast<std::size_t>(cell.id) * groups.groups();
        for (std::size_t group = first; group < first + groups.groups(); ++group) {
            if (source.begins[group] == source.begins[group + 1])
                continue;
            m_found.push_back({cell.distance, static_cast<Id>(group)});
            const std::uint32_t neighbour = groups.neighbours()[group];
            if (m_stamps[neighbour] == m_stamp)
                continue;
            m_stamps[neighbour] = m_stamp;
            m_unknown.push_back(neighbour);
        }
    }
}

std::size_t GroupSelection::measure(const Source& source, const float* query) {
    const auto& kernels = simd::kernels().f32;
    const VectorView centroids = source.centroids;
    m_scratch.resize(m_unknown.size());
    (source.l2 ? kernels.l2_gather : kernels.ip_gather)(query, centroids.data(), centroids.stride(),
                                                        m_unknown.data(), m_unknown.size(), centroids.cols(),
                                                        m_scratch.data());
    for (std::size_t i = 0; i < m_unknown.size(); ++i)
        m_distances[m_unknown[i]] = source.l2 ? m_scratch[i] : -m_scratch[i];
    return m_unknown.size();
}

void GroupSelection::prune(double share) {
    const auto keep = static_cast<std::size_t>(std::ceil(share * static_cast<double>(m_found.size()) - 1e-9));
    if (keep >= m_found.size())
        return;
    m_scratch.resize(m_found.size());
    std::ranges::transform(m_found, m_scratch.begin(), &Neighbor::distance);
    const auto last = m_scratch.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(keep, 1) - 1);
    std::nth_element(m_scratch.begin(), last, m_scratch.end());
    std::erase_if(m_found, [limit = *last](const Neighbor& found) { return found.distance > limit; });
}

} // namespace annscope
