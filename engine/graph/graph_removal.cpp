// SPDX-License-Identifier: Apache-2.0
#include "graph/graph_removal.h"

#include "core/parallel.h"
#include "graph/connect.h"
#include "graph/robust_prune.h"

#include <algorithm>
#include <limits>

namespace annscope {
namespace {

struct Scratch {
    PruneScratch prune;
    std::vector<float> values, distances;
    std::vector<std::uint32_t> ids;
    std::vector<PruneCandidate> candidates;
    std::vector<Candidate> kept;
};

/// One layer without the nodes that are gone.
class LayerRepair {
public:
    LayerRepair(const NodeSpace& space, const Adjacency& links, const std::vector<bool>& gone, float alpha)
        : m_space(space), m_links(links), m_gone(gone), m_alpha(alpha) {}

    Result<Adjacency> run(const Control& control) const {
        Adjacency out(m_links.size(), m_links.max_degree());
        std::vector<Scratch> threads(static_cast<std::size_t>(effective_threads(control)));
        ANNSCOPE_TRY(
            parallel_for(m_links.size(), 64, control, [&](std::size_t begin, std::size_t end, int t) {
                for (std::size_t i = begin; i < end; ++i)
                    if (!m_gone[i])
                        repair(static_cast<std::uint32_t>(i), threads[static_cast<std::size_t>(t)], out);
                control.advance(end - begin);
            }));
        return out;
    }

private:
    void repair(std::uint32_t node, Scratch& scratch, Adjacency& out) const {
        const auto links = m_links.neighbors(node);
        if (std::ranges::none_of(links, [this](std::uint32_t to) { return m_gone[to]; })) {
            out.assign(node, links);
            return;
        }
        auto& ids = scratch.ids;
        ids.clear();
        const auto offer = [&](std::uint32_t to) {
            if (!m_gone[to] && to != node)
                ids.push_back(to);
        };
        for (const std::uint32_t to : links) {
            offer(to);
            if (m_gone[to])
                std::ranges::for_each(m_links.neighbors(to), offer);
        }
        std::ranges::sort(ids);
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        scratch.distances.resize(std::max(scratch.distances.size(), ids.size()));
        m_space.from(node, scratch.values)(ids.data(), ids.size(), scratch.distances.data());
        scratch.candidates.clear();
        for (std::size_t i = 0; i < ids.size(); ++i)
            scratch.candidates.push_back({{scratch.distances[i], ids[i]}, false});
        robust_prune(m_space, scratch.candidates, m_alpha, m_links.max_degree(), scratch.prune, scratch.kept);
        ids.clear();
        for (const Candidate& kept : scratch.kept)
            ids.push_back(kept.id);
        out.assign(node, ids);
    }

    const NodeSpace& m_space;
    const Adjacency& m_links;
    const std::vector<bool>& m_gone;
    float m_alpha;
};

/// Rows and ranks of a layer's links without those that are gone. ranks: new rank of each old one.
Adjacency renumbered(const Adjacency& links, const std::vector<std::uint32_t>& ranks, std::size_t left) {
    Adjacency out(left, links.max_degree());
    std::vector<std::uint32_t> row;
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (ranks[i] == kNoNode)
            continue;
        row.clear();
        for (const std::uint32_t to : links.neighbors(i))
            row.push_back(ranks[to]);
        out.assign(ranks[i], row);
    }
    return out;
}

Result<std::vector<UpperLayer>> repair_layers(const NodeSpace& space, const std::vector<UpperLayer>& upper,
                                              const std::vector<bool>& gone, float alpha,
                                              const Control& control) {
    std::vector<UpperLayer> out;
    std::vector<std::uint32_t> below; // new rank of each node of the layer below; empty: the base
    for (const UpperLayer& layer : upper) {
        std::vector<bool> gone_ranks(layer.size());
        std::vector<std::uint32_t> ranks(layer.size(), kNoNode);
        UpperLayer left;
        for (std::size_t i = 0; i < layer.size(); ++i) {
            gone_ranks[i] = gone[layer.nodes[i]];
            if (gone_ranks[i])
                continue;
            ranks[i] = static_cast<std::uint32_t>(left.size());
            left.nodes.push_back(layer.nodes[i]);
            left.below.push_back(below.empty() ? layer.below[i] : below[layer.below[i]]);
        }
        if (left.size() == 0)
            break;
        const NodeSpace own = space.subset(layer.nodes);
        ANNSCOPE_ASSIGN(const Adjacency links, LayerRepair(own, layer.links, gone_ranks, alpha).run(control));
        left.links = renumbered(links, ranks, left.size());
        out.push_back(std::move(left));
        below = std::move(ranks);
    }
    return out;
}

std::uint32_t nearest_left(const NodeSpace& space, std::uint32_t node, const std::vector<bool>& gone) {
    std::vector<float> values;
    const Scorer scorer = space.from(node, values);
    Candidate best{std::numeric_limits<float>::infinity(), kNoNode};
    for (std::uint32_t i = 0; i < space.size(); ++i)
        if (!gone[i])
            best = std::min(best, Candidate{scorer(i), i});
    return best.id;
}

} // namespace

Result<LayeredGraph> remove_nodes(const NodeSpace& space, const LayeredGraph& graph,
                                  const std::vector<bool>& gone, const RemovalOptions& options,
                                  const Control& control) {
    const std::size_t n = graph.base.size();
    ANNSCOPE_TRY(check_memory(Adjacency::bytes_of(n, graph.base.max_degree()), "removing nodes"));
    control.begin("Removing", n);
    LayeredGraph out;
    ANNSCOPE_ASSIGN(out.upper, repair_layers(space, graph.upper, gone, options.alpha, control));
    control.begin("Removing", n);
    ANNSCOPE_ASSIGN(out.base, LayerRepair(space, graph.base, gone, options.alpha).run(control));
    out.entry = gone[graph.entry] ? nearest_left(space, graph.entry, gone) : graph.entry;
    std::vector<std::uint32_t> left;
    for (std::uint32_t i = 0; i < n; ++i)
        if (!gone[i])
            left.push_back(i);
    control.begin("Connecting", left.size());
    ANNSCOPE_TRY(connect_unreachable(space, out.entry, options.search_width, left, out.base, control));
    return out;
}

} // namespace annscope
