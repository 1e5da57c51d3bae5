// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/norms.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {

Result<Norms> computeNorms(const VectorSet& vectors, std::size_t maxRows, std::size_t bins,
                           const Control& control) {
    Norms result;
    result.counted = std::min(vectors.size(), maxRows);
    result.sampled = result.counted < vectors.size();
    if (result.counted == 0)
        return result;
    std::vector<float> row(vectors.dim());
    std::vector<double> norms(result.counted);
    control.begin("Norms", result.counted);
    for (std::size_t i = 0; i < result.counted; ++i) {
        if (i % 256 == 0 && control.cancel_requested())
            return cancelled();
        // i * size / counted without overflow
        const auto at =
            static_cast<std::size_t>(static_cast<double>(i) * static_cast<double>(vectors.size()) /
                                     static_cast<double>(result.counted));
        vectors.copy_row(std::min(at, vectors.size() - 1), row.data());
        double sum = 0;
        for (const float v : row)
            sum += double(v) * double(v);
        norms[i] = std::sqrt(sum);
        result.mean += norms[i];
        result.zero += sum == 0;
        control.advance();
    }
    result.mean /= static_cast<double>(result.counted);
    const auto [low, high] = std::ranges::minmax_element(norms);
    result.histogram = {*low, *high, std::vector<std::size_t>(bins)};
    const double scale = *high > *low ? static_cast<double>(bins) / (*high - *low) : 0;
    for (const double norm : norms)
        ++result.histogram.bins[std::min(static_cast<std::size_t>((norm - *low) * scale), bins - 1)];
    return result;
}

} // namespace annscope::ui
