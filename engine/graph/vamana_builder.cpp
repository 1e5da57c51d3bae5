// SPDX-License-Identifier: Apache-2.0
#include "graph/vamana_builder.h"

#include "core/parallel.h"
#include "core/random.h"
#include "graph/beam_search.h"
#include "graph/draft_graph.h"
#include "graph/robust_prune.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

// The first pass only has to make a graph that the second can walk: a quarter of the width gave, measured on
// fashion-mnist and on clusters, a better final graph than all of it, in three quarters of the time.
constexpr std::size_t kFirstPassShare = 4, kSmallestWidth = 16;
constexpr double kSlack = 1.3;          // room for edges that wait for a pruning, as in DiskANN
constexpr std::size_t kBatchShare = 50; // a batch is at most n / 50 nodes, as in ParlayANN
constexpr std::size_t kLargestBatch = 1 << 16;
constexpr std::size_t kSmallestCap = 16;
constexpr std::size_t kTargetRanges = 64; // reverse edges are applied in parallel by ranges of targets

/// Keeps the nodes that a search expanded: the candidates of RobustPrune.
struct ExpandedTrace : NullTrace {
    std::vector<Candidate>& expanded;
    explicit ExpandedTrace(std::vector<Candidate>& out) : expanded(out) {}
    void expand(Id id, float d) { expanded.push_back({d, static_cast<std::uint32_t>(id)}); }
};

struct ReverseEdge {
    std::uint32_t target, source;
    float distance;
};

class Builder {
public:
    Builder(const NodeSpace& space, const VamanaOptions& options, const Control& control)
        : m_space(space), m_options(options), m_control(control),
          m_draft(space.size(), room(options.max_degree)),
          m_threads(static_cast<std::size_t>(effective_threads(control))), m_ranges(kTargetRanges) {}

    static std::size_t room(std::size_t max_degree) {
        return max_degree +
               static_cast<std::size_t>(std::ceil((kSlack - 1) * static_cast<double>(max_degree)));
    }

    Result<VamanaGraph> run() {
        const std::size_t n = m_space.size();
        m_control.begin("Finding the medoid", 0);
        ANNSCOPE_ASSIGN(m_entry, m_space.medoid(m_control));
        m_order = random_sample(n, n, m_options.seed);
        std::swap(m_order.front(), *std::ranges::find(m_order, m_entry));
        m_control.begin("Pass 1 of 2", n);
        ANNSCOPE_TRY(pass(1.0f, first_width(), 1));
        m_control.begin("Pass 2 of 2", n);
        ANNSCOPE_TRY(pass(m_options.alpha, m_options.search_width, n));
        m_control.begin("Trimming", n);
        VamanaGraph result{Adjacency(n, m_options.max_degree), m_entry};
        ANNSCOPE_TRY(trim(result.graph));
        m_control.begin("Connecting", n);
        ANNSCOPE_TRY(connect_unreachable(m_space, m_entry, m_options.search_width, result.graph, m_control));
        return result;
    }

private:
    struct Scratch {
        SearchScratch search;
        PruneScratch prune;
        std::vector<float> values;
        std::vector<Candidate> expanded, kept;
        std::vector<PruneCandidate> candidates;
    };

    std::size_t first_width() const {
        return std::min(std::max(m_options.search_width / kFirstPassShare, kSmallestWidth),
                        m_options.search_width);
    }

    /// Inserts all nodes, in batches no larger than what is in the graph already.
    Status pass(float alpha, std::size_t width, std::size_t inserted) {
        m_alpha = alpha;
        m_width = width;
        const std::size_t n = m_space.size();
        const std::size_t cap = std::clamp(n / kBatchShare, kSmallestCap, kLargestBatch);
        std::size_t begin = inserted == n ? 0 : inserted;
        m_control.advance(begin);
        while (begin < n) {
            const std::size_t count = std::min({inserted, cap, n - begin});
            ANNSCOPE_TRY(insert({m_order.data() + begin, count}));
            begin += count;
            inserted = std::max(inserted, begin);
            m_control.advance(count);
        }
        return {};
    }

    Status insert(std::span<const std::uint32_t> batch) {
        m_forward.resize(std::max(m_forward.size(), batch.size()));
        ANNSCOPE_TRY(parallel_for(batch.size(), 4, m_control, [&](std::size_t b, std::size_t e, int thread) {
            for (std::size_t i = b; i < e; ++i)
                find_neighbors(batch[i], m_threads[static_cast<std::size_t>(thread)], m_forward[i]);
        }));
        for (auto& range : m_ranges)
            range.clear();
        for (std::size_t i = 0; i < batch.size(); ++i) {
            m_draft.assign(batch[i], m_forward[i]);
            for (const Candidate& edge : m_forward[i])
                m_ranges[edge.id * kTargetRanges / m_space.size()].push_back(
                    {edge.id, batch[i], edge.distance});
        }
        return parallel_for(kTargetRanges, 1, m_control, [&](std::size_t r, std::size_t, int thread) {
            apply_reverse(m_ranges[r], m_threads[static_cast<std::size_t>(thread)]);
        });
    }

    void find_neighbors(std::uint32_t node, Scratch& scratch, std::vector<Candidate>& out) {
        scratch.expanded.clear();
        ExpandedTrace trace(scratch.expanded);
        beam_search(m_draft.rows(), m_space.size(), m_space.from(node, scratch.values), m_entry, m_width,
                    scratch.search, trace);
        row_as_candidates(node, scratch.candidates);
        for (const Candidate& found : scratch.expanded)
            if (found.id != node)
                scratch.candidates.push_back({found, false});
        robust_prune(m_space, scratch.candidates, m_alpha, m_options.max_degree, scratch.prune, out);
    }

    void row_as_candidates(std::uint32_t node, std::vector<PruneCandidate>& out) const {
        out.clear();
        for (std::size_t i = 0; i < m_draft.degree(node); ++i)
            out.push_back({m_draft.edge(node, i), i < m_draft.settled(node)});
    }

    void apply_reverse(std::vector<ReverseEdge>& edges, Scratch& scratch) {
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

    void add_edges(std::uint32_t target, std::span<const ReverseEdge> edges, Scratch& scratch) {
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
            prune_row(target, scratch);
    }

    /// Of scratch.candidates.
    void prune_row(std::uint32_t node, Scratch& scratch) {
        robust_prune(m_space, scratch.candidates, m_alpha, m_options.max_degree, scratch.prune, scratch.kept);
        m_draft.assign(node, scratch.kept);
    }

    Status trim(Adjacency& out) {
        return parallel_for(m_space.size(), 16, m_control,
                            [&](std::size_t begin, std::size_t end, int thread) {
                                Scratch& scratch = m_threads[static_cast<std::size_t>(thread)];
                                for (std::size_t i = begin; i < end; ++i) {
                                    const auto node = static_cast<std::uint32_t>(i);
                                    if (m_draft.degree(i) > m_options.max_degree) {
                                        row_as_candidates(node, scratch.candidates);
                                        prune_row(node, scratch);
                                    }
                                    out.assign(i, m_draft.ids(i));
                                }
                                m_control.advance(end - begin);
                            });
    }

    const NodeSpace& m_space;
    const VamanaOptions& m_options;
    const Control& m_control;
    DraftGraph m_draft;
    std::vector<Scratch> m_threads;
    std::vector<std::uint32_t> m_order;
    std::vector<std::vector<Candidate>> m_forward; // of the batch
    std::vector<std::vector<ReverseEdge>> m_ranges;
    std::uint32_t m_entry = 0;
    float m_alpha = 1; // of this pass
    std::size_t m_width = 0;
};

} // namespace

Result<VamanaGraph> build_vamana(const NodeSpace& space, const VamanaOptions& options,
                                 const Control& control) {
    const std::size_t n = space.size(), room = Builder::room(options.max_degree);
    ANNSCOPE_TRY(check_memory(DraftGraph::bytes_of(n, room) + Adjacency::bytes_of(n, options.max_degree),
                              "building the graph"));
    return Builder(space, options, control).run();
}

} // namespace annscope
