// SPDX-License-Identifier: Apache-2.0
#include "tune/paired_recall.h"

#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace annscope {
namespace {

constexpr double kSame = 1e-6; ///< recalls are multiples of 1 / k
constexpr std::size_t kDrawsPerCheck = 1 << 18;

/// Sorted means of resamples; shorter where the job was cancelled.
std::vector<double> bootstrap_means(const std::vector<float>& differences, const PairedOptions& options,
                                    const Control& control) {
    Random random(options.seed);
    std::vector<double> means;
    means.reserve(options.resamples);
    std::size_t unchecked = 0;
    for (std::size_t r = 0; r < options.resamples; ++r) {
        double sum = 0;
        for (std::size_t i = 0; i < differences.size(); ++i) {
            sum += static_cast<double>(differences[random.below(differences.size())]);
            if (++unchecked == kDrawsPerCheck) {
                unchecked = 0;
                if (control.cancel_requested())
                    return means;
            }
        }
        means.push_back(sum / static_cast<double>(differences.size()));
    }
    std::ranges::sort(means);
    return means;
}

} // namespace

double sign_test(std::size_t wins, std::size_t losses) noexcept {
    const std::size_t few = std::min(wins, losses);
    const auto n = static_cast<double>(wins + losses);
    // Each term from the one before it, in logarithms: 2^-n of many queries is below the smallest double.
    double log_term = -n * std::numbers::ln2, sum = 0;
    for (std::size_t i = 0; i <= few; ++i) {
        if (i > 0)
            log_term += std::log((n - static_cast<double>(i) + 1) / static_cast<double>(i));
        sum += std::exp(log_term);
    }
    return wins == losses ? 1 : std::min(1.0, 2 * sum);
}

Result<PairedRecall> compare_recall(std::span<const float> first, std::span<const float> second,
                                    const std::vector<std::uint32_t>* rows, const PairedOptions& options,
                                    const Control& control) {
    PairedRecall result;
    const std::size_t both = std::min(first.size(), second.size());
    std::vector<float> differences;
    std::map<long, std::size_t> counts; // in millionths, so that rounding makes no bins of its own
    double sum_first = 0, sum_second = 0;
    const auto take = [&](std::uint32_t row) {
        const float difference = second[row] - first[row];
        differences.push_back(difference);
        ++counts[std::lround(static_cast<double>(difference) / kSame)];
        sum_first += static_cast<double>(first[row]);
        sum_second += static_cast<double>(second[row]);
        if (std::abs(static_cast<double>(difference)) <= kSame)
            ++result.ties;
        else
            (difference > 0 ? result.wins : result.losses).push_back(row);
    };
    if (rows) {
        for (const std::uint32_t row : *rows)
            if (row < both)
                take(row);
    } else {
        for (std::size_t row = 0; row < both; ++row)
            take(static_cast<std::uint32_t>(row));
    }
    result.queries = differences.size();
    if (differences.empty())
        return result;
    const auto n = static_cast<double>(differences.size());
    result.mean_first = sum_first / n;
    result.mean_second = sum_second / n;
    result.mean_difference = (sum_second - sum_first) / n;
    result.low = result.high = result.mean_difference;
    for (const auto& [millionths, queries] : counts)
        result.bins.push_back({static_cast<double>(millionths) * kSame, queries});
    result.sign_p = sign_test(result.wins.size(), result.losses.size());
    if (options.resamples > 0) {
        const std::vector<double> means = bootstrap_means(differences, options, control);
        if (means.size() < options.resamples)
            return cancelled();
        const auto at = [&](double share) {
            return means[static_cast<std::size_t>(
                std::lround(share * static_cast<double>(means.size() - 1)))];
        };
        result.low = at(0.025);
        result.high = at(0.975);
    }
    return result;
}

} // namespace annscope
