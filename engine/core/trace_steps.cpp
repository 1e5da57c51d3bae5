// SPDX-License-Identifier: Apache-2.0
#include "core/trace_steps.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace annscope {

namespace {

constexpr std::size_t kCheckpoints = 64, kShortestStride = 16;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool nearer(const TraceEntry& a, const TraceEntry& b) noexcept {
    return a.distance < b.distance;
}

/// Vectors of one Scan step; 0: the search tells of nodes or cells.
std::size_t scan_part(const PathTrace& trace) {
    std::size_t considered = 0;
    for (const TraceEvent& event : trace.events) {
        if (event.kind == TraceEvent::Kind::Consider)
            ++considered;
        else if (event.kind != TraceEvent::Kind::Rerank)
            return 0;
    }
    return (considered + TraceSteps::kScanParts - 1) / TraceSteps::kScanParts;
}

/// Cuts events into steps; what depends on the list comes later.
class Cutter {
public:
    Cutter(TraceSteps& out, std::size_t part) : m_out(out), m_part(part) {}

    void take(const TraceEvent& event) {
        switch (event.kind) {
        case TraceEvent::Kind::EnterLevel:
            m_level = static_cast<int>(event.id);
            m_found_by.clear();
            begin(TraceStep::Kind::Start, {});
            break;
        case TraceEvent::Kind::Expand:
            begin(TraceStep::Kind::Expand, event);
            break;
        case TraceEvent::Kind::ProbeCell:
            begin(TraceStep::Kind::Probe, event);
            break;
        case TraceEvent::Kind::Consider:
            consider(event);
            break;
        case TraceEvent::Kind::Rerank:
            break;
        }
    }
    /// entries: ascending; the first k of them are kept.
    void rerank(std::span<const TraceEntry> entries, std::size_t k) {
        begin(TraceStep::Kind::Rerank, {});
        TraceStep& step = m_out.steps.back();
        for (const TraceEntry& entry : entries)
            m_out.visits.push_back({entry.id, entry.distance, m_out.visits.size() < step.first + k});
        step.end = m_out.visits.size();
        step.kept = std::min(entries.size(), k);
        step.distance = entries.front().distance;
    }

private:
    void begin(TraceStep::Kind kind, const TraceEvent& event) {
        TraceStep step;
        step.kind = kind;
        step.level = m_level;
        step.hop = m_out.steps.empty() ? 0 : m_out.steps.back().hop;
        step.hop += kind != TraceStep::Kind::Start && kind != TraceStep::Kind::Rerank ? 1 : 0;
        step.id = event.id;
        step.distance = event.distance;
        step.first = step.end = m_out.visits.size();
        if (kind == TraceStep::Kind::Expand)
            if (const auto parent = m_found_by.find(event.id); parent != m_found_by.end())
                step.parent = parent->second;
        m_out.steps.push_back(step);
    }
    void consider(const TraceEvent& event) {
        if (m_part > 0 && m_out.visits.size() % m_part == 0)
            begin(TraceStep::Kind::Scan, event);
        else if (m_out.steps.empty())
            begin(TraceStep::Kind::Start, {});
        TraceStep& step = m_out.steps.back();
        if (m_part > 0)
            step.distance = std::min(step.distance, event.distance);
        if (step.kind == TraceStep::Kind::Start && step.first == step.end) {
            step.id = event.id;
            step.distance = event.distance;
        }
        m_out.visits.push_back({event.id, event.distance, event.kept});
        step.end = m_out.visits.size();
        step.kept += event.kept ? 1 : 0;
        if (step.kind == TraceStep::Kind::Expand)
            m_found_by.emplace(event.id, step.id);
    }

    TraceSteps& m_out;
    std::size_t m_part;
    int m_level = 0;
    std::unordered_map<Id, Id> m_found_by;
};

} // namespace

/// The candidate list while steps are taken one after the other.
class TraceSteps::Replay {
public:
    Replay(const TraceSteps& from, std::vector<TraceEntry> entries)
        : m_from(from), m_entries(std::move(entries)) {}

    const std::vector<TraceEntry>& entries() const noexcept { return m_entries; }
    const std::vector<TraceEntry>& evicted() const noexcept { return m_evicted; }
    /// Visits of a scan that were told as kept but were not among the nearest: some kinds compare blocks with
    /// a bound that is older than the list.
    const std::vector<std::size_t>& rejected() const noexcept { return m_rejected; }
    TraceList take() && { return {std::move(m_entries), std::move(m_evicted)}; }

    void take(std::size_t s) {
        const TraceStep& step = m_from.steps[s];
        m_evicted.clear();
        m_rejected.clear();
        for (TraceEntry& entry : m_entries)
            entry.entered = false;
        m_capacity = step.level > 0 ? 1 : m_from.m_list;
        if (step.kind == TraceStep::Kind::Rerank)
            return rerank();
        if (step.kind == TraceStep::Kind::Start)
            start(step);
        if (step.kind == TraceStep::Kind::Expand)
            mark_expanded(step.id);
        const bool scans = step.kind == TraceStep::Kind::Probe || step.kind == TraceStep::Kind::Scan;
        for (std::size_t v = step.first; v < step.end; ++v) {
            const TraceVisit& visit = m_from.visits[v];
            if (!visit.kept || (step.kind == TraceStep::Kind::Start && holds(visit.id)))
                continue;
            if (scans && m_entries.size() >= m_capacity && visit.distance >= m_entries.back().distance)
                m_rejected.push_back(v);
            else
                insert({visit.id, visit.distance, visit.distance, false, true});
        }
    }
    void describe(TraceStep& step) const noexcept {
        step.listed = m_entries.size();
        step.best = m_entries.empty() ? kInfinity : m_entries.front().distance;
        step.farthest = m_entries.empty() ? kInfinity : m_entries.back().distance;
        step.worst = m_entries.size() < m_capacity ? kInfinity : step.farthest;
        step.kth = m_entries.size() < m_from.m_k ? kInfinity : m_entries[m_from.m_k - 1].distance;
    }

private:
    /// A level begins with the best of the one above, told again or not.
    void start(const TraceStep& step) {
        if (m_entries.size() > 1)
            m_entries.resize(1);
        if (!m_entries.empty() && step.first < step.end && m_entries.front().id != step.id)
            m_entries.clear();
        for (TraceEntry& entry : m_entries)
            entry.expanded = false;
    }
    bool holds(Id id) const noexcept {
        return std::ranges::find(m_entries, id, &TraceEntry::id) != m_entries.end();
    }
    void mark_expanded(Id id) noexcept {
        const auto waiting = std::ranges::find_if(
            m_entries, [id](const TraceEntry& entry) { return entry.id == id && !entry.expanded; });
        if (waiting != m_entries.end())
            waiting->expanded = true;
    }
    void insert(const TraceEntry& entry) {
        m_entries.insert(std::upper_bound(m_entries.begin(), m_entries.end(), entry, nearer), entry);
        if (m_entries.size() <= m_capacity)
            return;
        m_evicted.push_back(m_entries.back());
        m_entries.pop_back();
    }
    /// What was not ranked again, because its estimate could not make it one of the k best, leaves, too.
    void rerank() {
        m_capacity = m_from.m_k;
        std::unordered_map<Id, TraceEntry> before;
        for (const TraceEntry& entry : m_entries)
            before.emplace(entry.id, entry);
        m_entries.clear();
        for (TraceEntry entry : m_from.m_reranked) {
            if (const auto found = before.find(entry.id); found != before.end()) {
                entry.expanded = found->second.expanded;
                before.erase(found);
            }
            (m_entries.size() < m_capacity ? m_entries : m_evicted).push_back(entry);
        }
        const auto ranked = static_cast<std::ptrdiff_t>(m_evicted.size());
        for (const auto& [id, entry] : before)
            m_evicted.push_back(entry);
        std::sort(m_evicted.begin() + ranked, m_evicted.end(), nearer);
    }

    const TraceSteps& m_from;
    std::size_t m_capacity = 1;
    std::vector<TraceEntry> m_entries, m_evicted;
    std::vector<std::size_t> m_rejected;
};

void TraceSteps::cut(const PathTrace& trace) {
    Cutter cutter(*this, scan_part(trace));
    visits.reserve(trace.events.size());
    for (const TraceEvent& event : trace.events) {
        cutter.take(event);
        if (event.kind == TraceEvent::Kind::Rerank)
            m_reranked.push_back({event.id, event.exact, event.distance});
    }
    if (m_reranked.empty())
        return;
    std::ranges::stable_sort(m_reranked, nearer);
    cutter.rerank(m_reranked, m_k);
}

TraceSteps::TraceSteps(const PathTrace& trace, std::size_t list, std::size_t k)
    : m_list(std::max<std::size_t>(list, 1)), m_k(std::max<std::size_t>(k, 1)) {
    cut(trace);
    m_stride = std::max(kShortestStride, steps.size() / kCheckpoints + 1);
    Replay replay(*this, {});
    for (std::size_t s = 0; s < steps.size(); ++s) {
        if (s % m_stride == 0)
            m_checkpoints.push_back(replay.entries());
        replay.take(s);
        if (steps[s].kind == TraceStep::Kind::Start && steps[s].id == kNoId && !replay.entries().empty()) {
            steps[s].id = replay.entries().front().id;
            steps[s].distance = replay.entries().front().distance;
        }
        reject(s, replay.rejected());
        replay.describe(steps[s]);
    }
}

void TraceSteps::reject(std::size_t step, std::span<const std::size_t> visits_of_step) {
    for (const std::size_t visit : visits_of_step)
        visits[visit].kept = false;
    steps[step].kept -= visits_of_step.size();
}

std::vector<std::uint32_t> TraceSteps::found_by_step(std::span<const Id> ids) const {
    const std::unordered_set<Id> wanted(ids.begin(), ids.end());
    std::vector<std::uint32_t> counts;
    counts.reserve(steps.size());
    Replay replay(*this, {});
    for (std::size_t s = 0; s < steps.size(); ++s) {
        replay.take(s);
        const std::span first(replay.entries().data(), std::min(replay.entries().size(), m_k));
        counts.push_back(static_cast<std::uint32_t>(
            std::ranges::count_if(first, [&](const TraceEntry& e) { return wanted.contains(e.id); })));
    }
    return counts;
}

TraceList TraceSteps::list_at(std::size_t step) const {
    if (steps.empty())
        return {};
    step = std::min(step, steps.size() - 1);
    const std::size_t checkpoint = step / m_stride;
    Replay replay(*this, m_checkpoints[checkpoint]);
    for (std::size_t s = checkpoint * m_stride; s <= step; ++s)
        replay.take(s);
    return std::move(replay).take();
}

std::vector<TraceLife> TraceSteps::follow(std::span<const Id> ids) const {
    std::vector<TraceLife> lives(ids.size());
    std::unordered_map<Id, TraceLife*> wanted;
    for (std::size_t i = 0; i < ids.size(); ++i)
        wanted.emplace(ids[i], &lives[i]);
    const auto life = [&wanted](Id id) -> TraceLife* {
        const auto found = wanted.find(id);
        return found == wanted.end() ? nullptr : found->second;
    };
    Replay replay(*this, {});
    for (std::size_t s = 0; s < steps.size(); ++s) {
        const int now = static_cast<int>(s);
        replay.take(s);
        if (steps[s].kind == TraceStep::Kind::Expand)
            if (TraceLife* l = life(steps[s].id))
                l->expanded = now;
        if (steps[s].kind != TraceStep::Kind::Rerank)
            for (const TraceVisit& visit : visits_in(s))
                if (TraceLife* l = life(visit.id)) {
                    l->met = l->met < 0 ? now : l->met;
                    l->distance = visit.distance;
                    if (visit.kept && (l->entered < 0 || l->left >= 0)) {
                        l->entered = now;
                        l->left = -1;
                    }
                }
        for (const TraceEntry& entry : replay.evicted())
            if (TraceLife* l = life(entry.id))
                l->left = now;
    }
    for (std::size_t i = 0; i < ids.size(); ++i) // an id that was asked for twice
        lives[i] = *wanted.find(ids[i])->second;
    return lives;
}

} // namespace annscope
