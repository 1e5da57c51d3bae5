// SPDX-License-Identifier: Apache-2.0
#include "graph/local_join.h"

#include <algorithm>

namespace annscope {

void LocalJoin::join(std::span<const std::uint32_t> fresh, std::span<const std::uint32_t> known) {
    m_ids.assign(fresh.begin(), fresh.end());
    m_ids.insert(m_ids.end(), known.begin(), known.end());
    const std::size_t size = m_ids.size();
    if (fresh.empty() || size < 2)
        return;
    m_counts.assign(size, 0);
    if (m_bounds.size() < size) {
        m_bounds.resize(size);
        m_found.resize(size * size);
    }
    m_scratch.resize(m_lists.k());
    for (std::size_t i = 0; i < size; ++i)
        m_bounds[i] = m_lists.bound(m_ids[i]);
    m_rows.gather(m_ids);
    compare(fresh.size());
    offer_found();
}

void LocalJoin::compare(std::size_t fresh) {
    const std::size_t size = m_ids.size();
    for (std::size_t begin = 0; begin < fresh; begin += RowBlock::kRows) {
        m_rows.distances_from(begin);
        for (std::size_t i = begin; i < std::min(begin + RowBlock::kRows, fresh); ++i) {
            const float* distances = m_rows.out(i - begin);
            const float bound = m_bounds[i];
            for (std::size_t j = i + 1; j < size; ++j) {
                const float d = distances[j - begin];
                if (d <= bound)
                    m_found[i * size + m_counts[i]++] = edge_key(d, m_ids[j], true);
                if (d <= m_bounds[j])
                    m_found[j * size + m_counts[j]++] = edge_key(d, m_ids[i], true);
            }
        }
    }
}

void LocalJoin::offer_found() {
    const std::size_t size = m_ids.size(), k = m_lists.k();
    for (std::size_t i = 0; i < size; ++i) {
        if (i + 1 < size && m_counts[i + 1] > 0)
            m_lists.prefetch(m_ids[i + 1]);
        std::size_t count = m_counts[i];
        if (count == 0)
            continue;
        EdgeKey* found = m_found.data() + i * size;
        if (count > k) {
            std::nth_element(found, found + k, found + count);
            count = k;
        }
        std::sort(found, found + count);
        m_lists.offer(m_ids[i], {found, count}, m_scratch.data());
    }
}

} // namespace annscope
