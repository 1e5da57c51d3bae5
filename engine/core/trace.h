// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"

#include <concepts>
#include <vector>

namespace annscope {

/// What a search tells about its way. One algorithm serves search (NullTrace, compiled away) and explain
/// (PathTrace).
template<class T>
concept SearchTrace = requires(T t, Id id, float d, int level, bool kept) {
    { T::kEnabled } -> std::convertible_to<bool>;
    t.enter_level(level);
    t.probe_cell(id, d);
    t.expand(id, d);
    t.consider(id, d, kept);
    t.rerank(id, d, d);
};

struct NullTrace {
    static constexpr bool kEnabled = false;
    void enter_level(int) noexcept {}
    void probe_cell(Id, float) noexcept {}
    void expand(Id, float) noexcept {}
    void consider(Id, float, bool) noexcept {}
    void rerank(Id, float, float) noexcept {}
};

/// One step of a search, in the order in which it happened.
struct TraceEvent {
    enum class Kind : std::uint8_t {
        EnterLevel, ///< id: level
        ProbeCell,  ///< id: cell, distance: to its centroid
        Expand,     ///< id: node whose neighbours are read next
        Consider,   ///< id: vector whose distance was computed; kept: it entered the list
        Rerank      ///< id, distance: approximate, exact: after re-ranking
    };
    Kind kind;
    bool kept = false;
    Id id = kNoId;
    float distance = 0;
    float exact = 0;
};

class PathTrace {
public:
    static constexpr bool kEnabled = true;
    void enter_level(int level) { events.push_back({TraceEvent::Kind::EnterLevel, false, level, 0, 0}); }
    void probe_cell(Id cell, float d) { events.push_back({TraceEvent::Kind::ProbeCell, false, cell, d, 0}); }
    void expand(Id id, float d) { events.push_back({TraceEvent::Kind::Expand, false, id, d, 0}); }
    void consider(Id id, float d, bool kept) {
        events.push_back({TraceEvent::Kind::Consider, kept, id, d, 0});
    }
    void rerank(Id id, float approximate, float exact) {
        events.push_back({TraceEvent::Kind::Rerank, false, id, approximate, exact});
    }

    std::vector<TraceEvent> events;
};

static_assert(SearchTrace<NullTrace> && SearchTrace<PathTrace>);

} // namespace annscope
