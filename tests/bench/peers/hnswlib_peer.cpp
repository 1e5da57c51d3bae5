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
    Graph(const std::string& path, std::size_t dim) : space(dim), index(&space, path) {}

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

void HnswlibPeer::save(const std::string& path) const {
    m_graph->index.saveIndex(path);
}

void HnswlibPeer::load(const std::string& path, std::size_t dim) {
    m_graph = std::make_unique<Graph>(path, dim);
}

HnswlibPeer::Counts HnswlibPeer::search(const float* query, std::size_t k, std::size_t ef, std::int64_t* ids,
                                        float* distances) {
    auto& index = m_graph->index;
    const long hops = index.metric_hops, links = index.metric_distance_computations;
    index.setEf(ef);
    auto found = index.searchKnn(query, k);
    std::fill_n(ids, k, -1);
    for (std::size_t i = found.size(); i-- > 0; found.pop()) {
        ids[i] = static_cast<std::int64_t>(found.top().second);
        distances[i] = found.top().first;
    }
    return {static_cast<std::uint64_t>(index.metric_hops - hops),
            static_cast<std::uint64_t>(index.metric_distance_computations - links)};
}

std::size_t HnswlibPeer::size() const noexcept {
    return m_graph->index.cur_element_count;
}

std::uint64_t HnswlibPeer::bytes() const noexcept {
    const auto& index = m_graph->index;
    std::uint64_t sum = index.max_elements_ * (index.size_data_per_element_ + sizeof(void*));
    for (std::size_t i = 0; i < index.cur_element_count; ++i)
        sum += index.element_levels_[i] > 0
                   ? index.size_links_per_element_ * static_cast<std::size_t>(index.element_levels_[i])
                   : 0;
    return sum;
}

} // namespace annscope::bench
