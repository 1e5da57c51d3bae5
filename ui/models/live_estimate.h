// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/operating_point.h"
#include "ui/models/built_index.h"

namespace annscope::ui {

/// What is known so far of the configuration under the sliders: measured on the first queries of the
/// workload, more with each refinement. point.queries tells on how many.
struct LiveEstimate {
    BuiltIndexPtr index;
    OperatingPoint point;
    double recallMargin = 0; ///< half the 95 % interval of the mean recall
    std::size_t total = 0;   ///< queries that there are
    bool complete() const noexcept { return total > 0 && point.queries >= total; }
};

} // namespace annscope::ui
