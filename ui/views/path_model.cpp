// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace annscope::ui {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kTieTolerance = 1e-5; ///< as in recall: rounding of equal distances

/// The candidate list while a trace is replayed: ascending, cut at its capacity.
class ReplayedList {
public:
    explicit ReplayedList(std::size_t capacity) : m_capacity(std::max<std::size_t>(capacity, 1)) {}

    void insert(const ListEntry& entry) {
        const auto at =
            std::upper_bound(m_entries.begin(), m_entries.end(), entry,
                             [](const ListEntry& a, const ListEntry& b) { return a.distance < b.distance; });
        m_entries.insert(at, entry);
        if (m_entries.size() > m_capacity)
            m_entries.pop_back();
    }
    float worst() const noexcept {
        return m_entries.size() < m_capacity ? kInfinity : m_entries.back().distance;
    }
    std::vector<ListEntry> take() { return std::move(m_entries); }

private:
    std::size_t m_capacity;
    std::vector<ListEntry> m_entries;
};

/// Cuts the events into steps; best and worst come later.
void cutIntoSteps(const PathTrace& trace, PathModel& model) {
    std::unordered_map<Id, Id> foundBy;
    const auto begin = [&](PathStep::Kind kind, const TraceEvent& event) {
        PathStep step;
        step.kind = kind;
        step.hop = model.steps.empty() ? 0 : model.steps.back().hop;
        step.hop += kind == PathStep::Kind::Start ? 0 : 1;
        step.id = event.id;
        step.distance = event.distance;
        step.first = step.end = model.considered.size();
        if (const auto parent = foundBy.find(event.id);
            kind == PathStep::Kind::Expand && parent != foundBy.end())
            step.parent = parent->second;
        model.steps.push_back(step);
    };
    for (const TraceEvent& event : trace.events) {
        switch (event.kind) {
        case TraceEvent::Kind::Expand:
            begin(PathStep::Kind::Expand, event);
            break;
        case TraceEvent::Kind::ProbeCell:
            begin(PathStep::Kind::Probe, event);
            break;
        case TraceEvent::Kind::Consider: {
            if (model.steps.empty())
                begin(PathStep::Kind::Start, event);
            PathStep& step = model.steps.back();
            model.considered.push_back({event.id, event.distance, event.kept});
            step.end = model.considered.size();
            step.kept += event.kept ? 1 : 0;
            if (step.kind == PathStep::Kind::Expand)
                foundBy.emplace(event.id, step.id);
            break;
        }
        case TraceEvent::Kind::EnterLevel:
        case TraceEvent::Kind::Rerank:
            break;
        }
    }
}

} // namespace

double shownDistance(Metric metric, double distance) noexcept {
    switch (metric) {
    case Metric::L2:
        return std::sqrt(std::max(distance, 0.0));
    case Metric::InnerProduct:
        return -distance;
    case Metric::Cosine:
        return 1 + distance;
    }
    return distance;
}

void readTrace(const PathTrace& trace, PathModel& model) {
    model.steps.clear();
    model.considered.clear();
    model.considered.reserve(trace.events.size());
    cutIntoSteps(trace, model);

    ReplayedList list(model.listSize);
    float best = kInfinity;
    for (std::size_t s = 0; s < model.steps.size(); ++s) {
        for (const Considered& c : model.consideredIn(s)) {
            best = std::min(best, c.distance);
            if (c.kept)
                list.insert({c.id, c.distance});
        }
        model.steps[s].best = best;
        model.steps[s].worst = list.worst();
    }
}

void readAnswers(std::span<const Id> ids, std::span<const float> distances, const GroundTruth& truth,
                 PathModel& model) {
    const std::size_t k = std::min(model.k, truth.k);
    const double kth = k > 0 ? truth.distances[k - 1] : -kInfinity;
    const double limit = kth + kTieTolerance * std::abs(kth);
    std::unordered_set<Id> answered;
    model.answers.clear();
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids[i] != kNoId && answered.insert(ids[i]).second)
            model.answers.push_back({ids[i], distances[i], distances[i] <= limit});
    const auto hits = static_cast<std::size_t>(
        std::count_if(model.answers.begin(), model.answers.end(), [](const Answer& a) { return a.isTrue; }));
    model.recall = k > 0 ? static_cast<double>(std::min(hits, k)) / static_cast<double>(k) : 0;

    std::unordered_set<Id> seen;
    for (const Considered& c : model.considered)
        seen.insert(c.id);
    // A vector as far as the k-th may stand in for another one: only as many are missed as are not hit.
    std::size_t missing = k - std::min(hits, k);
    model.truth.clear();
    for (std::size_t i = 0; i < k; ++i) {
        TrueNeighbour neighbour{truth.ids[i], truth.distances[i]};
        if (!answered.contains(neighbour.id) && missing > 0) {
            --missing;
            neighbour.loss = seen.contains(neighbour.id) ? Loss::NotKept
                             : model.ivf()               ? Loss::NotProbed
                                                         : Loss::NotReached;
        }
        model.truth.push_back(neighbour);
    }
}

std::vector<ListEntry> PathModel::listAt(std::size_t step) const {
    ReplayedList list(listSize);
    std::unordered_set<Id> expanded;
    for (std::size_t s = 0; s <= step && s < steps.size(); ++s) {
        if (steps[s].kind == PathStep::Kind::Expand)
            expanded.insert(steps[s].id);
        for (const Considered& c : consideredIn(s))
            if (c.kept)
                list.insert({c.id, c.distance, false, false, s == step});
    }
    std::vector<ListEntry> entries = list.take();
    for (ListEntry& entry : entries) {
        entry.expanded = expanded.contains(entry.id);
        entry.isTrue = isTrueNeighbour(entry.id);
    }
    return entries;
}

std::size_t PathModel::missed() const noexcept {
    return static_cast<std::size_t>(std::count_if(
        truth.begin(), truth.end(), [](const TrueNeighbour& t) { return t.loss != Loss::None; }));
}

bool PathModel::isTrueNeighbour(Id id) const noexcept {
    return std::any_of(truth.begin(), truth.end(), [id](const TrueNeighbour& t) { return t.id == id; });
}

} // namespace annscope::ui
