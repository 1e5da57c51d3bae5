// SPDX-License-Identifier: Apache-2.0
#include "ivf/group_selection.h"

#include "simd/kernels.h"

#include <algorithm>
#include <cmath>

namespace annscope {

std::size_t GroupSelection::select(const Source& source, const float* query, std::span<const Neighbor> cells,
                                   double share) {
    cells =
        cells.first(static_cast<std::size_t>(std::ranges::find(cells, kNoId, &Neighbor::id) - cells.begin()));
    begin(source, cells);
    measure(source, query);
    set_distances(source, cells);
    prune(share);
    return m_unknown.size();
}

/// All groups with vectors, and the centroids to compare with.
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
    m_ends.clear();
    for (const Neighbor& cell : cells) {
        m_distances[static_cast<std::size_t>(cell.id)] = cell.distance;
        m_stamps[static_cast<std::size_t>(cell.id)] = m_stamp;
    }
    for (const Neighbor& cell : cells) {
        const std::size_t first = static_cast<std::size_t>(cell.id) * groups.groups();
        const std::uint64_t* const begins = source.begins.data() + first;
        const std::span<const std::uint32_t> neighbours =
            groups.neighbours(static_cast<std::size_t>(cell.id));
        for (std::size_t l = 0; l < neighbours.size(); ++l) {
            if (begins[l] == begins[l + 1])
                continue;
            m_found.push_back({0, static_cast<Id>(first + l)});
            if (m_stamps[neighbours[l]] == m_stamp)
                continue;
            m_stamps[neighbours[l]] = m_stamp;
            m_unknown.push_back(neighbours[l]);
        }
        m_ends.push_back(m_found.size());
    }
}

void GroupSelection::measure(const Source& source, const float* query) {
    const auto& kernels = simd::kernels().f32;
    const VectorView centroids = source.centroids;
    m_scratch.resize(m_unknown.size());
    (source.l2 ? kernels.l2_gather : kernels.ip_gather)(query, centroids.data(), centroids.stride(),
                                                        m_unknown.data(), m_unknown.size(), centroids.cols(),
                                                        m_scratch.data());
    for (std::size_t i = 0; i < m_unknown.size(); ++i)
        m_distances[m_unknown[i]] = source.l2 ? m_scratch[i] : -m_scratch[i];
}

void GroupSelection::set_distances(const Source& source, std::span<const Neighbor> cells) {
    auto found = m_found.begin();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto cell = static_cast<std::size_t>(cells[i].id), first = cell * source.groups->groups();
        const std::uint32_t* const neighbours = source.groups->neighbours(cell).data();
        const float* const gaps = source.groups->gaps(cell).data();
        const float alpha = source.groups->alphas()[cell];
        for (const auto end = m_found.begin() + static_cast<std::ptrdiff_t>(m_ends[i]); found != end;
             ++found) {
            const std::size_t l = static_cast<std::size_t>(found->id) - first;
            const float near = m_distances[neighbours[l]];
            found->distance = source.l2 ? CellGroups::squared(alpha, gaps[l], cells[i].distance, near)
                                        : CellGroups::product(alpha, cells[i].distance, near);
        }
    }
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
