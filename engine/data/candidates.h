// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/exact_query.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace annscope {

/// How far float32 products may be off, for one query. A row's distance lies between two numbers: lower, from
/// the product, and lower + spread_weight * row_term + extra (see make_margin in ground_truth.cpp for where
/// they come from).
struct Margin {
    float weight = 0;         ///< lower = product + weight * row_term
    double spread_weight = 0; ///< times row_term
    double extra = 0;
    double exact_offset = 0; ///< an exact distance plus this bounds lower from above
};

/// Rows that may be among the k nearest of one query, judged by lower and upper bounds of their distances; a
/// row is dropped only when k others are certainly nearer. Holds at most capacity rows: where bounds cannot
/// tell enough rows apart (many ties), their exact distances are computed at once.
class Candidates {
public:
    Candidates(const VectorSet& base, std::span<const float> row_terms, ExactQuery query, Margin margin,
               std::size_t k);

    /// Looks at rows [first, first + n) with the given products.
    void scan(const float* products, std::size_t first, std::size_t n);
    /// Looks at rows about which nothing is known.
    void scan_unknown(std::size_t first, std::size_t n);
    /// The k nearest by exact distance, then row number. Rows that do not exist are kNoId and infinity.
    void finish(std::span<Id> ids, std::span<float> distances);

private:
    struct Pending {
        float lower;
        std::uint32_t row;
    };
    struct Exact {
        double distance;
        std::uint32_t row;
        friend bool operator<(const Exact& a, const Exact& b) noexcept {
            return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
        }
    };
    void add(float lower, std::size_t row);
    void tighten();
    void compact();
    void judge_exactly();

    const VectorSet* m_base;
    std::span<const float> m_row_terms;
    ExactQuery m_query;
    Margin m_margin;
    std::size_t m_k;
    std::size_t m_capacity;
    float m_bound = std::numeric_limits<float>::infinity(); // a row with a larger lower bound is out
    std::vector<Pending> m_pending;
    std::vector<Exact> m_best; // at most k, sorted
};

} // namespace annscope
