// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/support/answers.h"

#include "data/recall.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace annscope::bench {
namespace {

constexpr float kMissing = std::numeric_limits<float>::infinity();

/// Sums of a thousand squares in single precision are right to about 1e-5; a distance that is put together
/// from |q|^2, |x|^2 and their product also loses what these are larger than it.
constexpr double kOfDistance = 1e-4, kOfQuery = 1e-6;

} // namespace

Judge::Judge(const Dataset& data, std::size_t queries, std::size_t k)
    : m_data(data), m_queries(queries), m_k(k) {
    for (std::size_t q = 0; q < queries; ++q) {
        const auto values = data.queries.view<float>()[q];
        m_query_square.push_back(std::accumulate(values.begin(), values.end(), 0.0, [](double sum, float v) {
            return sum + static_cast<double>(v) * v;
        }));
        for (const Id id : data.truth.ids_of(q).first(k))
            m_truth.push_back(id == kNoId ? kMissing : static_cast<float>(squared_distance(q, id)));
    }
}

Verdict Judge::judge(std::span<const Id> ids, std::span<const float> distances, bool of_vectors) const {
    Verdict verdict;
    double sum = 0;
    for (std::size_t q = 0; q < m_queries; ++q)
        sum += judge_one(q, ids.subspan(q * m_k, m_k), distances.subspan(q * m_k, m_k), of_vectors, verdict);
    verdict.recall = m_queries ? sum / static_cast<double>(m_queries) : 0;
    return verdict;
}

double Judge::judge_one(std::size_t query, std::span<const Id> ids, std::span<const float> distances,
                        bool of_vectors, Verdict& verdict) const {
    std::vector<float> exact(m_k, kMissing);
    const double slack = kOfQuery * m_query_square[query];
    for (std::size_t i = 0; i < m_k; ++i) {
        if (ids[i] == kNoId)
            continue;
        if (ids[i] < 0 || ids[i] >= static_cast<Id>(m_data.base.size()) ||
            std::ranges::find(ids.first(i), ids[i]) != ids.begin() + static_cast<std::ptrdiff_t>(i)) {
            ++verdict.strangers;
            continue;
        }
        const double distance = squared_distance(query, ids[i]);
        exact[i] = static_cast<float>(distance);
        const double reported = static_cast<double>(distances[i]);
        // Written so that NaN is wrong.
        if (of_vectors && !(std::abs(reported - distance) <= kOfDistance * distance + slack))
            ++verdict.wrong_distances;
        if (i > 0 && !(distances[i] >= distances[i - 1]))
            ++verdict.unordered;
    }
    return recall_at_k(exact, std::span(m_truth).subspan(query * m_k, m_k), m_k);
}

double Judge::squared_distance(std::size_t query, Id row) const {
    const auto q = m_data.queries.view<float>()[query];
    const auto x = m_data.base.view<float>()[static_cast<std::size_t>(row)];
    double sum = 0;
    for (std::size_t j = 0; j < q.size(); ++j) {
        const double difference = static_cast<double>(q[j]) - static_cast<double>(x[j]);
        sum += difference * difference;
    }
    return sum;
}

} // namespace annscope::bench
