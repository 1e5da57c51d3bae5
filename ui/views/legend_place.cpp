// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/legend_place.h"

namespace annscope::ui {

QPointF quietestCorner(const SpatialGrid& points, const ViewTransform& view, QSizeF size, double roomAbove) {
    const QRectF inner = view.area.adjusted(10, 10, -10, -10);
    const QPointF corners[] = {{inner.left(), inner.bottom() - size.height()},
                               {inner.right() - size.width(), inner.bottom() - size.height()},
                               {inner.right() - size.width(), inner.top()},
                               {inner.left(), inner.top() + roomAbove}};
    QPointF best = corners[0];
    std::size_t fewest = points.size() + 1;
    for (const QPointF& corner : corners) {
        const QPointF low = view.toData(corner + QPointF(0, size.height())),
                      high = view.toData(corner + QPointF(size.width(), 0));
        std::size_t covered = 0;
        points.visit({low.x(), low.y(), high.x(), high.y()},
                     [&](std::uint32_t, const Point2&) { ++covered; });
        if (covered < fewest) {
            fewest = covered;
            best = corner;
        }
    }
    return best;
}

} // namespace annscope::ui
