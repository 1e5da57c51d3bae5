// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/spatial_grid.h"
#include "ui/views/geometry/view_transform.h"

namespace annscope::ui {

/// The upper left corner of a box of that size in the corner of the view where it covers the fewest points.
/// roomAbove: pixels at the upper left that are taken.
QPointF quietestCorner(const SpatialGrid& points, const ViewTransform& view, QSizeF size,
                       double roomAbove = 0);

} // namespace annscope::ui
