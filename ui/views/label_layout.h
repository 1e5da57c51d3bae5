// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <vector>

namespace annscope::ui {

/// Moves boxes up and down, each as little as possible (least squares), until none overlaps another and all
/// lie between top and bottom. Boxes keep their order by y; those apart in x do not disturb each other.
/// Returns false, with the boxes as they were, where they do not fit.
bool spreadVertically(std::vector<QRectF>& boxes, double top, double bottom, double gap = 2);

} // namespace annscope::ui
