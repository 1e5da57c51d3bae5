// SPDX-License-Identifier: Apache-2.0
#include "tune/loss_remedy.h"

#include <algorithm>
#include <cmath>

namespace annscope {

RemedySearch::RemedySearch(const Index& index, const SearchParams& params, std::size_t k)
    : m_index(index), m_params(params), m_k(k), m_ids(k), m_distances(k) {}

const ParamInfo* RemedySearch::parameter(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
        for (const ParamInfo& info : m_index.search_params())
            if (info.name == name)
                return &info;
    return nullptr;
}

Result<bool> RemedySearch::finds(const float* query, Id id, const SearchParams& params) {
    Control alone;
    alone.threads = 1;
    ANNSCOPE_ASSIGN(const SearchStats stats,
                    m_index.search({query, 1, m_index.dim()}, m_k, params, {m_ids, m_distances}, alone));
    static_cast<void>(stats);
    return std::ranges::find(m_ids, id) != m_ids.end();
}

/// Doubles until it is found, then closes in. What is found with a value need not be found with a larger one
/// (a graph search may take another way), so the value that is returned is one that was tried.
Result<double> RemedySearch::smallest(const float* query, Id id, const ParamInfo& info,
                                      const SearchParams& params) {
    SearchParams tried = params;
    const auto with = [&](double value) -> Result<bool> {
        tried.set(info.name, value);
        return finds(query, id, tried);
    };
    double low = value_or_default(params, info), high = low;
    for (bool found = false; !found;) {
        if (high >= info.max)
            return 0.0;
        low = high;
        high = std::min(std::max(2 * high, high + 1), info.max);
        ANNSCOPE_ASSIGN(found, with(high));
    }
    const double step = info.integer ? 1 : 0.125;
    while (high - low > step) {
        const double middle = info.integer ? std::floor((low + high) / 2) : (low + high) / 2;
        ANNSCOPE_ASSIGN(const bool found, with(middle));
        (found ? high : low) = middle;
    }
    return high;
}

Status RemedySearch::find(const float* query, Miss& miss) {
    const ParamInfo* reach = parameter({"nprobe", "efSearch", "Lsearch"});
    const ParamInfo* again = parameter({"k_factor"});
    const bool by_code = miss.reason == LossReason::CodeBelowCut || miss.reason == LossReason::LostByCode ||
                         miss.reason == LossReason::Transform;
    if (by_code)
        std::swap(reach, again);
    for (const ParamInfo* info : {reach, again}) {
        if (!info)
            continue;
        ANNSCOPE_ASSIGN(const double value, smallest(query, miss.id, *info, m_params));
        if (value > 0) {
            miss.remedy = m_params;
            miss.remedy->set(info->name, value);
            return {};
        }
    }
    if (!reach || !again)
        return {};
    // Neither alone: all that the one can do, then as little as that leaves of both.
    SearchParams both = m_params;
    both.set(reach->name, reach->max);
    ANNSCOPE_ASSIGN(const double more, smallest(query, miss.id, *again, both));
    if (more == 0)
        return {};
    SearchParams wide = m_params;
    wide.set(again->name, more);
    ANNSCOPE_ASSIGN(const double value, smallest(query, miss.id, *reach, wide));
    if (value == 0)
        return {};
    wide.set(reach->name, value);
    miss.remedy = std::move(wide);
    return {};
}

} // namespace annscope
