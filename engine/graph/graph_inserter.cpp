// SPDX-License-Identifier: Apache-2.0
#include "graph/graph_inserter.h"

#include "core/parallel.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr double kSlack = 1.3;          // room for edges that wait for a pruning, as in DiskANN
constexpr std::size_t kBatchShare = 50; // a batch is at most n / 50 nodes, as in ParlayANN
constexpr std::size_t kLargestBatch = 1 << 16;
constexpr std::size_t kSmallestCap = 16;
constexpr std::size_t kTargetRanges = 64; // reverse edges are applied in parallel by ranges of targets

/// Keeps the nodes that a search expanded.
struct ExpandedTrace : NullTrace {
    std::vector<Candidate>& expanded;
    explicit ExpandedTrace(std::vector<Candidate>& out) : expanded(out) {}
    void expand(Id id, float d) { expanded.push_back({d, static_cast<std::uint32_t>(id)}); }
};

std::size_t room_of(std::size_t max_degree) noexcept {
    return max_degree + static_cast<std::size_t>(std::ceil((kSlack - 1) * static_cast<double>(max_degree)));
}

} // namespace

GraphInserter::GraphInserter(const NodeSpace& space, std::size_t max_degree, const Control& control,
                             InsertObserver* observer)
    : m_space(space), m_control(control), m_observer(observer), m_max_degree(max_degree),
      m_draft(space.size(), room_of(max_degree)),
      m_threads(static_cast<std::size_t>(effective_threads(control))), m_ranges(kTargetRanges) {}

std::uint64_t GraphInserter::bytes_of(std::size_t n, std::size_t max_degree) noexcept {
    return DraftGraph::bytes_of(n, room_of(max_degree));
}

Status GraphInserter::load(const Adjacency& graph) {
    return parallel_for(graph.size(), 64, m_control, [&](std::size_t begin, std::size_t end, int thread) {
        Scratch& scratch = m_threads[static_cast<std::size_t>(thread)];
        std::vector<float>& distances = scratch.prune.distances;
        for (std::size_t i = begin; i < end; ++i) {
            const auto links = graph.neighbors(i);
            distances.resize(std::max(distances.size(), links.size()));
            m_space.from(static_cast<std::uint32_t>(i), scratch.walk.values)(links.data(), links.size(),
                                                                             distances.data());
            for (std::size_t j = 0; j < links.size(); ++j)
                m_draft.append(i, {distances[j], links[j]});
        }
    });
}

Status GraphInserter::insert(std::span<const std::uint32_t> order, std::size_t begin, std::size_t inserted,
                             const InsertOptions& options, const Start& start) {
    m_options = options;
    const std::size_t n = order.size();
    const std::size_t cap = std::clamp(n / kBatchShare, kSmallestCap, kLargestBatch);
    while (begin < n) {
        const std::size_t count = std::min({inserted, cap, n - begin});
        const auto batch = order.subspan(begin, count);
        ANNSCOPE_TRY(insert_batch(batch, start));
        begin += count;
        inserted = std::max(inserted, begin);
        m_control.advance(count);
        if (m_observer)
            m_observer->inserted(options.pass, batch, m_draft);
    }
    return {};
}

Status GraphInserter::insert_batch(std::span<const std::uint32_t> batch, const Start& start) {
    m_forward.resize(std::max(m_forward.size(), batch.size()));
    ANNSCOPE_TRY(parallel_for(batch.size(), 4, m_control, [&](std::size_t b, std::size_t e, int thread) {
        for (std::size_t i = b; i < e; ++i)
            find_neighbors(batch[i], start, thread, m_forward[i]);
    }));
    for (auto& range : m_ranges)
        range.clear();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        m_draft.assign(batch[i], m_forward[i]);
        for (const Candidate& edge : m_forward[i])
            m_ranges[edge.id * kTargetRanges / m_space.size()].push_back({edge.id, batch[i], edge.distance});
    }
    return parallel_for(kTargetRanges, 1, m_control, [&](std::size_t r, std::size_t, int thread) {
        apply_reverse(m_ranges[r], m_threads[static_cast<std::size_t>(thread)]);
    });
}

void GraphInserter::find_neighbors(std::uint32_t node, const Start& start, int thread,
                                   std::vector<Candidate>& out) {
    Scratch& scratch = m_threads[static_cast<std::size_t>(thread)];
    const Scorer scorer = m_space.walk_from(node, scratch.walk);
    const std::uint32_t entry = start(node, scorer, thread);
    scratch.expanded.clear();
    if (m_options.candidates == LinkCandidates::Expanded) {
        ExpandedTrace trace(scratch.expanded);
        beam_search(m_draft.rows(), m_space.size(), scorer, entry, m_options.search_width, scratch.search,
                    trace);
    } else {
        NullTrace trace;
        beam_search(m_draft.rows(), m_space.size(), scorer, entry, m_options.search_width, scratch.search,
                    trace);
        for (std::size_t i = 0; i < scratch.search.list.size(); ++i)
            scratch.expanded.push_back(scratch.search.list[i]);
    }
    if (m_space.has_sketch())
        measure(node, scratch);
    row_as_candidates(node, scratch.candidates);
    for (const Candidate& found : scratch.expanded)
        if (found.id != node)
            scratch.candidates.push_back({found, false});
    prune(node, PruneReason::Inserted, m_options.new_degree, scratch, out);
}

/// Of scratch.candidates.
void GraphInserter::prune(std::uint32_t node, PruneReason reason, std::size_t degree, Scratch& scratch,
                          std::vector<Candidate>& out) {
    PruneTrace* trace = m_observer ? m_observer->pruning(node, reason) : nullptr;
    if (trace)
        robust_prune(m_space, scratch.candidates, m_options.alpha, degree, scratch.prune, out, *trace);
    else
        robust_prune(m_space, scratch.candidates, m_options.alpha, degree, scratch.prune, out);
}

/// Distances in full to what a walk over the sketch found.
void GraphInserter::measure(std::uint32_t node, Scratch& scratch) const {
    auto& [ids, places, alive, distances, query] = scratch.prune;
    ids.clear();
    for (const Candidate& found : scratch.expanded)
        ids.push_back(found.id);
    distances.resize(std::max(distances.size(), ids.size()));
    m_space.from(node, scratch.walk.values)(ids.data(), ids.size(), distances.data());
    for (std::size_t i = 0; i < ids.size(); ++i)
        scratch.expanded[i].distance = distances[i];
}

void GraphInserter::row_as_candidates(std::uint32_t node, std::vector<PruneCandidate>& out) const {
    out.clear();
    for (std::size_t i = 0; i < m_draft.degree(node); ++i)
        out.push_back({m_draft.edge(node, i), i < m_draft.settled(node)});
}

void GraphInserter::apply_reverse(std::vector<ReverseEdge>& edges, Scratch& scratch) {
    std::ranges::sort(edges, [](const ReverseEdge& a, const ReverseEdge& b) {
        return a.target < b.target || (a.target == b.target && a.source < b.source);
    });
    for (std::size_t begin = 0; begin < edges.size() && !m_control.cancel_requested();) {
        const std::uint32_t target = edges[begin].target;
        std::size_t end = begin;
        while (end < edges.size() && edges[end].target == target)
            ++end;
        add_edges(target, {edges.data() + begin, end - begin}, scratch);
        begin = end;
    }
}

void GraphInserter::add_edges(std::uint32_t target, std::span<const ReverseEdge> edges, Scratch& scratch) {
    bool overflow = false;
    for (const ReverseEdge& edge : edges) {
        if (m_draft.has(target, edge.source))
            continue;
        const Candidate added{edge.distance, edge.source};
        if (!overflow && m_draft.degree(target) == m_draft.room()) {
            overflow = true;
            row_as_candidates(target, scratch.candidates);
        }
        if (overflow)
            scratch.candidates.push_back({added, false});
        else
            m_draft.append(target, added);
    }
    if (overflow)
        prune_row(target, PruneReason::RowFull, scratch);
}

/// Of scratch.candidates.
void GraphInserter::prune_row(std::uint32_t node, PruneReason reason, Scratch& scratch) {
    prune(node, reason, m_max_degree, scratch, scratch.kept);
    m_draft.assign(node, scratch.kept);
}

Status GraphInserter::finish(Adjacency& out) {
    return parallel_for(m_space.size(), 16, m_control, [&](std::size_t begin, std::size_t end, int thread) {
        Scratch& scratch = m_threads[static_cast<std::size_t>(thread)];
        for (std::size_t i = begin; i < end; ++i) {
            const auto node = static_cast<std::uint32_t>(i);
            if (m_draft.degree(i) > m_max_degree) {
                row_as_candidates(node, scratch.candidates);
                prune_row(node, PruneReason::Trimmed, scratch);
            }
            out.assign(i, m_draft.ids(i));
        }
        m_control.advance(end - begin);
    });
}

} // namespace annscope
