// SPDX-License-Identifier: Apache-2.0
#include "tune/loss_reason.h"

#include "core/parallel.h"
#include "data/ground_truth.h"
#include "index/kind.h"

#include <algorithm>

namespace annscope {
namespace {

constexpr std::uint32_t kNoCell = 0xffffffffu;

std::vector<std::uint32_t> cells_by_id(const CellsView& cells, std::size_t n) {
    std::vector<std::uint32_t> out(n, kNoCell);
    for (std::size_t cell = 0; cell < cells.nlist(); ++cell)
        for (const std::uint32_t id : cells.ids(cell))
            if (id < n)
                out[id] = static_cast<std::uint32_t>(cell);
    return out;
}

/// From the nodes of the upper layers and everything that can be walked to from them in the base.
std::vector<bool> reachable_by_id(const GraphView& graph, std::size_t n) {
    std::vector<bool> met(graph.size()), out(n);
    std::vector<std::uint32_t> queue;
    const auto meet = [&](std::uint32_t node) {
        if (node < met.size() && !met[node]) {
            met[node] = true;
            queue.push_back(node);
        }
    };
    if (graph.size() > 0)
        meet(graph.entry_point());
    for (const std::uint32_t node :
         graph.levels() > 1 ? graph.level_nodes(1) : std::span<const std::uint32_t>())
        meet(node);
    for (std::size_t at = 0; at < queue.size(); ++at)
        for (const std::uint32_t to : graph.neighbors(queue[at]))
            meet(to);
    for (const std::uint32_t node : queue)
        if (const Id id = graph.id(node); id >= 0 && static_cast<std::size_t>(id) < n)
            out[static_cast<std::size_t>(id)] = true;
    return out;
}

Result<VectorSet> transform_all(const Index& index, const VectorSet& rows, const Control& control) {
    const std::size_t width = index.transformed_dim();
    ANNSCOPE_TRY(check_memory(rows.size() * width * sizeof(float), "the transformed vectors"));
    AlignedBuffer<float> out(rows.size() * width);
    ANNSCOPE_TRY(parallel_for(rows.size(), 64, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(rows.dim());
        for (std::size_t i = begin; i < end; ++i) {
            rows.copy_row(i, row.data());
            index.transform(row.data(), out.data() + i * width);
        }
    }));
    return VectorSet::adopt(std::move(out), rows.size(), width);
}

} // namespace

Result<LossFacts> LossFacts::of(const Index& index, const Workload& workload, std::size_t transformed_k,
                                const Control& control) {
    LossFacts facts;
    const std::size_t n = workload.base.size();
    if (index.cells())
        facts.cell_of = cells_by_id(*index.cells(), n);
    if (index.graph())
        facts.reachable = reachable_by_id(*index.graph(), n);
    const Kind* kind = find_kind(index.origin().spec);
    facts.codes = !kind || kind->distances != Distances::OfVectors || kind->inner != nullptr;
    if (index.transformed_dim() > 0) {
        ANNSCOPE_ASSIGN(const VectorSet base, transform_all(index, workload.base, control));
        ANNSCOPE_ASSIGN(const VectorSet queries, transform_all(index, workload.queries, control));
        ANNSCOPE_ASSIGN(facts.transformed, exact_neighbours(base, queries, workload.metric,
                                                            std::min(transformed_k, n), control));
    }
    return facts;
}

TracedQuery::TracedQuery(const LossFacts& facts, const PathTrace& trace, std::size_t query)
    : m_facts(facts), m_query(query) {
    for (const TraceEvent& event : trace.events) {
        switch (event.kind) {
        case TraceEvent::Kind::EnterLevel:
            m_met.clear(); // what the layers above met, the base need not meet
            break;
        case TraceEvent::Kind::ProbeCell:
            m_probed.try_emplace(event.id, m_probed.size() + 1);
            break;
        case TraceEvent::Kind::Expand:
            m_met.try_emplace(event.id, Met{event.distance, true, false});
            break;
        case TraceEvent::Kind::Consider: {
            Met& met = m_met.try_emplace(event.id, Met{event.distance, event.kept, false}).first->second;
            met.distance = std::min(met.distance, event.distance);
            met.kept = met.kept || event.kept;
            break;
        }
        case TraceEvent::Kind::Rerank:
            m_met.try_emplace(event.id, Met{event.distance, true, true}).first->second.reranked = true;
            break;
        }
    }
    for (const auto& [id, met] : m_met)
        m_distances.push_back(met.distance);
    std::ranges::sort(m_distances);
}

std::size_t TracedQuery::rank_of(float distance) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(m_distances, distance) - m_distances.begin()) +
           1;
}

void TracedQuery::judge(Miss& miss) const {
    const auto id = static_cast<std::size_t>(miss.id);
    if (!m_facts.transformed.empty()) {
        const auto near = m_facts.transformed.ids_of(m_query);
        if (std::ranges::find(near, miss.id) == near.end()) {
            miss.reason = LossReason::Transform;
            return;
        }
    }
    const auto met = m_met.find(miss.id);
    if (!m_facts.reachable.empty()) {
        if (met == m_met.end()) {
            miss.reason = m_facts.reachable[id] ? LossReason::NeverMet : LossReason::Unreachable;
            return;
        }
        miss.rank = rank_of(met->second.distance);
        miss.reason = m_facts.codes || met->second.reranked ? LossReason::LostByCode : LossReason::Evicted;
        return;
    }
    const std::uint32_t cell = m_facts.cell_of.empty() ? kNoCell : m_facts.cell_of[id];
    if (met == m_met.end() && cell != kNoCell && !m_probed.contains(Id{cell})) {
        miss.reason = LossReason::CellNotProbed;
        return;
    }
    miss.reason = LossReason::CodeBelowCut;
    miss.rank = met == m_met.end() ? 0 : rank_of(met->second.distance);
}

} // namespace annscope
