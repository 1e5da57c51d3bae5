// SPDX-License-Identifier: Apache-2.0
#include "tune/loss.h"

#include "core/parallel.h"
#include "index/kind.h"
#include "index/refined_view.h"
#include "tune/judge.h"
#include "tune/loss_explainer.h"
#include "tune/loss_remedy.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace annscope {

Result<LossExplainer> LossExplainer::of(const Index& index, const Workload& workload, std::size_t k,
                                        std::size_t most, const Control& control) {
    if (workload.truth.k < std::min(k, workload.base.size()) || k == 0)
        return Error{ErrorCode::InvalidArgument, "The truth lists " + std::to_string(workload.truth.k) +
                                                     " neighbours a query; k is " + std::to_string(k) + "."};
    LossExplainer explainer(index, workload, k);
    ANNSCOPE_ASSIGN(explainer.m_facts, LossFacts::of(index, workload, most, control));
    return explainer;
}

/// Runs over all queries in parallel; the first error ends it.
Status LossExplainer::each_query(const Control& control, const char* phase,
                                 const std::function<Status(std::size_t)>& body) const {
    std::mutex mutex;
    std::optional<Error> failure;
    const std::size_t queries = m_workload->queries.size();
    control.begin(phase, queries);
    ANNSCOPE_TRY(parallel_for(queries, 4, control, [&](std::size_t b, std::size_t e, int) {
        for (std::size_t q = b; q < e && !control.cancel_requested(); ++q)
            if (const Status status = body(q); !status) {
                const std::lock_guard lock(mutex);
                failure = failure ? failure : status.error();
            }
        control.advance(e - b);
    }));
    if (failure)
        return *failure;
    return control.cancel_requested() ? Status(cancelled()) : Status();
}

Status LossExplainer::explain(std::size_t q, const SearchParams& params, std::span<const Id> found,
                              float recall, std::vector<Miss>& out) const {
    const auto truth = m_workload->truth.ids_of(q);
    const std::size_t k = std::min(m_k, m_workload->base.size());
    std::vector<Id> wanted;
    for (std::size_t rank = 0; rank < k; ++rank)
        if (const Id id = truth[rank]; id != kNoId && std::ranges::find(found, id) == found.end()) {
            out.push_back({static_cast<std::uint32_t>(q),
                           static_cast<std::uint32_t>(rank),
                           id,
                           LossReason::Tie,
                           0,
                           {},
                           {}});
            wanted.push_back(id);
        }
    // Of those missed, as many as the tie-aware recall lost are real losses: the nearest of them.
    const auto lost =
        static_cast<std::size_t>(std::lround((1 - static_cast<double>(recall)) * static_cast<double>(k)));
    wanted.resize(std::min(lost, wanted.size()));
    if (wanted.empty())
        return {};
    PathTrace trace;
    std::vector<Id> ids(m_k);
    std::vector<float> distances(m_k);
    ANNSCOPE_ASSIGN(const SearchStats stats,
                    m_index->explain({query(q), m_index->dim()}, m_k, params, {ids, distances}, trace));
    static_cast<void>(stats);
    const TracedQuery traced(m_facts, trace, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!m_facts.transformed.empty()) {
            const std::size_t kept =
                m_facts.cut_after_transform ? kept_candidates(*m_index, params, m_k) : m_k;
            const auto near = m_facts.transformed.ids_of(q);
            const auto cut = near.first(std::min(kept, near.size()));
            if (std::ranges::find(cut, wanted[i]) == cut.end()) {
                out[i].reason = LossReason::Transform;
                out[i].rank = traced.rank(i);
                continue;
            }
        }
        ANNSCOPE_TRY(traced.judge(i, *m_index, query(q), params, out[i]));
    }
    return {};
}

Result<LossReport> LossExplainer::reasons(const SearchParams& params, const Control& control) const {
    const std::size_t queries = m_workload->queries.size();
    LossReport report;
    report.params = params;
    report.k = m_k;
    report.queries = queries;
    std::vector<Id> ids(queries * m_k);
    std::vector<float> distances(ids.size());
    const VectorView view = m_workload->queries.view<float>();
    control.begin("Searching", 0);
    ANNSCOPE_ASSIGN(const SearchStats stats, m_index->search(view, m_k, params, {ids, distances}, control));
    static_cast<void>(stats);
    ANNSCOPE_ASSIGN(report.per_query, annscope::judge(m_workload->base, view, m_workload->truth,
                                                      m_workload->metric, ids, m_k, control));
    std::vector<std::vector<Miss>> misses(queries);
    ANNSCOPE_TRY(each_query(control, "Why neighbours were missed", [&](std::size_t q) {
        return explain(q, params, std::span(ids).subspan(q * m_k, m_k), report.per_query[q], misses[q]);
    }));
    for (const std::vector<Miss>& some : misses)
        report.misses.insert(report.misses.end(), some.begin(), some.end());
    double sum = 0;
    for (const float recall : report.per_query)
        sum += static_cast<double>(recall);
    report.recall = queries ? sum / static_cast<double>(queries) : 1;
    count_reasons(report);
    return report;
}

/// Where something is lost by codes or a transform and nothing is ranked again: the same with that.
Status LossExplainer::make_refined(const Control& control) {
    const bool helps = !m_facts.refined && (m_facts.codes || m_index->transformed_dim() > 0) &&
                       !refined_configuration(m_index->origin()).empty();
    if (!helps || m_refined)
        return {};
    auto refined = refined_view(*m_index, m_workload->base, control);
    if (!refined)
        return refined.error().code == ErrorCode::Cancelled ? Status(refined.error()) : Status();
    m_refined = std::move(*refined);
    m_refined_facts = m_facts;
    m_refined_facts.transformed = {};
    m_refined_facts.refined = true;
    return {};
}

Status LossExplainer::remedy(const LossReport& report, Miss& miss) const {
    using Outcome = RemedySearch::Outcome;
    RemedySearch search(*m_index, m_facts, report.params, m_k);
    ANNSCOPE_ASSIGN(Outcome outcome, search.find(query(miss.query), miss));
    if (outcome.kind == Outcome::Kind::Found)
        miss.remedy = std::move(outcome.params);
    bool elsewhere = outcome.kind == Outcome::Kind::SecondCode;
    if (outcome.kind == Outcome::Kind::None && m_refined) {
        RemedySearch again(*m_refined, m_refined_facts, report.params, m_k);
        ANNSCOPE_ASSIGN(outcome, again.find(query(miss.query), miss));
        elsewhere = outcome.kind == Outcome::Kind::Found;
    }
    if (elsewhere)
        miss.rebuild = LossRebuild{refined_configuration(m_index->origin()), std::move(outcome.params)};
    // The list with which the walk comes past it.
    if (miss.reason == LossReason::NeverMet && (miss.remedy || miss.rebuild))
        for (const std::string_view list : {"efSearch", "Lsearch"})
            miss.rank = std::max(
                miss.rank,
                static_cast<std::size_t>((miss.remedy ? *miss.remedy : miss.rebuild->params).get(list, 0)));
    return {};
}

/// Follows each reason's advice and counts what it finds.
Status LossExplainer::count(LossReport& report, const Control& control) const {
    const VectorView view = m_workload->queries.view<float>();
    for (std::size_t r = 0; r < kLossReasons; ++r) {
        std::optional<LossAdvice>& advice = report.shares[r].advice;
        advice = advice_for(report, static_cast<LossReason>(r));
        const bool here = advice && advice->change.configuration.empty();
        if (!advice)
            continue;
        if (!here && !m_refined) { // a finer second look: what it is given, it keeps
            advice->finds = advice->expected;
            continue;
        }
        std::vector<Id> ids(report.queries * m_k);
        std::vector<float> distances(ids.size());
        control.begin("Trying the advice", 0);
        ANNSCOPE_ASSIGN(const SearchStats stats,
                        (here ? *m_index : *m_refined)
                            .search(view, m_k, advice->change.params, {ids, distances}, control));
        static_cast<void>(stats);
        for (const Miss& miss : report.misses) {
            const auto found = std::span(ids).subspan(miss.query * m_k, m_k);
            advice->finds +=
                miss.reason == static_cast<LossReason>(r) && std::ranges::find(found, miss.id) != found.end();
        }
    }
    return {};
}

Status LossExplainer::remedies(LossReport& report, const Control& control) {
    ANNSCOPE_TRY(make_refined(control));
    std::vector<std::size_t> begins(report.queries + 1);
    for (const Miss& miss : report.misses)
        ++begins[miss.query + 1];
    for (std::size_t q = 0; q < report.queries; ++q)
        begins[q + 1] += begins[q];
    const auto search = [&](std::size_t q) -> Status {
        for (std::size_t i = begins[q]; i < begins[q + 1] && !control.cancel_requested(); ++i)
            if (report.misses[i].reason != LossReason::Tie)
                ANNSCOPE_TRY(remedy(report, report.misses[i]));
        return {};
    };
    ANNSCOPE_TRY(each_query(control, "What would find them", search));
    count_reasons(report);
    return count(report, control);
}

Result<LossReport> explain_loss(const Index& index, const Workload& workload, const SearchParams& params,
                                const LossOptions& options, const Control& control,
                                const OnLossReasons& on_reasons) {
    ANNSCOPE_ASSIGN(
        LossExplainer explainer,
        LossExplainer::of(index, workload, options.k, kept_candidates(index, params, options.k), control));
    ANNSCOPE_ASSIGN(LossReport report, explainer.reasons(params, control));
    if (on_reasons)
        on_reasons(report);
    if (options.remedies)
        ANNSCOPE_TRY(explainer.remedies(report, control));
    return report;
}

} // namespace annscope
