// SPDX-License-Identifier: Apache-2.0
#include "tune/loss.h"

#include "core/parallel.h"
#include "tune/judge.h"
#include "tune/loss_reason.h"
#include "tune/loss_remedy.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <mutex>

namespace annscope {
namespace {

constexpr std::array<std::string_view, kLossReasons> kNames{
    "cell not probed", "code below the cut", "unreachable",           "never met",
    "evicted",         "lost by its code",   "lost by the transform", "tie"};

/// Sentences with which each reason is told.
constexpr std::array<std::string_view, kLossReasons> kClauses{
    "are cells that were not probed",
    "were looked at, but their codes ranked them below the cut",
    "cannot be reached from the graph's entry",
    "were never met by the walk",
    "were met and evicted from the list",
    "were met, but their codes made them too far",
    "are no longer among the nearest after the transform",
    "are ties"};

/// What is the k of a re-ranked search's base.
std::size_t looked_at(const Index& index, const SearchParams& params, std::size_t k) {
    for (const ParamInfo& info : index.search_params())
        if (info.name == "k_factor")
            return static_cast<std::size_t>(
                std::ceil(static_cast<double>(k) * value_or_default(params, info)));
    return k;
}

class Explainer {
public:
    Explainer(const Index& index, const Workload& workload, const SearchParams& params,
              const LossOptions& options)
        : m_index(index), m_workload(workload), m_params(params), m_options(options) {}

    Result<LossReport> run(const Control& control) {
        const std::size_t queries = m_workload.queries.size(), k = m_options.k;
        LossReport report;
        report.params = m_params;
        report.k = k;
        report.queries = queries;
        ANNSCOPE_ASSIGN(m_facts,
                        LossFacts::of(m_index, m_workload, looked_at(m_index, m_params, k), control));
        std::vector<Id> ids(queries * k);
        std::vector<float> distances(ids.size());
        const VectorView view = m_workload.queries.view<float>();
        control.begin("Why neighbours were missed", queries);
        ANNSCOPE_ASSIGN(const SearchStats stats,
                        m_index.search(view, k, m_params, {ids, distances}, control));
        static_cast<void>(stats);
        ANNSCOPE_ASSIGN(report.per_query,
                        judge(m_workload.base, view, m_workload.truth, m_workload.metric, ids, k, control));
        std::vector<std::vector<Miss>> misses(queries);
        ANNSCOPE_TRY(each_query(control, [&](std::size_t q) -> Status {
            const float found = report.per_query[q];
            return explain(q, std::span(ids).subspan(q * k, k), found, misses[q]);
        }));
        for (const std::vector<Miss>& some : misses)
            report.misses.insert(report.misses.end(), some.begin(), some.end());
        double sum = 0;
        for (const float recall : report.per_query)
            sum += static_cast<double>(recall);
        report.recall = queries ? sum / static_cast<double>(queries) : 1;
        return report;
    }

private:
    /// Runs over all queries in parallel; the first error ends it.
    template<class Body>
    Status each_query(const Control& control, const Body& body) const {
        std::mutex mutex;
        std::optional<Error> failure;
        ANNSCOPE_TRY(
            parallel_for(m_workload.queries.size(), 4, control, [&](std::size_t b, std::size_t e, int) {
                for (std::size_t q = b; q < e && !control.cancel_requested(); ++q)
                    if (const Status status = body(q); !status) {
                        const std::lock_guard lock(mutex);
                        failure = failure ? failure : status.error();
                    }
                control.advance(e - b);
            }));
        return failure ? Status(*failure) : Status();
    }

    Status explain(std::size_t q, std::span<const Id> found, float recall, std::vector<Miss>& out) const {
        const auto truth = m_workload.truth.ids_of(q);
        const std::size_t k = std::min(m_options.k, m_workload.base.size());
        for (std::size_t rank = 0; rank < k; ++rank)
            if (truth[rank] != kNoId && std::ranges::find(found, truth[rank]) == found.end())
                out.push_back({static_cast<std::uint32_t>(q),
                               static_cast<std::uint32_t>(rank),
                               truth[rank],
                               LossReason::Tie,
                               0,
                               {}});
        if (out.empty())
            return {};
        // Of those missed, as many as the tie-aware recall lost are real losses: the nearest of them.
        const auto lost =
            static_cast<std::size_t>(std::lround((1 - static_cast<double>(recall)) * static_cast<double>(k)));
        PathTrace trace;
        std::vector<Id> ids(m_options.k);
        std::vector<float> distances(m_options.k);
        const float* query = m_workload.queries.view<float>().row(q);
        ANNSCOPE_ASSIGN(const SearchStats stats,
                        m_index.explain({query, m_workload.queries.dim()}, m_options.k, m_params,
                                        {ids, distances}, trace));
        static_cast<void>(stats);
        const TracedQuery traced(m_facts, trace, q);
        RemedySearch remedies(m_index, m_params, m_options.k);
        for (std::size_t i = 0; i < std::min(lost, out.size()); ++i) {
            traced.judge(out[i]);
            if (m_options.remedies)
                ANNSCOPE_TRY(remedies.find(query, out[i]));
        }
        return {};
    }

    const Index& m_index;
    const Workload& m_workload;
    const SearchParams& m_params;
    const LossOptions& m_options;
    LossFacts m_facts;
};

/// The parameter that most remedies of a reason change, and its value for nine in ten of them.
void summarize(const LossReport& report, LossReason reason, LossShare& share) {
    std::map<std::string, std::vector<double>> values;
    for (const Miss& miss : report.misses) {
        if (miss.reason != reason)
            continue;
        ++share.misses;
        if (!miss.remedy)
            continue;
        ++share.curable;
        for (const auto& [name, value] : miss.remedy->values())
            if (value != report.params.get(name, std::numeric_limits<double>::quiet_NaN()))
                values[name].push_back(value);
    }
    for (auto& [name, all] : values)
        if (share.parameter.empty() || all.size() > values[share.parameter].size())
            share.parameter = name;
    if (share.parameter.empty())
        return;
    std::vector<double>& all = values[share.parameter];
    std::ranges::sort(all);
    share.for_nine_in_ten = all[std::min(all.size() - 1, (all.size() * 9 + 9) / 10 - 1)];
}

} // namespace

std::string_view name(LossReason reason) noexcept {
    return kNames[static_cast<std::size_t>(reason)];
}

std::size_t LossReport::lost() const noexcept {
    return misses.size() - shares[static_cast<std::size_t>(LossReason::Tie)].misses;
}

std::string LossReport::sentence() const {
    if (lost() == 0)
        return "Nothing is lost: every true neighbour was found.";
    std::size_t most = 0;
    for (std::size_t r = 0; r < kLossReasons; ++r)
        if (static_cast<LossReason>(r) != LossReason::Tie && shares[r].misses > shares[most].misses)
            most = r;
    const LossShare& share = shares[most];
    char text[64];
    std::snprintf(text, sizeof text, "%.0f %% of the misses ",
                  100 * static_cast<double>(share.misses) / static_cast<double>(lost()));
    std::string sentence = text + std::string(kClauses[most]);
    if (share.curable * 10 < share.misses * 5)
        return sentence + (static_cast<LossReason>(most) == LossReason::Unreachable
                               ? "; only a repair of the graph finds them."
                               : "; no search parameter finds them: take a finer code, or build with more.");
    std::snprintf(text, sizeof text, "; %s %g finds nine in ten of them.", share.parameter.c_str(),
                  share.for_nine_in_ten);
    return sentence + text;
}

Result<LossReport> explain_loss(const Index& index, const Workload& workload, const SearchParams& params,
                                const LossOptions& options, const Control& control) {
    if (workload.truth.k < std::min(options.k, workload.base.size()) || options.k == 0)
        return Error{ErrorCode::InvalidArgument, "The truth lists " + std::to_string(workload.truth.k) +
                                                     " neighbours a query; k is " +
                                                     std::to_string(options.k) + "."};
    ANNSCOPE_ASSIGN(LossReport report, Explainer(index, workload, params, options).run(control));
    for (std::size_t r = 0; r < kLossReasons; ++r)
        summarize(report, static_cast<LossReason>(r), report.shares[r]);
    return report;
}

} // namespace annscope
