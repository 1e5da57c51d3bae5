// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/build_recording.h"
#include "ui/views/geometry/view_transform.h"

class QPainter;

namespace annscope::ui {

/// A pruning up to a candidate.
struct PruneScene {
    const NodePruning& pruning;
    std::uint32_t node = 0;
    const std::vector<Point2>& points; ///< as they were pruned
    std::size_t step = 0;              ///< candidates looked at; one more than there are: the result

    const PruneStep* current() const noexcept {
        return step == 0 || step > pruning.trace.steps.size() ? nullptr : &pruning.trace.steps[step - 1];
    }
};

/// The candidates, what became of those looked at, and where the kept ones rule others out.
void drawPruning(QPainter& painter, const PruneScene& scene, const ViewTransform& view, double radius);

} // namespace annscope::ui
