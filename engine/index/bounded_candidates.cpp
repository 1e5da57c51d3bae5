// SPDX-License-Identifier: Apache-2.0
#include "index/bounded_candidates.h"

#include <algorithm>
#include <limits>

namespace annscope {

void BoundedCandidates::begin(std::size_t k, std::size_t final, bool prompt) {
    m_k = k;
    m_final = final < k || prompt ? final : 0;
    m_capacity = 2 * k + 32;
    m_bound = k > 0 ? ~std::uint64_t{0} : 0;
    m_limit = std::numeric_limits<float>::infinity();
    m_candidates.clear();
    m_uppers.clear();
}

void BoundedCandidates::insert(Candidate candidate) {
    m_candidates.push_back(candidate);
    if (m_final > 0)
        note_upper(estimate_of(candidate.key) + candidate.reach);
    if (m_candidates.size() == m_capacity)
        cut();
}

void BoundedCandidates::note_upper(float upper) {
    if (m_uppers.size() == m_final) {
        if (upper >= m_limit)
            return;
        std::ranges::pop_heap(m_uppers);
        m_uppers.back() = upper;
    } else {
        m_uppers.push_back(upper);
    }
    std::ranges::push_heap(m_uppers);
    if (m_uppers.size() == m_final)
        m_limit = m_uppers.front();
}

void BoundedCandidates::cut() {
    if (m_final > 0) {
        // By bounds alone: who is among the k nearest is known only when the limit no longer falls.
        drop_by_bound();
        m_capacity = std::max(m_capacity, 2 * m_candidates.size());
        return;
    }
    keep_nearest();
    m_bound = m_candidates.back().key;
    m_limit = estimate_of(m_bound);
}

void BoundedCandidates::drop_by_bound() {
    std::erase_if(m_candidates, [&](const Candidate& c) { return estimate_of(c.key) - c.reach > m_limit; });
}

void BoundedCandidates::keep_nearest() {
    const auto last = m_candidates.begin() + static_cast<std::ptrdiff_t>(m_k - 1);
    std::nth_element(m_candidates.begin(), last, m_candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.key < b.key; });
    m_candidates.resize(m_k);
}

void BoundedCandidates::finish(std::span<Neighbor> out) {
    if (m_final > 0)
        drop_by_bound();
    if (m_candidates.size() > m_k)
        keep_nearest();
    std::ranges::sort(m_candidates, {}, &Candidate::key);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = i < m_candidates.size() ? Neighbor{estimate_of(m_candidates[i].key),
                                                    static_cast<Id>(m_candidates[i].key & 0xffffffffu)}
                                         : Neighbor{};
    m_candidates.clear();
}

} // namespace annscope
