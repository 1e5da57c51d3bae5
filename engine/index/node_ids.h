// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/trace.h"
#include "core/types.h"
#include "graph/adjacency.h"
#include "graph/candidate.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace annscope {

class ArchiveWriter;
class ArchiveReader;
struct SearchOutput;
struct MemoryPart;

/// Which vector a graph's node holds. Nodes are numbered by their places; a vector's id is its row number
/// among all that were ever added. The two differ once vectors were removed and others took their places, or
/// where nodes were reordered; only then 4 bytes a node are kept. No id is given twice.
class NodeIds {
public:
    std::size_t nodes() const noexcept { return m_nodes; }
    std::size_t live() const noexcept { return m_live; }
    /// Every node's id is its number.
    bool plain() const noexcept { return m_ids.empty(); }

    /// kNoId where the vector was removed.
    Id operator[](std::size_t node) const noexcept {
        return m_ids.empty() ? static_cast<Id>(node) : m_ids[node] == kNoNode ? kNoId : Id{m_ids[node]};
    }
    /// Cost: a look at all nodes, unless plain.
    std::optional<std::uint32_t> node_of(Id id) const noexcept;
    std::vector<std::uint32_t> live_nodes() const;
    /// By node: no vector is there.
    std::vector<bool> gone() const;

    /// Where rows go that are added: to the places of removed ones, then behind the last.
    struct Room {
        std::vector<std::uint32_t> held, added; ///< nodes with vectors; nodes for the rows, in their order
        std::size_t nodes = 0;                  ///< in all
    };
    /// Errors: Unsupported (more nodes than a search list can number, or no ids are left).
    Result<Room> room_for(std::size_t rows) const;
    NodeIds with(const Room& room) const;
    /// The first rows, or the first after all were removed. order: the row that each node got; empty: its
    /// own.
    NodeIds with_first(std::size_t rows, std::span<const std::uint32_t> order) const;

    /// gone() and the nodes of ids. Errors: InvalidArgument, in which index names the index.
    Result<std::vector<bool>> gone_with(std::span<const Id> ids, std::string_view index) const;
    NodeIds without(const std::vector<bool>& gone) const;

    /// The best, ascending, by id where distances are equal. out: at least as many.
    void answer(std::span<const Candidate> best, SearchOutput out) const noexcept;
    /// Nodes in a search's events become ids.
    void rename(std::span<TraceEvent> events) const noexcept;

    Status save(ArchiveWriter& writer) const;
    /// Errors: CorruptFile (more nodes than there can be, an id twice, or not as many as the header tells).
    static Result<NodeIds> load(ArchiveReader& reader);

private:
    std::size_t m_nodes = 0, m_live = 0;
    Id m_next = 0;                    ///< of the next vector
    std::vector<std::uint32_t> m_ids; ///< of each node, kNoNode: none
};

/// What they occupy where they are not plain.
MemoryPart ids_memory(std::size_t n);

} // namespace annscope
