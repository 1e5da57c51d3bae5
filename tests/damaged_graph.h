// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/adjacency.h"
#include "index/archive_file.h"
#include "index/archive_header.h"

#include <cstring>
#include <filesystem>
#include <set>
#include <vector>

namespace annscope::test {

/// Passes sections on, without links to some nodes.
class CuttingWriter final : public ArchiveWriter {
public:
    CuttingWriter(ArchiveWriter& to, std::size_t stride, std::set<std::uint32_t> cut)
        : m_to(to), m_stride(stride), m_cut(std::move(cut)) {}

    Status begin(std::string_view tag, std::uint64_t bytes) override {
        m_links = tag.ends_with("graph") && !m_cut.empty();
        m_rows.clear();
        m_wanted = bytes;
        return m_to.begin(tag, bytes);
    }
    Status append(const void* data, std::size_t bytes) override {
        if (!m_links)
            return m_to.append(data, bytes);
        const auto* from = static_cast<const std::byte*>(data);
        m_rows.insert(m_rows.end(), from, from + bytes);
        if (m_rows.size() < m_wanted)
            return {};
        std::vector<std::uint32_t> ids(m_rows.size() / sizeof(std::uint32_t));
        std::memcpy(ids.data(), m_rows.data(), m_rows.size());
        for (std::size_t row = 0; row < ids.size(); row += m_stride) {
            std::size_t kept = row;
            for (std::size_t i = row; i < row + m_stride; ++i)
                if (!m_cut.contains(ids[i]))
                    ids[kept++] = ids[i];
            std::fill(ids.begin() + std::ptrdiff_t(kept), ids.begin() + std::ptrdiff_t(row + m_stride),
                      kNoNode);
        }
        return m_to.append(ids.data(), m_rows.size());
    }

private:
    ArchiveWriter& m_to;
    const std::size_t m_stride;
    const std::set<std::uint32_t> m_cut;
    bool m_links = false;
    std::uint64_t m_wanted = 0;
    std::vector<std::byte> m_rows;
};

/// The nodes every-1, 2 every-1, ... but not the entry and none of a layer above the base.
inline std::set<std::uint32_t> nodes_to_cut(const GraphView& graph, std::uint32_t every) {
    std::set<std::uint32_t> kept{graph.entry_point()}, cut;
    if (graph.levels() > 1)
        kept.insert(graph.level_nodes(1).begin(), graph.level_nodes(1).end());
    for (std::uint32_t node = every - 1; node < graph.size(); node += every)
        if (!kept.contains(node))
            cut.insert(node);
    return cut;
}

/// Writes an index whose base has no link to those nodes: what no build leaves behind.
inline Status save_damaged(const Index& index, const std::filesystem::path& path, std::uint32_t every) {
    const ArchiveHeader header{index.origin(), index.info()};
    ANNSCOPE_ASSIGN(const auto file, ArchiveFileWriter::create(path, {}));
    const std::string json = to_json(header);
    ANNSCOPE_TRY(file->section(kHeaderTag, json.data(), json.size()));
    const GraphView& graph = *index.graph();
    CuttingWriter cutting(*file, Adjacency::stride_of(graph.max_degree()), nodes_to_cut(graph, every));
    ANNSCOPE_TRY(index.save(cutting));
    return file->finish();
}

} // namespace annscope::test
