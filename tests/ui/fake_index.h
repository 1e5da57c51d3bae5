// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/random.h"
#include "ui/models/built_index.h"
#include "ui/views/geometry/spatial_grid.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

namespace annscope::test {

/// Squared L2 between two rows.
inline float squaredL2(std::span<const float> a, std::span<const float> b) {
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

inline VectorSet vectorsOf(const std::vector<std::vector<float>>& rows) {
    AlignedBuffer<float> buffer(rows.size() * rows.at(0).size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy(rows[i].begin(), rows[i].end(), buffer.data() + i * rows[0].size());
    return VectorSet::adopt(std::move(buffer), rows.size(), rows.at(0).size());
}

/// A graph with greedy search, or cells scanned in order of their centroids: the smallest thing that traces
/// like the real kinds, so that views are tested without them.
class FakeIndex : public Index, public GraphView, public CellsView {
public:
    VectorSet base;
    std::vector<std::vector<std::uint32_t>> edges; ///< empty: no graph
    std::uint32_t entry = 0;
    struct Level {
        std::vector<std::uint32_t> nodes;              ///< by rank
        std::vector<std::vector<std::uint32_t>> links; ///< ranks
    };
    std::vector<Level> upper; ///< above the base; upper[0] is level 1
    std::string name = "Vamana8";
    VectorSet centers; ///< empty: no cells
    std::vector<std::vector<std::uint32_t>> lists;

    IndexInfo info() const override {
        IndexInfo i;
        i.spec = edges.empty() ? "IVF" + std::to_string(lists.size()) + ",Flat" : name;
        i.dim = base.dim();
        i.size = base.size();
        i.trained = true;
        return i;
    }
    std::span<const ParamInfo> search_params() const noexcept override {
        static constexpr ParamInfo kGraph[] = {{"Lsearch", 1, 1000, 10, true, true, "list"}};
        static constexpr ParamInfo kCells[] = {{"nprobe", 1, 65536, 2, true, true, "cells"}};
        return edges.empty() ? std::span<const ParamInfo>(kCells) : std::span<const ParamInfo>(kGraph);
    }
    Status add(const VectorSet&, const Control&) override { return {}; }
    Status save(ArchiveWriter&) const override { return {}; }
    const GraphView* graph() const noexcept override { return edges.empty() ? nullptr : this; }
    const CellsView* cells() const noexcept override { return lists.empty() ? nullptr : this; }

    std::size_t size() const noexcept override { return edges.size(); }
    std::size_t max_degree() const noexcept override { return 8; }
    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override { return edges[node]; }
    std::uint32_t entry_point() const noexcept override { return entry; }
    std::size_t levels() const noexcept override { return upper.size() + 1; }
    std::span<const std::uint32_t> level_nodes(std::size_t level) const noexcept override {
        return upper[level - 1].nodes;
    }
    std::span<const std::uint32_t> level_links(std::size_t level, std::size_t rank) const noexcept override {
        return upper[level - 1].links[rank];
    }
    std::size_t nlist() const noexcept override { return lists.size(); }
    VectorView centroids() const noexcept override { return centers.view<float>(); }
    std::span<const std::uint32_t> ids(std::size_t cell) const noexcept override { return lists[cell]; }
    Status visited(const float* query, const SearchParams& params,
                   std::vector<CellVisit>& out) const override {
        out.clear();
        for (const auto& [distance, cell] :
             nearestCells(query, static_cast<std::size_t>(value_or_default(params, search_params()[0]))))
            out.push_back(
                {static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(lists[cell].size()), distance});
        return {};
    }

protected:
    struct Item {
        float distance;
        Id id;
        bool expanded = false;
    };
    float distanceTo(const float* query, std::size_t row) const {
        return squaredL2({query, base.dim()}, base.view<float>()[row]);
    }
    static bool insert(std::vector<Item>& list, std::size_t capacity, Item item) {
        const auto at = std::upper_bound(list.begin(), list.end(), item, [](const Item& a, const Item& b) {
            return a.distance < b.distance;
        });
        if (static_cast<std::size_t>(at - list.begin()) >= capacity)
            return false;
        list.insert(at, item);
        if (list.size() > capacity)
            list.pop_back();
        return true;
    }
    /// To the nearest node of each level, from its first one.
    std::uint32_t descend(const float* query, PathTrace& trace, SearchStats& stats) const {
        std::uint32_t node = upper.back().nodes[0];
        for (std::size_t l = upper.size(); l-- > 0;) {
            const Level& level = upper[l];
            float nearest = distanceTo(query, node);
            trace.enter_level(static_cast<int>(l) + 1);
            trace.consider(node, nearest, true);
            for (bool moved = true; moved;) {
                moved = false;
                trace.expand(node, nearest);
                ++stats.hops;
                const auto rank =
                    std::find(level.nodes.begin(), level.nodes.end(), node) - level.nodes.begin();
                for (const std::uint32_t link : level.links[static_cast<std::size_t>(rank)]) {
                    const float d = distanceTo(query, level.nodes[link]);
                    const bool better = d < nearest;
                    ++stats.distances;
                    trace.consider(level.nodes[link], d, better);
                    if (better) {
                        nearest = d;
                        node = level.nodes[link];
                        moved = true;
                    }
                }
            }
        }
        trace.enter_level(0);
        return node;
    }
    void searchGraph(const float* query, std::size_t capacity, std::vector<Item>& list, PathTrace& trace,
                     SearchStats& stats) const {
        std::vector<char> seen(base.size(), 0);
        const auto consider = [&](std::uint32_t id) {
            if (seen[id])
                return;
            seen[id] = 1;
            ++stats.distances;
            const float d = distanceTo(query, id);
            trace.consider(id, d, insert(list, capacity, {d, id}));
        };
        consider(upper.empty() ? entry : descend(query, trace, stats));
        for (;;) {
            const auto next =
                std::find_if(list.begin(), list.end(), [](const Item& i) { return !i.expanded; });
            if (next == list.end())
                return;
            next->expanded = true;
            ++stats.hops;
            const auto node = static_cast<std::size_t>(next->id);
            trace.expand(next->id, next->distance);
            for (const std::uint32_t to : edges[node])
                consider(to);
        }
    }
    std::vector<std::pair<float, std::size_t>> nearestCells(const float* query, std::size_t nprobe) const {
        std::vector<std::pair<float, std::size_t>> order;
        for (std::size_t c = 0; c < lists.size(); ++c)
            order.emplace_back(squaredL2({query, base.dim()}, centers.view<float>()[c]), c);
        std::sort(order.begin(), order.end());
        order.resize(std::min(nprobe, order.size()));
        return order;
    }
    void searchCells(const float* query, std::size_t nprobe, std::size_t k, std::vector<Item>& list,
                     PathTrace& trace, SearchStats& stats) const {
        for (const auto& [distance, cell] : nearestCells(query, nprobe)) {
            ++stats.lists;
            trace.probe_cell(static_cast<Id>(cell), distance);
            for (const std::uint32_t id : lists[cell]) {
                ++stats.codes;
                const float d = distanceTo(query, id);
                trace.consider(id, d, insert(list, k, {d, id}));
            }
        }
    }
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override {
        PathTrace own;
        SearchStats stats;
        std::vector<Item> list;
        const auto value = static_cast<std::size_t>(value_or_default(params, search_params()[0]));
        if (edges.empty())
            searchCells(query, value, k, list, trace ? *trace : own, stats);
        else
            searchGraph(query, std::max(value, k), list, trace ? *trace : own, stats);
        for (std::size_t i = 0; i < k; ++i) {
            out.ids[i] = i < list.size() ? list[i].id : kNoId;
            out.distances[i] = i < list.size() ? list[i].distance : std::numeric_limits<float>::infinity();
        }
        return stats;
    }
};

/// Every node is joined to the nearest ones of a random sample of the others plus a few far ones.
inline void joinAtRandom(FakeIndex& index, std::size_t near, std::size_t far, std::uint64_t seed) {
    const std::size_t n = index.base.size();
    std::vector<ui::Point2> points(n);
    for (std::size_t i = 0; i < n; ++i)
        points[i] = {index.base.view<float>()[i][0], index.base.view<float>()[i][1]};
    const ui::SpatialGrid grid(points);
    std::uint64_t state = seed;
    const auto random = [&state](std::size_t below) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::uint32_t>((state >> 33) % below);
    };
    index.edges.assign(n, {});
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<std::pair<float, std::uint32_t>> found;
        for (int r = 0; found.size() < near + 1 && r < 64; ++r)
            grid.visit_ring(points[i][0], points[i][1], r, [&](std::uint32_t j, const ui::Point2& p) {
                found.emplace_back(std::hypot(p[0] - points[i][0], p[1] - points[i][1]), j);
            });
        std::sort(found.begin(), found.end());
        for (const auto& [d, j] : found)
            if (j != i && index.edges[i].size() < near)
                index.edges[i].push_back(j);
        for (std::size_t f = 0; f < far; ++f)
            if (const std::uint32_t j = random(n); j != i)
                index.edges[i].push_back(j);
    }
}

/// Levels of every 8th and every 64th node, each joined to the next few of its level.
inline void addLevels(FakeIndex& index) {
    for (std::size_t step = 8; step <= 64; step *= 8) {
        FakeIndex::Level level;
        for (std::size_t i = 0; i < index.base.size(); i += step)
            level.nodes.push_back(static_cast<std::uint32_t>(i));
        const auto n = static_cast<std::uint32_t>(level.nodes.size());
        for (std::uint32_t rank = 0; rank < n; ++rank) {
            std::vector<std::uint32_t> links;
            for (const std::uint32_t far : {1u, 2u, 3u, 5u, 8u, 13u})
                if (far < n)
                    links.push_back((rank + far) % n);
            level.links.push_back(links);
        }
        index.upper.push_back(level);
    }
    index.entry = index.upper.back().nodes[0];
    index.name = "HNSW8";
}

inline ui::BuiltIndexPtr built(std::shared_ptr<FakeIndex> index, VectorSet queries = {}) {
    auto dataset = std::make_shared<Dataset>();
    dataset->name = "fake";
    dataset->base = index->base;
    dataset->queries = std::move(queries);
    auto b = std::make_shared<ui::BuiltIndex>();
    b->id = 1;
    b->title = QString::fromStdString(index->info().spec);
    b->index = std::move(index);
    b->dataset = std::move(dataset);
    return b;
}

/// A bent band of n points in the plane, a few clumps in it.
inline VectorSet bandOfPoints(std::size_t n, std::uint64_t seed) {
    std::uint64_t state = seed;
    const auto random = [&state] {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<float>(state >> 40) / 16777216.0f;
    };
    AlignedBuffer<float> buffer(n * 2);
    for (std::size_t i = 0; i < n; ++i) {
        const float t = random() * 4, w = (random() + random() - 1) * (i % 3 == 0 ? 1.2f : 0.5f);
        buffer.data()[2 * i] = t * 3 + w;
        buffer.data()[2 * i + 1] = 2 * std::sin(t * 1.6f) + w * 1.4f + random() * 0.3f;
    }
    return VectorSet::adopt(std::move(buffer), n, 2);
}

} // namespace annscope::test
