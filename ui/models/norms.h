// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "ui/views/histogram_view.h"

namespace annscope::ui {

/// The lengths (L2 norms) of a set's vectors.
struct Norms {
    Histogram histogram;
    double mean = 0;
    std::size_t counted = 0; ///< rows looked at: all, or an even sample of them
    std::size_t zero = 0;    ///< of those, with length 0
    bool sampled = false;

    /// All lengths equal to one part in a thousand: a histogram would say nothing.
    bool constant() const { return histogram.max - histogram.min <= 1e-3 * histogram.max; }
};

/// Looks at no more than maxRows rows, evenly spread. Cost: rows x dim.
Result<Norms> computeNorms(const VectorSet& vectors, std::size_t maxRows, std::size_t bins,
                           const Control& control);

} // namespace annscope::ui
