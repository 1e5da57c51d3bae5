// SPDX-License-Identifier: Apache-2.0
#include "graph/nn_descent.h"

#include "core/parallel.h"
#include "core/random.h"
#include "graph/local_join.h"
#include "graph/projection_tree.h"
#include "graph/reverse_lists.h"

#include <algorithm>

namespace annscope {
namespace {

// A group is at least half as large as the largest may be; 2 k + 2 rows: even the smallest fills its lists.
constexpr std::size_t kSmallestLeaf = 128;
constexpr std::size_t kExact = 512; // up to so many rows one group of all is compared

/// For each node a few others, each list at a fixed stride and ended by kNoNode.
struct Choice {
    std::size_t stride = 0;
    AlignedBuffer<std::uint32_t> ids;

    Choice(std::size_t n, std::size_t width) : stride(width), ids(n * width) {}
    std::uint32_t* room(std::size_t node) noexcept { return ids.data() + node * stride; }
    GraphRows rows() const noexcept { return {ids.data(), stride}; }
    std::span<const std::uint32_t> row(std::size_t node) const noexcept {
        return {rows().row(node), rows().degree(node)};
    }
};

/// How much the lists of a few nodes change from round to round.
class Sample {
public:
    Sample(const NeighborLists& lists, std::uint64_t seed)
        : m_nodes(random_sample(lists.size(), kNodes, seed)), m_k(lists.k()) {
        remember(lists);
    }
    /// Share of their edges that came since the last call.
    double changed(const NeighborLists& lists) {
        const std::vector<EdgeKey> before = std::move(m_edges);
        remember(lists);
        std::size_t known = 0;
        const auto at = [&](auto& edges, std::size_t i) {
            return edges.begin() + static_cast<std::ptrdiff_t>(i * m_k);
        };
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            auto old = at(before, i);
            for (auto edge = at(m_edges, i); edge != at(m_edges, i + 1); ++edge) {
                while (old != at(before, i + 1) && *old < *edge)
                    ++old;
                known += old != at(before, i + 1) && *old == *edge;
            }
        }
        return 1 - static_cast<double>(known) / static_cast<double>(m_edges.size());
    }

private:
    static constexpr std::size_t kNodes = 1000;

    void remember(const NeighborLists& lists) {
        m_edges.clear();
        for (const std::uint32_t node : m_nodes)
            for (const EdgeKey edge : lists.list(node))
                m_edges.push_back(edge >> 1); // whatever their marks
    }

    std::vector<std::uint32_t> m_nodes;
    std::size_t m_k;
    std::vector<EdgeKey> m_edges;
};

/// A number for a pair that has nothing to do with either; the same every time.
std::uint64_t chance(std::uint64_t seed, std::uint64_t node, std::uint64_t other) noexcept {
    return Random(seed ^ node << 32 ^ other)();
}

class Descent {
public:
    Descent(const NodeSpace& space, const KnnGraphOptions& options, const Control& control)
        : m_space(space), m_options(options), m_control(control), m_n(space.size()),
          m_k(std::min(options.k, m_n - 1)), m_lists(m_n, m_k) {
        const auto threads = static_cast<std::size_t>(effective_threads(control));
        for (std::size_t t = 0; t < threads; ++t)
            m_joins.emplace_back(space, m_lists);
    }

    Result<KnnGraph> run() {
        ANNSCOPE_TRY(group());
        if (m_n > kExact)
            ANNSCOPE_TRY(descend());
        return KnnGraph(m_n, m_k, std::move(m_lists).take());
    }

private:
    struct Picks {
        std::vector<std::uint32_t> fresh, known;
        std::vector<std::pair<std::uint64_t, std::uint32_t>> drawn;
    };

    Status group() {
        const std::size_t leaf = m_n <= kExact ? kExact : std::max(kSmallestLeaf, 2 * m_k + 2);
        const std::size_t trees = m_n <= kExact ? 1 : m_options.trees;
        m_control.begin("Grouping near vectors", trees * m_n);
        for (std::size_t t = 0; t < trees; ++t) {
            ANNSCOPE_ASSIGN(const ProjectionTree tree,
                            ProjectionTree::create(m_space, leaf, m_options.seed + t, m_control));
            ANNSCOPE_TRY(
                parallel_for(tree.leaves(), 1, m_control, [&](std::size_t i, std::size_t, int thread) {
                    std::vector<std::uint32_t> ids;
                    for (const Candidate& item : tree.leaf(i))
                        ids.push_back(item.id);
                    m_joins[static_cast<std::size_t>(thread)].join(ids, {});
                    m_control.advance(ids.size());
                }));
        }
        return {};
    }

    Status descend() {
        const std::size_t width = m_options.sample;
        Choice fresh(m_n, width), known(m_n, width);
        ReverseLists fresh_of(m_n, m_n * width), known_of(m_n, m_n * width);
        m_control.begin("Neighbours of neighbours", m_options.rounds * m_n);
        Sample sample(m_lists, m_options.seed);
        for (std::size_t round = 0; round < m_options.rounds; ++round) {
            ANNSCOPE_TRY(choose(fresh, known));
            ANNSCOPE_TRY(fresh_of.fill(fresh.rows(), m_control));
            ANNSCOPE_TRY(known_of.fill(known.rows(), m_control));
            const std::uint64_t seed = Random(m_options.seed + round)();
            ANNSCOPE_TRY(parallel_for(m_n, kNodes, m_control, [&](std::size_t b, std::size_t e, int thread) {
                Picks picks;
                for (std::size_t i = b; i < e; ++i) {
                    pick(fresh.row(i), fresh_of.list(i), seed ^ i, picks.drawn, picks.fresh);
                    pick(known.row(i), known_of.list(i), seed ^ i, picks.drawn, picks.known);
                    std::erase_if(picks.known, [&](std::uint32_t id) {
                        return std::ranges::binary_search(picks.fresh, id);
                    });
                    m_joins[static_cast<std::size_t>(thread)].join(picks.fresh, picks.known);
                }
                m_control.advance(e - b);
            }));
            if (sample.changed(m_lists) <= m_options.least_change)
                break;
        }
        return {};
    }

    /// The nearest fresh and known neighbours of each node, up to a sample of each; the fresh ones count as
    /// known from then on.
    Status choose(Choice& fresh, Choice& known) {
        return parallel_for(m_n, 1024, m_control, [&](std::size_t begin, std::size_t end, int) {
            for (std::size_t i = begin; i < end; ++i) {
                std::uint32_t *to_fresh = fresh.room(i), *to_known = known.room(i);
                std::size_t fresh_count = 0, known_count = 0;
                for (EdgeKey& edge : m_lists.list(i)) {
                    if (edge == kNoEdge)
                        break;
                    if (is_fresh(edge) && fresh_count < fresh.stride) {
                        to_fresh[fresh_count++] = edge_id(edge);
                        edge &= ~EdgeKey{1};
                    } else if (!is_fresh(edge) && known_count < known.stride) {
                        to_known[known_count++] = edge_id(edge);
                    }
                }
                std::fill(to_fresh + fresh_count, to_fresh + fresh.stride, kNoNode);
                std::fill(to_known + known_count, to_known + known.stride, kNoNode);
            }
        });
    }

    /// What a node chose and, by lot, as many of those that chose it; sorted.
    void pick(std::span<const std::uint32_t> chosen, std::span<const std::uint32_t> choosers,
              std::uint64_t seed, std::vector<std::pair<std::uint64_t, std::uint32_t>>& drawn,
              std::vector<std::uint32_t>& out) const {
        out.assign(chosen.begin(), chosen.end());
        const std::size_t limit = m_options.sample;
        if (choosers.size() <= limit) {
            out.insert(out.end(), choosers.begin(), choosers.end());
        } else {
            drawn.clear();
            for (const std::uint32_t id : choosers)
                drawn.emplace_back(chance(seed, id, 0), id);
            std::nth_element(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(limit), drawn.end());
            for (std::size_t i = 0; i < limit; ++i)
                out.push_back(drawn[i].second);
        }
        std::ranges::sort(out);
        const auto repeats = std::ranges::unique(out);
        out.erase(repeats.begin(), repeats.end());
    }

    static constexpr std::size_t kNodes = 8; // of one block: about 1 ms

    const NodeSpace& m_space;
    const KnnGraphOptions& m_options;
    const Control& m_control;
    const std::size_t m_n, m_k;
    NeighborLists m_lists;
    std::vector<LocalJoin> m_joins; // one a thread
};

} // namespace

std::size_t knn_graph_bytes(std::size_t n, const KnnGraphOptions& options) noexcept {
    const std::size_t k = n == 0 ? 0 : std::min(options.k, n - 1);
    const std::size_t joins = n <= kExact ? 0 : n * (16 * options.sample + 16);
    return NeighborLists::bytes_of(n, k) + std::max(joins, ProjectionTree::bytes_of(n));
}

Result<KnnGraph> build_knn_graph(const NodeSpace& space, const KnnGraphOptions& options,
                                 const Control& control) {
    if (space.size() == 0)
        return KnnGraph();
    ANNSCOPE_TRY(check_memory(knn_graph_bytes(space.size(), options), "finding the nearest neighbours"));
    return Descent(space, options, control).run();
}

} // namespace annscope
