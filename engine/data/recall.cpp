// SPDX-License-Identifier: Apache-2.0
#include "data/recall.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr double kRelativeTolerance = 1e-5;
constexpr double kAbsoluteTolerance = std::numeric_limits<float>::min(); // equal zeros stay equal

} // namespace

double recall_at_k(std::span<const float> exact, std::span<const float> truth, std::size_t k) noexcept {
    k = std::min(k, truth.size());
    while (k > 0 && !std::isfinite(truth[k - 1])) // rows that are not there cannot be found
        --k;
    if (k == 0)
        return 1.0;
    const double bound = truth[k - 1];
    const double limit = bound + kRelativeTolerance * std::abs(bound) + kAbsoluteTolerance;
    const auto answer = exact.first(std::min(k, exact.size()));
    const auto found = std::ranges::count_if(answer, [limit](float distance) { return distance <= limit; });
    return static_cast<double>(found) / static_cast<double>(k);
}

RecallSummary summarize_recall(std::vector<float> per_query) {
    RecallSummary summary;
    if (per_query.empty())
        return summary;
    double sum = 0;
    for (const float recall : per_query)
        sum += recall;
    summary.mean = sum / static_cast<double>(per_query.size());
    std::vector<float> sorted = per_query;
    const std::size_t rank = (sorted.size() + 19) / 20; // nearest rank: ceil(0.05 n), counted from 1
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(sorted.begin(), nth, sorted.end());
    summary.p5 = *nth;
    summary.per_query = std::move(per_query);
    return summary;
}

} // namespace annscope
