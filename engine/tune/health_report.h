// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/index_health.h"

#include <string>
#include <vector>

namespace annscope {

/// A number of a health, for tables.
struct HealthLine {
    std::string title, text;
};
/// The same lines for every health of one index.
std::vector<HealthLine> health_lines(const IndexHealth& health);

/// What a person should know and do, the gravest first.
std::vector<std::string> health_sentences(const IndexHealth& health);

/// A bar of a histogram in text.
struct HealthBar {
    std::string range; ///< "12 .. 15"
    std::uint64_t count = 0;
};
/// counts[v]: how often v was seen. At most about 16 bars; the last holds all that is far beyond.
std::vector<HealthBar> count_bars(const std::vector<std::uint64_t>& counts);
std::vector<HealthBar> length_bars(const EdgeLengths& lengths);

/// One object: all numbers, degrees and hops as histograms [[value, count], ...], quantiles of the edge
/// lengths, sizes of the components, and the ids that cannot be found.
std::string health_json(const IndexHealth& health);

} // namespace annscope
