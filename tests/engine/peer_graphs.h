// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "faiss_file.h"
#include "graph/layered_graph.h"

#include <algorithm>
#include <map>
#include <optional>

namespace annscope::test {

// Graphs from the files of other libraries (formats.md 2.5, 3 and 4.2) as ours. Nothing where a file is cut
// or what it says cannot be; vectors are skipped, as they are those of the data set.

using Rows = std::vector<std::vector<std::uint32_t>>;

inline std::optional<Adjacency> adjacency_of(const Rows& rows, std::size_t nodes) {
    std::size_t degree = 1;
    for (const auto& row : rows) {
        degree = std::max(degree, row.size());
        if (std::ranges::any_of(row, [&](std::uint32_t id) { return id >= nodes; }))
            return std::nullopt;
    }
    Adjacency out(rows.size(), degree);
    for (std::size_t i = 0; i < rows.size(); ++i)
        out.assign(i, rows[i]);
    return out;
}

/// levels[l][node]: the links of a node in layer l, by node; nodes that a layer lacks have none. The entry is
/// in the highest.
inline std::optional<LayeredGraph>
layered(const std::vector<std::map<std::uint32_t, Rows::value_type>>& levels, std::size_t n,
        std::uint32_t entry) {
    Rows base(n);
    for (const auto& [node, row] : levels[0])
        base[node] = row;
    auto rows = adjacency_of(base, n);
    if (!rows || entry >= n)
        return std::nullopt;
    LayeredGraph graph{std::move(*rows), entry, {}};
    std::map<std::uint32_t, std::uint32_t> below; // rank of each node in the layer below
    for (std::size_t l = 1; l < levels.size(); ++l) {
        UpperLayer layer;
        std::map<std::uint32_t, std::uint32_t> ranks;
        if (!levels[l].contains(entry))
            return std::nullopt;
        const auto add = [&](std::uint32_t node) {
            if (ranks.emplace(node, static_cast<std::uint32_t>(ranks.size())).second) {
                layer.nodes.push_back(node);
                layer.below.push_back(l == 1 ? node : below.at(node));
            }
        };
        add(entry); // rank 0: where a search starts
        for (const auto& [node, row] : levels[l])
            add(node);
        Rows links(ranks.size());
        for (const auto& [node, row] : levels[l])
            for (const std::uint32_t to : row) {
                if (!ranks.contains(to))
                    return std::nullopt;
                links[ranks.at(node)].push_back(ranks.at(to));
            }
        auto of_ranks = adjacency_of(links, ranks.size());
        if (!of_ranks)
            return std::nullopt;
        layer.links = std::move(*of_ranks);
        graph.upper.push_back(std::move(layer));
        below = std::move(ranks);
    }
    return graph;
}

/// IHNf.
inline std::optional<LayeredGraph> read_faiss_hnsw(FaissFile file) {
    file.tag("IHNf");
    const auto n = static_cast<std::size_t>(file.header().size);
    file.many<double>(); // chances of the levels
    const auto ends = file.many<std::int32_t>();
    const auto counts = file.many<std::int32_t>();
    const auto offsets = file.many<std::uint64_t>();
    const auto links = file.many<std::int32_t>();
    const auto entry = file.one<std::int32_t>(), top = file.one<std::int32_t>();
    file.some<std::int32_t>(3); // efConstruction, efSearch, beam
    file.flat();
    if (!file.at_end() || counts.size() != n || offsets.size() != n + 1 || links.size() != offsets[n] ||
        top < 0 || static_cast<std::size_t>(top) + 1 >= ends.size() || entry < 0)
        return std::nullopt;
    std::vector<std::map<std::uint32_t, Rows::value_type>> levels(static_cast<std::size_t>(top) + 1);
    for (std::size_t node = 0; node < n; ++node)
        for (std::size_t l = 0; l < static_cast<std::size_t>(counts[node]); ++l) {
            const std::uint64_t begin = offsets[node] + static_cast<std::uint64_t>(ends[l]);
            const std::uint64_t end = offsets[node] + static_cast<std::uint64_t>(ends[l + 1]);
            if (l >= levels.size() || end > links.size())
                return std::nullopt;
            auto& row = levels[l][static_cast<std::uint32_t>(node)];
            for (std::uint64_t i = begin; i < end && links[i] >= 0; ++i)
                row.push_back(static_cast<std::uint32_t>(links[i]));
        }
    return layered(levels, n, static_cast<std::uint32_t>(entry));
}

/// INSf.
inline std::optional<LayeredGraph> read_faiss_nsg(FaissFile file) {
    file.tag("INSf");
    const auto n = static_cast<std::size_t>(file.header().size);
    file.one<std::int32_t>();   // GK
    file.one<std::int8_t>();    // kind of build
    file.some<std::int32_t>(4); // S, R, L, iter of NN-descent
    const auto total = file.one<std::int32_t>(), degree = file.one<std::int32_t>();
    file.some<std::int32_t>(3); // L, C, search_L
    const auto entry = file.one<std::int32_t>();
    if (file.one<std::uint8_t>() != 1 || static_cast<std::size_t>(total) != n || entry < 0)
        return std::nullopt;
    Rows rows(n);
    for (auto& row : rows)
        for (auto id = file.one<std::int32_t>(); id >= 0 && file.good(); id = file.one<std::int32_t>()) {
            if (row.size() == static_cast<std::size_t>(degree))
                return std::nullopt;
            row.push_back(static_cast<std::uint32_t>(id));
        }
    file.flat();
    auto base = adjacency_of(rows, n);
    if (!file.at_end() || !base || static_cast<std::size_t>(entry) >= n)
        return std::nullopt;
    return LayeredGraph{std::move(*base), static_cast<std::uint32_t>(entry), {}};
}

/// saveIndex of hnswlib, labels being row numbers; links are by place, and come out by label.
inline std::optional<LayeredGraph> read_hnswlib(FaissFile file) {
    file.some<std::uint64_t>(2); // offset, capacity
    const auto n = file.one<std::uint64_t>(), size = file.one<std::uint64_t>();
    const auto label_at = file.one<std::uint64_t>(), data_at = file.one<std::uint64_t>();
    const auto top = file.one<std::int32_t>();
    const auto entry = file.one<std::uint32_t>();
    const auto degree = file.one<std::uint64_t>();
    file.some<std::uint64_t>(4); // degree of the base, M, mult, efConstruction
    if (!file.good() || top < 0 || data_at > label_at || label_at + 8 != size)
        return std::nullopt;
    std::vector<std::map<std::uint32_t, Rows::value_type>> levels(static_cast<std::size_t>(top) + 1);
    std::vector<std::uint32_t> labels;
    const auto row_of = [](const std::vector<std::uint8_t>& bytes, std::size_t at) {
        std::uint16_t count = 0;
        std::memcpy(&count, bytes.data() + at, sizeof count);
        Rows::value_type row(count);
        if (at + 4 + row.size() * 4 <= bytes.size())
            std::memcpy(row.data(), bytes.data() + at + 4, row.size() * 4);
        return row;
    };
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto element = file.some<std::uint8_t>(size);
        if (!file.good())
            return std::nullopt;
        std::uint64_t label = 0;
        std::memcpy(&label, element.data() + label_at, sizeof label);
        labels.push_back(static_cast<std::uint32_t>(label));
        levels[0][i] = row_of(element, 0);
    }
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto bytes = file.some<std::uint8_t>(file.one<std::uint32_t>());
        for (std::size_t l = 0; l < bytes.size() / (degree * 4 + 4) && l + 1 < levels.size(); ++l)
            levels[l + 1][i] = row_of(bytes, l * (degree * 4 + 4));
    }
    if (!file.at_end() || entry >= n)
        return std::nullopt;
    for (auto& level : levels) {
        std::map<std::uint32_t, Rows::value_type> by_label;
        for (auto& [place, row] : level) {
            for (std::uint32_t& id : row) {
                if (id >= n)
                    return std::nullopt;
                id = labels[id];
            }
            by_label[labels[place]] = std::move(row);
        }
        level = std::move(by_label);
    }
    return layered(levels, n, labels[entry]);
}

/// DiskANN's graph in memory.
inline std::optional<LayeredGraph> read_diskann(FaissFile file) {
    file.one<std::uint64_t>(); // size of the file
    file.one<std::uint32_t>(); // largest degree
    const auto entry = file.one<std::uint32_t>();
    file.one<std::uint64_t>(); // frozen points
    Rows rows;
    while (file.good() && !file.at_end())
        rows.push_back(file.some<std::uint32_t>(file.one<std::uint32_t>()));
    auto base = adjacency_of(rows, rows.size());
    if (!file.at_end() || !base || entry >= rows.size())
        return std::nullopt;
    return LayeredGraph{std::move(*base), entry, {}};
}

} // namespace annscope::test
