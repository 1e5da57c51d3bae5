// SPDX-License-Identifier: Apache-2.0
#include "tune/code_order.h"

#include "tune/code_study.h"

#include <algorithm>
#include <limits>

namespace annscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Every cell is visited, so that what is missed is missed because of the code.
SearchParams everywhere(const Index& index) {
    SearchParams params;
    for (const ParamInfo& info : index.search_params())
        if (info.name.find("nprobe") != std::string_view::npos)
            params.set(info.name, info.max);
    return params;
}

} // namespace

Status CodeOrder::search(const Index& index, std::size_t query) {
    const std::size_t n = m_sample->base.size();
    m_ids.assign(n, kNoId);
    m_distances.assign(n, kInfinity);
    const auto found = index.search(m_sample->queries.view<float>().rows(query, 1), n, everywhere(index),
                                    {m_ids, m_distances}, {});
    if (!found)
        return found.error();
    m_distance_of.assign(n, kInfinity);
    const auto end = std::ranges::find(m_ids, kNoId);
    m_ids.erase(end, m_ids.end());
    m_distances.resize(m_ids.size());
    for (std::size_t i = 0; i < m_ids.size(); ++i)
        m_distance_of[static_cast<std::size_t>(m_ids[i])] = m_distances[i];
    return {};
}

void CodeOrder::rank_neighbours(std::size_t query, const CodeOrder* refined,
                                std::span<NeighbourRank> out) const {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    const std::size_t k = m_sample->k;
    const std::uint32_t* truth = m_sample->truth.data() + query * k;
    std::fill(out.begin(), out.end(), NeighbourRank{kNever, kNever});
    std::vector<double> nearer(k); // candidates that the refiner puts before each neighbour
    double before = 0;
    for (const Id id : m_ids) {
        const auto row = static_cast<std::size_t>(id);
        const auto weight = static_cast<double>(m_sample->weights[row]);
        for (std::size_t j = 0; j < k; ++j) {
            if (truth[j] == row)
                out[j].rank = before + 1;
            if (!refined || truth[j] == StudySample::kNone || out[j].leaves < kNever)
                continue;
            const float own = refined->m_distance_of[truth[j]], other = refined->m_distance_of[row];
            if (other < own || (other == own && row < truth[j]))
                nearer[j] += weight;
            if (nearer[j] >= static_cast<double>(k))
                out[j].leaves = before + weight;
        }
        before += weight;
    }
}

void CodeOrder::cut(std::span<float> out) const {
    const double k = static_cast<double>(m_sample->k);
    std::fill(out.begin(), out.end(), kInfinity);
    double before = 0;
    std::size_t factor = 0;
    for (std::size_t i = 0; i < m_ids.size() && factor < out.size(); ++i) {
        before += static_cast<double>(m_sample->weights[static_cast<std::size_t>(m_ids[i])]);
        for (; factor < out.size() && before >= k * static_cast<double>(factor + 1); ++factor)
            out[factor] = m_distances[i];
    }
}

} // namespace annscope
