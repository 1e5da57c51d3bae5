// SPDX-License-Identifier: Apache-2.0
#include "index/node_ids.h"

#include "index/index.h"
#include "index/serialize.h"

#include <algorithm>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kMostNodes = 0x7fffffff; // search lists use 31 bits
constexpr Id kMostIds = kNoNode;

} // namespace

std::optional<std::uint32_t> NodeIds::node_of(Id id) const noexcept {
    if (id < 0 || id >= (plain() ? static_cast<Id>(m_nodes) : m_next))
        return std::nullopt;
    if (plain())
        return static_cast<std::uint32_t>(id);
    const auto found = std::ranges::find(m_ids, static_cast<std::uint32_t>(id));
    return found == m_ids.end() ? std::nullopt
                                : std::optional(static_cast<std::uint32_t>(found - m_ids.begin()));
}

std::vector<std::uint32_t> NodeIds::live_nodes() const {
    std::vector<std::uint32_t> nodes;
    nodes.reserve(m_live);
    for (std::uint32_t node = 0; node < m_nodes; ++node)
        if ((*this)[node] != kNoId)
            nodes.push_back(node);
    return nodes;
}

std::vector<bool> NodeIds::gone() const {
    std::vector<bool> gone(m_nodes);
    for (std::size_t node = 0; node < m_nodes; ++node)
        gone[node] = (*this)[node] == kNoId;
    return gone;
}

Result<NodeIds::Room> NodeIds::room_for(std::size_t rows) const {
    if (rows > kMostNodes - m_live || static_cast<Id>(rows) > kMostIds - m_next)
        return Error{
            ErrorCode::Unsupported,
            "A graph holds at most 2147483647 vectors, and 4294967295 over its life; with these there "
            "would be " +
                std::to_string(m_live + rows) + ", and " +
                std::to_string(static_cast<std::uint64_t>(m_next) + rows) + " over its life."};
    Room room;
    room.held = live_nodes();
    for (std::uint32_t node = 0; node < m_nodes && room.added.size() < rows; ++node)
        if ((*this)[node] == kNoId)
            room.added.push_back(node);
    room.nodes = m_nodes;
    while (room.added.size() < rows)
        room.added.push_back(static_cast<std::uint32_t>(room.nodes++));
    return room;
}

NodeIds NodeIds::with(const Room& room) const {
    NodeIds out = *this;
    out.m_nodes = room.nodes;
    out.m_live = m_live + room.added.size();
    out.m_next = m_next + static_cast<Id>(room.added.size());
    const bool stays_plain = plain() && out.m_next == static_cast<Id>(out.m_nodes);
    if (stays_plain)
        return out;
    out.m_ids.resize(room.nodes, kNoNode);
    for (std::size_t i = 0; i < room.added.size(); ++i)
        out.m_ids[room.added[i]] = static_cast<std::uint32_t>(m_next) + static_cast<std::uint32_t>(i);
    return out;
}

NodeIds NodeIds::with_first(std::size_t rows, std::span<const std::uint32_t> order) const {
    NodeIds out;
    out.m_nodes = out.m_live = rows;
    out.m_next = m_next + static_cast<Id>(rows);
    if (m_next == 0 && order.empty())
        return out;
    out.m_ids.resize(rows);
    if (order.empty())
        std::iota(out.m_ids.begin(), out.m_ids.end(), 0u);
    else
        std::ranges::copy(order, out.m_ids.begin());
    for (std::uint32_t& id : out.m_ids)
        id += static_cast<std::uint32_t>(m_next);
    return out;
}

Result<std::vector<bool>> NodeIds::gone_with(std::span<const Id> ids, std::string_view index) const {
    std::vector<bool> out = gone();
    std::vector<std::uint32_t> nodes(static_cast<std::size_t>(m_next), kNoNode);
    for (std::uint32_t node = 0; node < m_nodes; ++node)
        if (const Id id = (*this)[node]; id != kNoId)
            nodes[static_cast<std::size_t>(id)] = node;
    for (const Id id : ids) {
        if (id < 0 || id >= m_next || nodes[static_cast<std::size_t>(id)] == kNoNode)
            return Error{ErrorCode::InvalidArgument,
                         "The index " + std::string(index) + " has no vector " + std::to_string(id) + "."};
        out[nodes[static_cast<std::size_t>(id)]] = true;
    }
    return out;
}

NodeIds NodeIds::without(const std::vector<bool>& gone) const {
    NodeIds out;
    out.m_next = m_next;
    out.m_live = static_cast<std::size_t>(std::ranges::count(gone, false));
    if (out.m_live == 0)
        return out;
    out.m_nodes = m_nodes;
    out.m_ids.resize(m_nodes);
    for (std::size_t node = 0; node < m_nodes; ++node)
        out.m_ids[node] = gone[node] ? kNoNode : static_cast<std::uint32_t>((*this)[node]);
    return out;
}

void NodeIds::answer(std::span<const Candidate> best, SearchOutput out) const noexcept {
    for (std::size_t i = 0; i < best.size(); ++i) {
        out.distances[i] = best[i].distance;
        out.ids[i] = (*this)[best[i].id];
        for (std::size_t j = i;
             j > 0 && out.distances[j - 1] == out.distances[j] && out.ids[j - 1] > out.ids[j]; --j)
            std::swap(out.ids[j - 1], out.ids[j]);
    }
}

void NodeIds::rename(std::span<TraceEvent> events) const noexcept {
    if (plain())
        return;
    for (TraceEvent& event : events)
        if (event.kind != TraceEvent::Kind::EnterLevel)
            event.id = (*this)[static_cast<std::size_t>(event.id)];
}

Status NodeIds::save(ArchiveWriter& writer) const {
    const std::uint64_t places[2] = {m_nodes, static_cast<std::uint64_t>(m_next)};
    ANNSCOPE_TRY(writer.array("places", std::span<const std::uint64_t>(places)));
    return writer.array("ids", std::span<const std::uint32_t>(m_ids));
}

Result<NodeIds> NodeIds::load(ArchiveReader& reader) {
    const std::size_t size = reader.header().size;
    ANNSCOPE_ASSIGN(const AlignedBuffer<std::uint64_t> places, reader.array<std::uint64_t>("places", 2));
    if (places[0] < size || places[0] > kMostNodes || places[1] < places[0] ||
        places[1] > static_cast<std::uint64_t>(kMostIds))
        return reader.corrupt("places",
                              std::to_string(places[0]) + " places for " + std::to_string(size) + " vectors");
    ANNSCOPE_ASSIGN(const std::span<const std::byte> bytes, reader.section("ids"));
    NodeIds out;
    out.m_nodes = places[0];
    out.m_next = static_cast<Id>(places[1]);
    ANNSCOPE_ASSIGN(const AlignedBuffer<std::uint32_t> ids,
                    reader.array<std::uint32_t>("ids", bytes.empty() ? 0 : out.m_nodes));
    out.m_ids.assign(ids.begin(), ids.end());
    std::vector<std::uint32_t> sorted;
    std::ranges::copy_if(out.m_ids, std::back_inserter(sorted),
                         [](std::uint32_t id) { return id != kNoNode; });
    std::ranges::sort(sorted);
    out.m_live = out.plain() ? out.m_nodes : sorted.size();
    if (std::ranges::adjacent_find(sorted) != sorted.end() ||
        (!sorted.empty() && Id{sorted.back()} >= out.m_next) || out.m_live != size ||
        (out.plain() && out.m_nodes > 0 && out.m_next != static_cast<Id>(out.m_nodes)))
        return reader.corrupt("ids", "they are not one for each vector");
    return out;
}

MemoryPart ids_memory(std::size_t n) {
    return {"ids", n * sizeof(std::uint32_t), "n * 4"};
}

} // namespace annscope
