// SPDX-License-Identifier: Apache-2.0
// A graph index in a file, and what a damaged one must not do to a search.
#include "index/graph_index_class.h"
#include "index/serialize.h"

#include <algorithm>

namespace annscope {

std::string fault_in_rows(std::span<const std::uint32_t> ids, std::size_t n, std::size_t degree) {
    const std::size_t stride = Adjacency::stride_of(degree);
    for (std::size_t node = 0; node < n; ++node) {
        bool ended = false;
        for (std::size_t i = 0; i < stride; ++i) {
            const std::uint32_t id = ids[node * stride + i];
            if (id != kNoNode && (id >= n || ended || i >= degree))
                return "entry " + std::to_string(i) + " of node " + std::to_string(node) + " is " +
                       std::to_string(id) + " among " + std::to_string(n) + " nodes of at most " +
                       std::to_string(degree) + " neighbours";
            ended = ended || id == kNoNode;
        }
    }
    return {};
}

Status GraphIndex::save(ArchiveWriter& writer) const {
    ANNSCOPE_TRY(m_vectors.save(writer));
    ANNSCOPE_TRY(m_ids.save(writer));
    if (live() == 0)
        return {};
    ANNSCOPE_TRY(writer.array("graph", m_graph.base.ids()));
    ANNSCOPE_TRY(writer.value("entry", m_graph.entry));
    if (m_recipe.layer_sizes) {
        std::vector<std::uint64_t> sizes;
        std::vector<std::uint32_t> nodes, below, links;
        for (const UpperLayer& layer : m_graph.upper) {
            sizes.push_back(layer.size());
            nodes.insert(nodes.end(), layer.nodes.begin(), layer.nodes.end());
            below.insert(below.end(), layer.below.begin(), layer.below.end());
            links.insert(links.end(), layer.links.ids().begin(), layer.links.ids().end());
        }
        ANNSCOPE_TRY(writer.array("layer_sizes", std::span<const std::uint64_t>(sizes)));
        ANNSCOPE_TRY(writer.array("layer_nodes", std::span<const std::uint32_t>(nodes)));
        ANNSCOPE_TRY(writer.array("layer_below", std::span<const std::uint32_t>(below)));
        ANNSCOPE_TRY(writer.array("layer_links", std::span<const std::uint32_t>(links)));
    }
    return {};
}

Status GraphIndex::load_layers(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(const std::span<const std::byte> bytes, reader.section("layer_sizes"));
    ANNSCOPE_ASSIGN(const AlignedBuffer<std::uint64_t> sizes,
                    reader.array<std::uint64_t>("layer_sizes", bytes.size() / sizeof(std::uint64_t)));
    std::uint64_t all = 0, below_size = size();
    for (const std::uint64_t size : sizes) {
        if (size == 0 || size > below_size)
            return reader.corrupt("layer_sizes", "a layer of " + std::to_string(size) +
                                                     " nodes above one of " + std::to_string(below_size));
        all += below_size = size;
    }
    const std::size_t stride = Adjacency::stride_of(degree());
    ANNSCOPE_ASSIGN(const AlignedBuffer<std::uint32_t> nodes,
                    reader.array<std::uint32_t>("layer_nodes", all));
    ANNSCOPE_ASSIGN(const AlignedBuffer<std::uint32_t> below,
                    reader.array<std::uint32_t>("layer_below", all));
    ANNSCOPE_ASSIGN(const AlignedBuffer<std::uint32_t> links,
                    reader.array<std::uint32_t>("layer_links", all * stride));
    std::size_t at = 0;
    for (std::size_t l = 0; l < sizes.size(); ++l) {
        const std::size_t size = sizes[l];
        UpperLayer layer;
        layer.nodes.assign(nodes.begin() + at, nodes.begin() + at + size);
        layer.below.assign(below.begin() + at, below.begin() + at + size);
        AlignedBuffer<std::uint32_t> rows(size * stride);
        std::copy_n(links.begin() + at * stride, rows.size(), rows.begin());
        if (const std::string fault = fault_in_rows({rows.data(), rows.size()}, size, degree());
            !fault.empty())
            return reader.corrupt("layer_links", fault);
        for (std::size_t i = 0; i < size; ++i) {
            const bool known = layer.nodes[i] < this->size() &&
                               (l == 0 ? layer.below[i] == layer.nodes[i]
                                       : layer.below[i] < m_graph.upper[l - 1].size() &&
                                             m_graph.upper[l - 1].nodes[layer.below[i]] == layer.nodes[i]);
            if (!known)
                return reader.corrupt("layer_below", "rank " + std::to_string(i) + " of layer " +
                                                         std::to_string(l + 1) +
                                                         " is not in the layer below");
        }
        layer.links = Adjacency(size, degree(), std::move(rows));
        m_graph.upper.push_back(std::move(layer));
        at += size;
    }
    return {};
}

/// No search may come past what was removed.
Status GraphIndex::check_removed(const ArchiveReader& reader) const {
    const std::vector<bool> gone = m_ids.gone();
    for (std::size_t node = 0; node < size(); ++node)
        for (const std::uint32_t to : neighbors(node))
            if (gone[to])
                return reader.corrupt("graph", "a link leads to a vector that was removed");
    return gone[m_graph.entry] ? Status(reader.corrupt("entry", "it was removed")) : Status();
}

Status GraphIndex::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(m_ids, NodeIds::load(reader));
    const std::size_t n = m_ids.nodes(), base = m_recipe.base_degree(degree());
    if (n == 0)
        return m_vectors.load(reader, 0);
    ANNSCOPE_ASSIGN(AlignedBuffer<std::uint32_t> rows,
                    reader.array<std::uint32_t>("graph", n * Adjacency::stride_of(base)));
    if (const std::string fault = fault_in_rows({rows.data(), rows.size()}, n, base); !fault.empty())
        return reader.corrupt("graph", fault);
    ANNSCOPE_TRY(m_vectors.load(reader, n));
    ANNSCOPE_ASSIGN(m_graph.entry, reader.value<std::uint32_t>("entry"));
    if (m_graph.entry >= n)
        return reader.corrupt("entry", "node " + std::to_string(m_graph.entry) + " of " + std::to_string(n));
    m_graph.base = Adjacency(n, base, std::move(rows));
    if (m_recipe.layer_sizes)
        ANNSCOPE_TRY(load_layers(reader));
    return check_removed(reader);
}

} // namespace annscope
