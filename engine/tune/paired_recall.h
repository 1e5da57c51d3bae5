// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/error.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// Two searches of the same queries, compared query by query. Differences are second - first.
struct PairedRecall {
    std::vector<std::uint32_t> wins, losses; ///< queries where the second has more, less; ascending
    std::size_t queries = 0, ties = 0;
    double mean_first = 0, mean_second = 0;
    double mean_difference = 0;
    double low = 0, high = 0; ///< 95 % interval of the mean difference
    /// Probability of a split of wins and losses at least this uneven where both are equally likely (exact
    /// two-sided sign test; ties take no part). 1 where there are only ties.
    double sign_p = 1;

    struct Bin {
        double difference = 0;
        std::size_t queries = 0;
    };
    std::vector<Bin> bins; ///< one for each difference that occurs, ascending
};

struct PairedOptions {
    std::size_t resamples = 2000; ///< of the bootstrap; 0: no interval, low = high = mean_difference
    std::uint64_t seed = 1;
};

/// Compares the queries that both measured: i < min of the sizes and, where rows is not null, in rows
/// (ascending). The interval is the percentile bootstrap over queries (Efron, Annals of Statistics 1979),
/// with the same queries drawn for both, so what makes a query hard for both drops out. The same result on
/// any machine. Cost: queries + resamples x queries. Errors: Cancelled.
Result<PairedRecall> compare_recall(std::span<const float> first, std::span<const float> second,
                                    const std::vector<std::uint32_t>* rows, const PairedOptions& options,
                                    const Control& control);

/// The exact two-sided sign test: the share of sequences of wins + losses fair coin tosses that are at least
/// as uneven. Cost: O(min(wins, losses)).
double sign_test(std::size_t wins, std::size_t losses) noexcept;

} // namespace annscope
