// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/prefetch.h"
#include "core/trace.h"
#include "data/vector_set.h"
#include "graph/adjacency.h"
#include "graph/scorer.h"
#include "graph/search_list.h"
#include "graph/visited_set.h"
#include "quant/rabitq.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace annscope {

/// Where the parts of a node lie in its block: its vector, its neighbours' codes by 32 in FastScan's order,
/// their factors (32 add, 32 scale by turns) and their numbers. Every part begins at a cache line.
struct QuantizedLayout {
    QuantizedLayout() = default;
    /// degree: a multiple of 32.
    QuantizedLayout(std::size_t dim, ElementType type, std::size_t degree);

    static constexpr std::size_t kLanes = 32;
    /// Fewer dimensions are filled up with zeros before they are rotated: the signs of so few would say
    /// little.
    static constexpr std::size_t kLeastBits = 64;
    static std::size_t code_dim(std::size_t dim) noexcept;

    std::size_t code_bytes = 0; ///< of 32 neighbours
    std::size_t codes = 0, factors = 0, ids = 0, bytes = 0;
};

struct QuantizedCounts {
    std::uint64_t distances = 0, hops = 0, codes = 0;
};

/// A graph whose nodes keep, beside their own vector, the 1-bit RaBitQ codes of their neighbours' differences
/// to them: a step of a search reads one block from its beginning to its end, computes one exact distance,
/// and estimates those of all neighbours by one pass of table look-ups. Nodes are expanded by estimates, and
/// only exact distances are answers. Sources: NGT-QG (Iwasaki, Yahoo Japan, 2020); Gou et al., "SymphonyQG",
/// SIGMOD 2025.
class QuantizedGraph {
public:
    QuantizedGraph() = default;
    /// vectors: as an index stores them; graph: of as many nodes, below 2^31, its rows of at most degree;
    /// live: the nodes that links lead to, all others are out of the graph. Phases: "Rotating vectors",
    /// "Coding neighbours". Cost: n x (edges + 1) encodings; memory: n x d floats beside the result. Errors:
    /// OutOfMemory, Cancelled.
    static Result<QuantizedGraph> create(const VectorSet& vectors, const Adjacency& graph,
                                         std::uint32_t entry, std::span<const std::uint32_t> live,
                                         std::size_t degree, Metric metric, std::uint64_t seed,
                                         const Control& control);

    /// What a file holds; the rest follows from it.
    struct Parts {
        AlignedBuffer<std::byte> blocks;
        AlignedBuffer<float> centre;
        AlignedBuffer<std::uint32_t> starts;
        AlignedBuffer<std::uint8_t> start_codes;
        AlignedBuffer<float> start_factors;
    };
    static QuantizedGraph restore(Parts parts, std::size_t n, std::size_t dim, ElementType type,
                                  std::size_t degree, Metric metric, std::uint64_t seed);
    const Parts& parts() const noexcept { return m_parts; }

    std::size_t size() const noexcept { return m_n; }
    std::size_t max_degree() const noexcept { return m_degree; }
    std::uint32_t entry() const noexcept { return m_parts.starts[0]; }
    const QuantizedLayout& layout() const noexcept { return m_layout; }
    const RabitqQuantizer& quantizer() const noexcept { return m_quantizer; }
    /// The rows in their blocks; belongs to this object.
    const VectorSet& vectors() const noexcept { return m_vectors; }
    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept;
    /// The same and what fills the row up, kNoNode.
    std::span<const std::uint32_t> lanes(std::size_t node) const noexcept {
        return {neighbor_blocks(node).ids, m_degree};
    }
    const std::byte* block(std::size_t node) const noexcept {
        return m_parts.blocks.data() + node * m_layout.bytes;
    }

    /// Nodes among which a search chooses its start, by estimates as well: about the root of n.
    static std::size_t starts_of(std::size_t n) noexcept;

    /// Buffers of one thread.
    struct Scratch {
        RabitqQuery query;
        std::vector<float> padded;
        VisitedSet visited, expanded;
        SearchList list, found;
        AlignedBuffer<std::uint16_t> sums;
        AlignedBuffer<float> estimates;
        AlignedBuffer<std::uint32_t> ids;
    };
    /// The k nearest of what a search with a list of width (at least k) expands: scratch.found. scorer: from
    /// the query to vectors(); query: the same as floats, of unit length for cosine.
    template<SearchTrace Trace>
    QuantizedCounts search(const Scorer& scorer, const float* query, std::size_t k, std::size_t width,
                           Scratch& scratch, Trace& trace) const;

private:
    struct NeighborBlocks {
        const std::uint8_t* codes;
        const float* factors;
        const std::uint32_t* ids;
        std::size_t count; ///< of 32
    };

    Result<AlignedBuffer<float>> rotated(const VectorSet& vectors, std::vector<float>& beside,
                                         const Control& control) const;
    void code_starts(const float* rotated, const std::vector<float>& beside, std::uint32_t entry,
                     std::span<const std::uint32_t> live, std::uint64_t seed);
    Status code_neighbors(const VectorSet& vectors, const Adjacency& graph, const float* rotated,
                          const std::vector<float>& beside, const Control& control);
    void set_parts(Parts parts, ElementType type);

    void prepare(const float* query, std::size_t k, std::size_t width, Scratch& scratch) const;
    template<SearchTrace Trace>
    void start(const float* query, Scratch& scratch, Trace& trace) const;
    float offset_of_centre(const float* query) const noexcept;
    NeighborBlocks neighbor_blocks(std::size_t node) const noexcept {
        const std::byte* const at = block(node);
        return {reinterpret_cast<const std::uint8_t*>(at + m_layout.codes),
                reinterpret_cast<const float*>(at + m_layout.factors),
                reinterpret_cast<const std::uint32_t*>(at + m_layout.ids),
                m_degree / QuantizedLayout::kLanes};
    }
    /// Those whose estimates are below limit: into scratch.estimates and .ids. offset: the exact distance of
    /// what the codes are relative to.
    std::size_t estimate(const NeighborBlocks& neighbors, float offset, float limit,
                         Scratch& scratch) const noexcept;

    std::size_t m_n = 0, m_dim = 0, m_degree = 0;
    Metric m_metric = Metric::L2;
    QuantizedLayout m_layout;
    RabitqQuantizer m_quantizer;
    Parts m_parts;
    VectorSet m_vectors;
};

template<SearchTrace Trace>
void QuantizedGraph::start(const float* query, Scratch& scratch, Trace& trace) const {
    const NeighborBlocks starts{m_parts.start_codes.data(), m_parts.start_factors.data(),
                                m_parts.starts.data(), m_parts.starts.size() / QuantizedLayout::kLanes};
    const std::size_t count =
        estimate(starts, offset_of_centre(query), std::numeric_limits<float>::infinity(), scratch);
    const float* const estimates = scratch.estimates.data();
    const auto best = static_cast<std::size_t>(std::min_element(estimates, estimates + count) - estimates);
    const auto push = [&](std::uint32_t id, float estimate) {
        if (scratch.visited.insert(id))
            trace.consider(id, estimate, scratch.list.push(estimate, id));
    };
    if (best < count)
        push(scratch.ids[best], estimates[best]);
    // From the entry all can be reached: that matters where everything is asked for.
    const bool estimated = count > 0 && scratch.ids[0] == entry();
    push(entry(), estimated ? estimates[0] : std::numeric_limits<float>::max());
}

template<SearchTrace Trace>
QuantizedCounts QuantizedGraph::search(const Scorer& scorer, const float* query, std::size_t k,
                                       std::size_t width, Scratch& scratch, Trace& trace) const {
    prepare(query, k, width, scratch);
    SearchList& list = scratch.list;
    QuantizedCounts counts{0, 0, m_parts.starts.size()};
    start(query, scratch, trace);
    while (list.has_waiting()) {
        const Candidate node = list.pop();
        if (list.has_waiting())
            prefetch_lines(block(list.peek()), m_layout.bytes);
        const float distance = scorer(node.id);
        trace.expand(node.id, distance);
        scratch.expanded.insert(node.id);
        scratch.found.push(distance, node.id);
        ++counts.hops;
        const float bound = list.bound();
        const float limit = Trace::kEnabled ? std::numeric_limits<float>::infinity() : bound;
        const std::size_t count = estimate(neighbor_blocks(node.id), distance, limit, scratch);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t id = scratch.ids[i];
            const float near = scratch.estimates[i];
            if (Trace::kEnabled && !(near < bound))
                trace.consider(id, near, false);
            else if (scratch.visited.insert(id))
                trace.consider(id, near, list.push(near, id));
            else if (!scratch.expanded.contains(id))
                trace.consider(id, near, list.lower(near, id));
        }
        if (list.has_waiting())
            prefetch_lines(block(list.peek()), m_layout.bytes);
    }
    counts.distances = counts.hops;
    counts.codes += counts.hops * m_degree;
    return counts;
}

} // namespace annscope
