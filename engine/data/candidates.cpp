// SPDX-License-Identifier: Apache-2.0
#include "data/candidates.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kStride = 32; // rows per test; most strides hold no candidate

float round_up(double x) noexcept {
    const float f = static_cast<float>(x);
    return static_cast<double>(f) < x ? std::nextafter(f, std::numeric_limits<float>::infinity()) : f;
}

/// Rows lie anywhere in the base: without this each costs a wait for memory.
void prefetch_row(const VectorSet& base, std::size_t row) noexcept {
    const auto* bytes = static_cast<const std::byte*>(base.row(row));
    const std::size_t count = base.dim() * element_size(base.type());
    for (std::size_t at = 0; at < count; at += 64)
        __builtin_prefetch(bytes + at);
}

} // namespace

Candidates::Candidates(const VectorSet& base, std::span<const float> row_terms, ExactQuery query,
                       Margin margin, std::size_t k)
    : m_base(&base), m_row_terms(row_terms), m_query(query), m_margin(margin), m_k(k),
      m_capacity(2 * k + 96) {
    m_pending.reserve(m_capacity);
}

void Candidates::scan(const float* products, std::size_t first, std::size_t n) {
    const float* terms = m_row_terms.data() + first;
    const float weight = m_margin.weight;
    std::size_t i = 0;
    for (; i + kStride <= n; i += kStride) {
        const float bound = m_bound;
        int inside = 0;
        for (std::size_t j = i; j < i + kStride; ++j)
            inside += products[j] + weight * terms[j] <= bound ? 1 : 0;
        if (inside == 0)
            continue;
        for (std::size_t j = i; j < i + kStride; ++j)
            add(products[j] + weight * terms[j], first + j);
    }
    for (; i < n; ++i)
        add(products[i] + weight * terms[i], first + i);
}

void Candidates::scan_unknown(std::size_t first, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        add(-std::numeric_limits<float>::infinity(), first + i);
}

void Candidates::add(float lower, std::size_t row) {
    if (!(lower <= m_bound))
        return;
    m_pending.push_back({lower, static_cast<std::uint32_t>(row)});
    if (m_pending.size() == m_capacity)
        compact();
}

void Candidates::tighten() {
    if (m_pending.size() < m_k)
        return;
    thread_local std::vector<double> uppers;
    uppers.resize(m_pending.size());
    std::ranges::transform(m_pending, uppers.begin(), [this](const Pending& p) {
        // Nothing is known of a row whose lower bound is -infinity, so its upper bound is infinity.
        return std::isinf(p.lower) ? std::numeric_limits<double>::infinity()
                                   : p.lower + m_margin.spread_weight * m_row_terms[p.row];
    });
    const auto kth = uppers.begin() + static_cast<std::ptrdiff_t>(m_k - 1);
    std::ranges::nth_element(uppers, kth);
    m_bound = std::min(m_bound, round_up(*kth + m_margin.extra));
    std::erase_if(m_pending, [this](const Pending& p) { return p.lower > m_bound; });
}

void Candidates::compact() {
    tighten();
    if (m_pending.size() > m_k + (m_capacity - m_k) / 2)
        judge_exactly();
}

void Candidates::judge_exactly() {
    for (std::size_t i = 0; i < m_pending.size(); ++i) {
        if (i + 1 < m_pending.size())
            prefetch_row(*m_base, m_pending[i + 1].row);
        m_best.push_back({m_query.distance(*m_base, m_pending[i].row), m_pending[i].row});
    }
    m_pending.clear();
    std::sort(m_best.begin(), m_best.end());
    if (m_best.size() >= m_k) {
        m_best.resize(m_k);
        m_bound = std::min(m_bound, round_up(m_best.back().distance + m_margin.exact_offset));
    }
}

void Candidates::finish(std::span<Id> ids, std::span<float> distances) {
    tighten();
    judge_exactly();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool present = i < m_best.size();
        ids[i] = present ? static_cast<Id>(m_best[i].row) : kNoId;
        distances[i] =
            present ? static_cast<float>(m_best[i].distance) : std::numeric_limits<float>::infinity();
    }
}

} // namespace annscope
