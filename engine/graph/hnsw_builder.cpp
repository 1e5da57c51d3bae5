// SPDX-License-Identifier: Apache-2.0
#include "graph/hnsw_builder.h"

#include "core/parallel.h"
#include "core/random.h"
#include "graph/connect.h"
#include "graph/descend.h"

#include <algorithm>
#include <numeric>

namespace annscope {
namespace {

/// Nodes of one layer as they are inserted into it.
struct LayerPlan {
    std::vector<std::uint32_t> order; ///< rows of the layer's space: those held, then those added
    std::size_t held = 0;
    std::size_t first = 0; ///< so many of those added are in the layer above as well
};

class Growth {
public:
    Growth(const NodeSpace& space, const HnswOptions& options, const Control& control,
           InsertObserver* observer)
        : m_space(space), m_options(options), m_control(control), m_observer(observer),
          m_threads(static_cast<std::size_t>(effective_threads(control))) {}

    /// added: in the order of their layers, those of the highest first.
    Result<LayeredGraph> run(const LayeredGraph& graph, std::span<const std::uint32_t> held,
                             std::span<const std::uint32_t> added) {
        for (const UpperLayer& layer : graph.upper)
            m_upper.push_back(layer.copy());
        add_to_layers(held, added);
        std::size_t nodes = 0;
        for (const UpperLayer& layer : m_upper)
            nodes += layer.size();
        m_control.begin("Upper layers", 2 * nodes);
        for (std::size_t l = m_upper.size(); l-- > 0;)
            ANNSCOPE_TRY(fill_upper(l));

        LayerPlan plan;
        plan.order.assign(held.begin(), held.end());
        plan.order.insert(plan.order.end(), added.begin(), added.end());
        plan.held = held.size();
        plan.first = m_new.empty() ? 0 : m_new.front();
        m_above = m_upper;
        LayeredGraph result{
            graph.base.resized(m_space.size()), held.empty() ? added.front() : graph.entry, {}};
        m_control.begin("Inserting", added.size() + m_space.size());
        ANNSCOPE_TRY(fill(m_space, plan, result.base, m_observer));
        m_control.begin("Connecting", plan.order.size());
        ANNSCOPE_TRY(connect_unreachable(m_space, result.entry, m_options.search_width, plan.order,
                                         result.base, m_control));
        result.upper = std::move(m_upper);
        return result;
    }

private:
    struct Scratch {
        SearchScratch search;
        std::vector<float> values;
    };

    /// Appends the nodes that each layer gets, with empty rows.
    void add_to_layers(std::span<const std::uint32_t> held, std::span<const std::uint32_t> added) {
        const std::vector<std::size_t> sizes = hnsw_layer_sizes(held.size() + added.size(), m_options.M);
        m_upper.resize(std::max(m_upper.size(), sizes.size()));
        m_new.assign(m_upper.size(), 0);
        std::size_t limit = added.size(), below = held.size();
        for (std::size_t l = 0; l < m_upper.size(); ++l) {
            UpperLayer& layer = m_upper[l];
            const std::size_t size = layer.size(), wanted = l < sizes.size() ? sizes[l] : 0;
            m_new[l] = std::min(limit, wanted > size ? wanted - size : 0);
            for (std::size_t i = 0; i < m_new[l]; ++i) {
                layer.nodes.push_back(added[i]);
                layer.below.push_back(l == 0 ? added[i] : static_cast<std::uint32_t>(below + i));
            }
            layer.links = layer.links.max_degree() > 0 ? layer.links.resized(layer.size())
                                                       : Adjacency(layer.size(), m_options.M);
            limit = m_new[l];
            below = size;
        }
        while (!m_upper.empty() && m_upper.back().size() == 0)
            m_upper.pop_back();
    }

    Status fill_upper(std::size_t l) {
        UpperLayer& layer = m_upper[l];
        LayerPlan plan;
        plan.order.resize(layer.size());
        std::iota(plan.order.begin(), plan.order.end(), 0u);
        plan.held = layer.size() - m_new[l];
        plan.first = l + 1 < m_upper.size() ? m_new[l + 1] : 0;
        m_above = std::span(m_upper).subspan(l + 1);
        m_rows = layer.nodes;
        const Status filled = fill(m_space.subset(layer.nodes), plan, layer.links, nullptr);
        m_rows = {};
        return filled;
    }

    /// Nodes that are in the layer above as well come first; once they are in the graph, searches start at
    /// the nearest that the layers above lead to.
    Status fill(const NodeSpace& space, const LayerPlan& plan, Adjacency& out, InsertObserver* observer) {
        GraphInserter inserter(space, out.max_degree(), m_control, observer);
        ANNSCOPE_TRY(inserter.load(out));
        InsertOptions options;
        options.search_width = m_options.search_width;
        options.new_degree = m_options.M;
        options.candidates = LinkCandidates::Found;
        const std::span<const std::uint32_t> order = plan.order;
        const std::size_t begin = std::max<std::size_t>(plan.held, 1);
        const std::size_t first = m_above.empty() ? order.size() : std::max(plan.held + plan.first, begin);
        if (plan.held == 0)
            m_control.advance(1);
        const std::uint32_t fixed = order.front();
        ANNSCOPE_TRY(inserter.insert(order.first(first), begin, begin, options,
                                     [fixed](std::uint32_t, const Scorer&, int) { return fixed; }));
        ANNSCOPE_TRY(inserter.insert(order, first, first, options,
                                     [this](std::uint32_t row, const Scorer&, int thread) {
                                         return descent(m_rows.empty() ? row : m_rows[row], thread);
                                     }));
        return inserter.finish(out);
    }

    /// The row in the layer below m_above where a search for a node starts.
    std::uint32_t descent(std::uint32_t node, int thread) {
        Scratch& scratch = m_threads[static_cast<std::size_t>(thread)];
        SearchCounts counts;
        NullTrace trace;
        const std::uint32_t rank =
            descend(m_above, m_space.from(node, scratch.values), scratch.search, counts, trace);
        return m_above.front().below[rank];
    }

    const NodeSpace& m_space;
    const HnswOptions& m_options;
    const Control& m_control;
    InsertObserver* m_observer;
    std::vector<Scratch> m_threads;
    std::vector<UpperLayer> m_upper;
    std::vector<std::size_t> m_new;        // nodes that each layer gets
    std::span<const UpperLayer> m_above;   // those that are complete
    std::span<const std::uint32_t> m_rows; // node of each row of the layer; empty: the base
};

} // namespace

std::vector<std::size_t> hnsw_layer_sizes(std::size_t n, std::size_t M) {
    std::vector<std::size_t> sizes;
    for (std::size_t size = n / M; size >= 2; size /= M)
        sizes.push_back(size);
    return sizes;
}

Result<LayeredGraph> grow_hnsw(const NodeSpace& space, const LayeredGraph& graph,
                               std::span<const std::uint32_t> held, std::span<const std::uint32_t> added,
                               const HnswOptions& options, const Control& control, InsertObserver* observer) {
    const std::size_t n = space.size(), degree = 2 * options.M;
    ANNSCOPE_TRY(check_memory(GraphInserter::bytes_of(n, degree) + 2 * Adjacency::bytes_of(n, degree),
                              "building the graph"));
    std::vector<std::uint32_t> order;
    for (const std::uint32_t i : random_sample(added.size(), added.size(), options.seed + held.size()))
        order.push_back(added[i]);
    return Growth(space, options, control, observer).run(graph, held, order);
}

Result<LayeredGraph> build_hnsw(const NodeSpace& space, const HnswOptions& options, const Control& control,
                                InsertObserver* observer) {
    std::vector<std::uint32_t> all(space.size());
    std::iota(all.begin(), all.end(), 0u);
    const LayeredGraph nothing{Adjacency(0, 2 * options.M), 0, {}};
    return grow_hnsw(space, nothing, {}, all, options, control, observer);
}

} // namespace annscope
