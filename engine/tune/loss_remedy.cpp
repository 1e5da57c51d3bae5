// SPDX-License-Identifier: Apache-2.0
#include "tune/loss_remedy.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr int kRaises = 48; ///< doublings of all that there is to double

const ParamInfo* parameter(const Index& index, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        for (const ParamInfo& info : index.search_params())
            if (info.name == name)
                return &info;
    return nullptr;
}

/// What makes the index over the centroids look further, however deep it lies.
const ParamInfo* quantizer_parameter(const Index& index) {
    for (const ParamInfo& info : index.search_params())
        if (info.name.starts_with("quantizer_") &&
            (info.name.ends_with("nprobe") || info.name.ends_with("efSearch") ||
             info.name.ends_with("Lsearch")))
            return &info;
    return nullptr;
}

} // namespace

RemedySearch::RemedySearch(const Index& index, const LossFacts& facts, const SearchParams& params,
                           std::size_t k)
    : m_index(index), m_facts(facts), m_params(params), m_k(k), m_nprobe(parameter(index, {"nprobe"})),
      m_share(parameter(index, {"group_share"})), m_list(parameter(index, {"efSearch", "Lsearch"})),
      m_factor(parameter(index, {"k_factor"})), m_quantizer(quantizer_parameter(index)), m_ids(k),
      m_distances(k) {}

/// The smallest difference worth telling.
double RemedySearch::unit_of(const ParamInfo& info) const noexcept {
    return info.integer ? 1 : &info == m_factor ? 1 / static_cast<double>(m_k) : 0.01;
}

Result<bool> RemedySearch::finds(const float* query, Id id, const SearchParams& params) {
    Control alone;
    alone.threads = 1;
    ANNSCOPE_ASSIGN(const SearchStats stats,
                    m_index.search({query, 1, m_index.dim()}, m_k, params, {m_ids, m_distances}, alone));
    static_cast<void>(stats);
    return std::ranges::find(m_ids, id) != m_ids.end();
}

Status RemedySearch::judge(const float* query, const SearchParams& params, Miss& cause) {
    PathTrace trace;
    ANNSCOPE_ASSIGN(const SearchStats stats,
                    m_index.explain({query, m_index.dim()}, m_k, params, {m_ids, m_distances}, trace));
    static_cast<void>(stats);
    const TracedQuery traced(m_facts, trace, {&cause.id, 1});
    return traced.judge(0, m_index, query, params, cause);
}

/// To a value, or as far as it goes; false where it is there already.
bool RemedySearch::set(SearchParams& params, const ParamInfo& info, double value) {
    const double before = value_or_default(params, info);
    value = std::min(value, info.max);
    if (value <= before)
        return false;
    if (std::ranges::find(m_changed, &info, &Changed::info) == m_changed.end())
        m_changed.push_back({&info, before});
    params.set(info.name, value);
    return true;
}

bool RemedySearch::raise(SearchParams& params, const Miss& cause) {
    const auto now = [&](const ParamInfo* info) { return value_or_default(params, *info); };
    const auto rank = static_cast<double>(cause.rank), k = static_cast<double>(m_k);
    switch (cause.reason) {
    case LossReason::CellMissed:
        if (m_quantizer && set(params, *m_quantizer, 2 * now(m_quantizer)))
            return true;
        return m_nprobe && set(params, *m_nprobe, 2 * now(m_nprobe));
    case LossReason::CellNotProbed:
        return m_nprobe && set(params, *m_nprobe, std::max(rank, now(m_nprobe) + 1));
    case LossReason::GroupPruned:
        return m_share && set(params, *m_share, 2 * now(m_share));
    case LossReason::CodeBelowCut:
    case LossReason::LostByCode:
        if (!m_factor)
            return false;
        // Kept already, and yet lost: its bounds ruled it out.
        return set(params, *m_factor, rank > k * now(m_factor) ? rank / k : 2 * now(m_factor));
    case LossReason::Evicted:
    case LossReason::NeverMet:
        if (m_list && set(params, *m_list, std::max({2 * now(m_list), k, rank})))
            return true;
        return m_factor && set(params, *m_factor, 2 * now(m_factor));
    case LossReason::RerankCut:
    case LossReason::Unreachable:
    case LossReason::Transform:
    case LossReason::Tie:
        break;
    }
    return false;
}

/// Each by itself, the others as they are; the last that was raised first. What is found with a value need
/// not be found with a larger one (a walk may take another way), so what is kept is a value that was tried.
Status RemedySearch::shrink(const float* query, Id id, SearchParams& params) {
    for (auto changed = m_changed.rbegin(); changed != m_changed.rend(); ++changed) {
        const ParamInfo& info = *changed->info;
        const double per_unit = info.integer ? 1 : &info == m_factor ? static_cast<double>(m_k) : 100;
        const auto value = [&](double units) {
            return std::clamp(units / per_unit, changed->before, info.max);
        };
        double low = std::floor(changed->before * per_unit) - 1; // not known to find it
        double high = std::ceil(params.get(info.name, 0) * per_unit - 1e-6);
        const auto with = [&](double units) -> Result<bool> {
            SearchParams tried = params;
            tried.set(info.name, value(units));
            return finds(query, id, tried);
        };
        for (double next = high - 1; high - low > 1; next = std::floor((low + high) / 2)) {
            ANNSCOPE_ASSIGN(const bool found, with(next));
            (found ? high : low) = next;
        }
        ANNSCOPE_ASSIGN(const bool found, with(high)); // rounded up, it may be another value
        if (found)
            params.set(info.name, value(high));
        if (params.get(info.name, 0) == changed->before && !m_params.contains(info.name))
            params.erase(info.name); // what was raised later is enough
    }
    return {};
}

Result<RemedySearch::Outcome> RemedySearch::find(const float* query, const Miss& miss) {
    m_changed.clear();
    SearchParams params = m_params;
    Miss cause = miss;
    if (cause.reason == LossReason::Transform)
        ANNSCOPE_TRY(judge(query, params, cause));
    for (int i = 0; i < kRaises; ++i) {
        if (cause.reason == LossReason::RerankCut)
            return Outcome{Outcome::Kind::SecondCode, params};
        if (!raise(params, cause))
            return Outcome{};
        ANNSCOPE_ASSIGN(const bool found, finds(query, miss.id, params));
        if (found) {
            ANNSCOPE_TRY(shrink(query, miss.id, params));
            return Outcome{Outcome::Kind::Found, params};
        }
        ANNSCOPE_TRY(judge(query, params, cause));
    }
    return Outcome{};
}

} // namespace annscope
