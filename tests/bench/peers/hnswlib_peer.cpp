// SPDX-License-Identifier: GPL-3.0-or-later
#include "hnswlib_peer.h"

#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace annscope::bench {

struct HnswlibPeer::Graph {
    Graph(std::size_t n, std::size_t dim, std::size_t m, std::size_t ef_construction)
        : space(dim), index(&space, n, m, ef_construction) {}

    hnswlib::L2Space space;
    hnswlib::HierarchicalNSW<float> index;
};

HnswlibPeer::HnswlibPeer() = default;
HnswlibPeer::~HnswlibPeer() = default;

void HnswlibPeer::build(const float* data, std::size_t n, std::size_t dim, std::size_t m,
                        std::size_t ef_construction, int threads) {
    m_graph = std::make_unique<Graph>(n, dim, m, ef_construction);
    if (n == 0)
        return;
    m_graph->index.addPoint(data, 0);
    std::atomic<std::size_t> next{1};
    const auto insert = [&] {
        for (std::size_t i = next++; i < n; i = next++)
            m_graph->index.addPoint(data + i * dim, i);
    };
    std::vector<std::jthread> team;
    for (int t = 1; t < threads; ++t)
        team.emplace_back(insert);
    insert();
}

void HnswlibPeer::search(const float* query, std::size_t k, std::size_t ef, std::int64_t* ids) {
    m_graph->index.setEf(ef);
    auto found = m_graph->index.searchKnn(query, k);
    std::fill_n(ids, k, -1);
    for (std::size_t i = found.size(); i-- > 0; found.pop())
        ids[i] = static_cast<std::int64_t>(found.top().second);
}

} // namespace annscope::bench
