// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/spatial_grid.h"

#include <QPointF>
#include <QRectF>

#include <algorithm>

namespace annscope::ui {

/// Data coordinates (y upwards) to pixels (y downwards), the same scale on both axes, so that distances on
/// the picture are true.
struct ViewTransform {
    double scale = 1;      ///< pixels per unit of the data
    double cx = 0, cy = 0; ///< the data point in the middle of the area
    QRectF area;           ///< pixels

    QPointF toScreen(double x, double y) const noexcept {
        return {area.center().x() + (x - cx) * scale, area.center().y() - (y - cy) * scale};
    }
    QPointF toScreen(const Point2& p) const noexcept { return toScreen(p[0], p[1]); }
    QPointF toData(QPointF p) const noexcept {
        return {cx + (p.x() - area.center().x()) / scale, cy - (p.y() - area.center().y()) / scale};
    }
    Box visible() const noexcept {
        const double w = area.width() / scale * 0.5, h = area.height() / scale * 0.5;
        return {cx - w, cy - h, cx + w, cy + h};
    }
    void panBy(QPointF pixels) noexcept {
        cx -= pixels.x() / scale;
        cy += pixels.y() / scale;
    }
    /// The data point under the pixel stays under it.
    void zoomAt(QPointF pixel, double factor) noexcept {
        const QPointF before = toData(pixel);
        scale *= factor;
        const QPointF after = toData(pixel);
        cx += before.x() - after.x();
        cy += before.y() - after.y();
    }
    /// The whole box in the area, with a margin in pixels.
    static ViewTransform fitting(const Box& box, const QRectF& area, double margin) noexcept {
        ViewTransform view;
        view.area = area;
        view.cx = (box.x0 + box.x1) * 0.5;
        view.cy = (box.y0 + box.y1) * 0.5;
        const double w = std::max(area.width() - 2 * margin, 16.0),
                     h = std::max(area.height() - 2 * margin, 16.0);
        const double sx = box.width() > 0 ? w / box.width() : 0;
        const double sy = box.height() > 0 ? h / box.height() : 0;
        view.scale = sx > 0 && sy > 0 ? std::min(sx, sy) : std::max({sx, sy});
        if (!(view.scale > 0))
            view.scale = 100;
        return view;
    }
    friend bool operator==(const ViewTransform& a, const ViewTransform& b) {
        return a.scale == b.scale && a.cx == b.cx && a.cy == b.cy && a.area == b.area;
    }
};

} // namespace annscope::ui
