// SPDX-License-Identifier: Apache-2.0
#include "tune/loss_reason.h"

#include "core/parallel.h"
#include "core/topk.h"
#include "data/ground_truth.h"
#include "index/kind.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

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

/// The transforms of a block of rows at a time, so that a cancel is heard.
Result<VectorSet> transform_all(const Index& index, const VectorSet& rows, const Control& control) {
    const std::size_t width = index.transformed_dim();
    ANNSCOPE_TRY(check_memory(rows.size() * width * sizeof(float), "the transformed vectors"));
    AlignedBuffer<float> out(rows.size() * width);
    control.begin("Transforming vectors", rows.size());
    ANNSCOPE_TRY(parallel_for(rows.size(), 64, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(rows.dim());
        for (std::size_t i = begin; i < end; ++i) {
            rows.copy_row(i, row.data());
            index.transform(row.data(), out.data() + i * width);
        }
        control.advance(end - begin);
    }));
    return VectorSet::adopt(std::move(out), rows.size(), width);
}

bool is_refinement(const SpecNode& node) noexcept {
    return node.name == "RFlat" || node.name == "Refine";
}

/// Does a search compare codes before anything else?
bool compares_codes(const SpecNode& node) {
    if (is_refinement(node))
        return compares_codes(node.children.front());
    const Kind* kind = find_kind(node);
    if (!kind)
        return false;
    if (kind->inner)
        return std::ranges::any_of(kind->inner(node),
                                   [](const SpecNode* inner) { return compares_codes(*inner); });
    return kind->distances != Distances::OfVectors;
}

/// Is there a refinement before there is a transform, from the outside?
bool refines_before_transform(const SpecNode& node) {
    if (is_refinement(node))
        return true;
    const Kind* kind = find_kind(node);
    return kind && kind->name != "PreTransform" && kind->inner &&
           refines_before_transform(*kind->inner(node).front());
}

std::size_t nprobe_of(const Index& index, const SearchParams& params) {
    for (const ParamInfo& info : index.search_params())
        if (info.name == "nprobe")
            return static_cast<std::size_t>(value_or_default(params, info));
    return 0;
}

} // namespace

std::size_t kept_candidates(const Index& index, const SearchParams& params, std::size_t k) {
    for (const ParamInfo& info : index.search_params())
        if (info.name == "k_factor")
            return static_cast<std::size_t>(
                std::ceil(static_cast<double>(k) * value_or_default(params, info)));
    return k;
}

Result<LossFacts> LossFacts::of(const Index& index, const Workload& workload, std::size_t most,
                                const Control& control) {
    LossFacts facts;
    const std::size_t n = workload.base.size();
    facts.cell_of = index.cells_of_vectors();
    facts.cell_of.resize(facts.cell_of.empty() ? 0 : n);
    if (index.graph())
        facts.reachable = reachable_by_id(*index.graph(), n);
    facts.codes = compares_codes(index.origin().spec);
    facts.refined = std::ranges::any_of(index.search_params(),
                                        [](const ParamInfo& info) { return info.name == "k_factor"; });
    facts.cut_after_transform = refines_before_transform(index.origin().spec);
    if (index.transformed_dim() > 0) {
        ANNSCOPE_ASSIGN(const VectorSet base, transform_all(index, workload.base, control));
        ANNSCOPE_ASSIGN(const VectorSet queries, transform_all(index, workload.queries, control));
        ANNSCOPE_ASSIGN(facts.transformed,
                        exact_neighbours(base, queries, workload.metric, std::min(most, n), control));
    }
    return facts;
}

TracedQuery::TracedQuery(const LossFacts& facts, const PathTrace& trace, std::span<const Id> wanted)
    : m_facts(facts), m_seen(wanted.size()) {
    std::vector<Neighbor> compared, reranked;
    for (const TraceEvent& event : trace.events) {
        switch (event.kind) {
        case TraceEvent::Kind::EnterLevel:
            compared.clear(); // what the layers above met, the base need not meet
            break;
        case TraceEvent::Kind::ProbeCell:
            m_probed.push_back(event.id);
            break;
        case TraceEvent::Kind::Expand:
            break;
        case TraceEvent::Kind::Consider:
            compared.push_back({event.distance, event.id});
            break;
        case TraceEvent::Kind::Rerank:
            reranked.push_back({event.exact, event.id});
            break;
        }
    }
    std::ranges::sort(m_probed);
    if (!facts.reachable.empty()) { // estimates of one vector from several of its neighbours: the nearest
        std::ranges::sort(compared, [](const Neighbor& a, const Neighbor& b) {
            return a.id < b.id || (a.id == b.id && a.distance < b.distance);
        });
        const auto rest = std::ranges::unique(compared, {}, &Neighbor::id);
        compared.erase(rest.begin(), rest.end());
    }
    std::vector<std::size_t> code_ranks(wanted.size()), exact_ranks(wanted.size());
    ranks_among(std::span<const Neighbor>(compared), wanted, code_ranks);
    ranks_among(std::span<const Neighbor>(reranked), wanted, exact_ranks);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        m_seen[i] = {code_ranks[i], facts.refined ? exact_ranks[i] : 0};
}

Status TracedQuery::judge_cell(const Index& index, const float* query, const SearchParams& params,
                               Miss& miss) const {
    const std::uint32_t cell = m_facts.cell_of[static_cast<std::size_t>(miss.id)];
    if (std::ranges::binary_search(m_probed, Id{cell})) {
        miss.reason = LossReason::GroupPruned;
        return {};
    }
    ANNSCOPE_TRY(index.rank_cells(query, {&cell, 1}, {&miss.rank, 1}));
    miss.reason = miss.rank <= nprobe_of(index, params) ? LossReason::CellMissed : LossReason::CellNotProbed;
    return {};
}

Status TracedQuery::judge(std::size_t i, const Index& index, const float* query, const SearchParams& params,
                          Miss& miss) const {
    const Seen& seen = m_seen[i];
    const bool walked = !m_facts.reachable.empty();
    miss.rank = seen.rank;
    if (seen.reranked_rank > 0) {
        miss.rank = seen.reranked_rank;
        miss.reason = LossReason::RerankCut;
    } else if (seen.rank > 0) {
        miss.reason = !walked         ? LossReason::CodeBelowCut
                      : m_facts.codes ? LossReason::LostByCode
                                      : LossReason::Evicted;
    } else if (walked) {
        miss.reason = m_facts.reachable[static_cast<std::size_t>(miss.id)] ? LossReason::NeverMet
                                                                           : LossReason::Unreachable;
    } else if (!m_facts.cell_of.empty()) {
        return judge_cell(index, query, params, miss);
    } else {
        miss.reason = LossReason::CodeBelowCut;
    }
    return {};
}

} // namespace annscope
