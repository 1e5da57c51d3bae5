// SPDX-License-Identifier: Apache-2.0
#include "graph/nsg_builder.h"

#include "core/parallel.h"
#include "core/random.h"
#include "graph/beam_search.h"
#include "graph/connect.h"
#include "graph/reverse_lists.h"
#include "graph/robust_prune.h"

#include <algorithm>

namespace annscope {
namespace {

constexpr float kAlpha = 1; // of the relative neighbourhood graph
// Of the k-NN graph: measured, neighbours that one more round renews make no better graph, as the searches
// find those that matter.
constexpr double kLeastChange = 0.2;

/// Keeps the nodes that a search met: those that it expanded, of which some lie far out, on the way from the
/// entry, and of all others the nearest.
struct MetTrace : NullTrace {
    static constexpr std::size_t kNearest = 200;

    std::vector<PruneCandidate>& expanded;
    std::vector<Candidate>& others;

    MetTrace(std::vector<PruneCandidate>& to_expanded, std::vector<Candidate>& to_others)
        : expanded(to_expanded), others(to_others) {
        others.clear();
    }
    void expand(Id id, float d) { expanded.push_back({{d, static_cast<std::uint32_t>(id)}, false}); }
    void consider(Id id, float d, bool) { others.push_back({d, static_cast<std::uint32_t>(id)}); }

    void add_nearest() {
        const std::size_t count = std::min(kNearest, others.size());
        std::nth_element(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count), others.end());
        for (std::size_t i = 0; i < count; ++i)
            expanded.push_back({others[i], false});
    }
};

class Builder {
public:
    Builder(const NodeSpace& space, const NsgOptions& options, const Control& control)
        : m_space(space), m_options(options), m_control(control), m_n(space.size()),
          m_threads(static_cast<std::size_t>(effective_threads(control))) {}

    Result<LayeredGraph> run() {
        Adjacency rows;
        ANNSCOPE_TRY(prune_neighbors(rows));
        ANNSCOPE_TRY(link_back(rows));
        ANNSCOPE_TRY(search(rows));
        ANNSCOPE_TRY(link_back(rows));
        m_control.begin("Connecting", m_n);
        const std::vector<std::uint32_t> order = random_sample(m_n, m_n, m_options.seed);
        ANNSCOPE_TRY(connect_unreachable(m_space, m_entry, m_options.search_width, order, rows, m_control));
        return LayeredGraph{std::move(rows), m_entry, {}};
    }

private:
    struct Scratch {
        SearchScratch search;
        PruneScratch prune;
        std::vector<float> values, distances;
        std::vector<std::uint32_t> ids;
        std::vector<PruneCandidate> candidates;
        std::vector<Candidate> met, kept;
    };

    /// body(node, scratch) for all nodes.
    template<class Body>
    Status each_node(const char* phase, const Body& body) {
        m_control.begin(phase, m_n);
        return parallel_for(m_n, 4, m_control, [&](std::size_t begin, std::size_t end, int thread) {
            for (std::size_t i = begin; i < end; ++i)
                body(static_cast<std::uint32_t>(i), m_threads[static_cast<std::size_t>(thread)]);
            m_control.advance(end - begin);
        });
    }

    Status prune_neighbors(Adjacency& out) {
        KnnGraphOptions options;
        options.k = m_options.neighbors;
        options.rounds = m_options.rounds;
        options.least_change = kLeastChange;
        options.seed = m_options.seed;
        ANNSCOPE_ASSIGN(const KnnGraph knn, build_knn_graph(m_space, options, m_control));
        m_control.begin("Finding the medoid", 0);
        ANNSCOPE_ASSIGN(m_entry, m_space.medoid(m_control));
        out = Adjacency(m_n, m_options.max_degree);
        return each_node("Pruning neighbours", [&](std::uint32_t node, Scratch& scratch) {
            scratch.candidates.clear();
            for (std::size_t i = 0; i < knn.k(); ++i)
                scratch.candidates.push_back({knn.edge(node, i), false});
            prune(node, scratch, out);
        });
    }

    /// Rows become what is kept of them and of what a search on them meets.
    Status search(Adjacency& rows) {
        Adjacency out(m_n, m_options.max_degree);
        ANNSCOPE_TRY(each_node("Searching neighbours", [&](std::uint32_t node, Scratch& scratch) {
            const auto row = rows.neighbors(node);
            scratch.ids.assign(row.begin(), row.end());
            const Scorer scorer = m_space.from(node, scratch.values);
            score(scorer, scratch);
            scratch.candidates.clear();
            for (std::size_t i = 0; i < scratch.ids.size(); ++i)
                scratch.candidates.push_back({{scratch.distances[i], scratch.ids[i]}, false});
            MetTrace met(scratch.candidates, scratch.met);
            beam_search(rows.rows(), m_n, scorer, m_entry, m_options.search_width, scratch.search, met);
            met.add_nearest();
            std::erase_if(scratch.candidates, [node](const auto& c) { return c.node.id == node; });
            prune(node, scratch, out);
        }));
        rows = std::move(out);
        return {};
    }

    /// Rows, each the outcome of a pruning, become what is kept of them and of the nodes whose rows name
    /// them.
    Status link_back(Adjacency& rows) {
        ReverseLists reverse(m_n, m_n * m_options.max_degree);
        m_control.begin("Linking back", m_n);
        ANNSCOPE_TRY(reverse.fill(rows.rows(), m_control));
        Adjacency out(m_n, m_options.max_degree);
        ANNSCOPE_TRY(each_node("Linking back", [&](std::uint32_t node, Scratch& scratch) {
            const auto row = rows.neighbors(node);
            scratch.ids.assign(row.begin(), row.end());
            for (const std::uint32_t id : reverse.list(node))
                if (std::ranges::find(row, id) == row.end())
                    scratch.ids.push_back(id);
            std::sort(scratch.ids.begin() + static_cast<std::ptrdiff_t>(row.size()), scratch.ids.end());
            if (scratch.ids.size() <= m_options.max_degree)
                return out.assign(node, scratch.ids);
            score(m_space.from(node, scratch.values), scratch);
            scratch.candidates.clear();
            for (std::size_t i = 0; i < scratch.ids.size(); ++i)
                scratch.candidates.push_back({{scratch.distances[i], scratch.ids[i]}, i < row.size()});
            prune(node, scratch, out);
        }));
        rows = std::move(out);
        return {};
    }

    /// scratch.distances of scratch.ids.
    static void score(const Scorer& scorer, Scratch& scratch) {
        scratch.distances.resize(scratch.ids.size());
        scorer(scratch.ids.data(), scratch.ids.size(), scratch.distances.data());
    }

    /// Of scratch.candidates.
    void prune(std::uint32_t node, Scratch& scratch, Adjacency& out) {
        robust_prune(m_space, scratch.candidates, kAlpha, m_options.max_degree, scratch.prune, scratch.kept);
        scratch.ids.clear();
        for (const Candidate& kept : scratch.kept)
            scratch.ids.push_back(kept.id);
        out.assign(node, scratch.ids);
    }

    const NodeSpace& m_space;
    const NsgOptions& m_options;
    const Control& m_control;
    const std::size_t m_n;
    std::vector<Scratch> m_threads;
    std::uint32_t m_entry = 0;
};

} // namespace

std::uint64_t nsg_bytes(std::size_t n, const NsgOptions& options) noexcept {
    KnnGraphOptions knn;
    knn.k = options.neighbors;
    const std::uint64_t rows = Adjacency::bytes_of(n, options.max_degree);
    const std::uint64_t lists = NeighborLists::bytes_of(n, options.neighbors) + rows;
    const std::uint64_t linking = 2 * rows + ReverseLists::bytes_of(n, n * options.max_degree);
    return std::max({std::uint64_t{knn_graph_bytes(n, knn)}, lists, linking});
}

Result<LayeredGraph> build_nsg(const NodeSpace& space, const NsgOptions& options, const Control& control) {
    ANNSCOPE_TRY(check_memory(nsg_bytes(space.size(), options), "building the graph"));
    return Builder(space, options, control).run();
}

} // namespace annscope
