// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/spatial_grid.h"

#include <cmath>

namespace annscope::ui {

/// Where a kept neighbour k of a node p rules others out in the plane: all c with alpha * |k - c|^2 <=
/// |p - c|^2. For alpha 1 that is the half-plane on k's side of the line half way between; for more it is a
/// disc around k (Apollonius), the smaller the larger alpha.
struct Occlusion {
    bool disc = false;
    double x = 0, y = 0;   ///< disc: its centre; half-plane: the point half way
    double radius = 0;     ///< of the disc
    double dx = 0, dy = 0; ///< half-plane: unit vector from p to k, into it

    static Occlusion of(Point2 p, Point2 k, double alpha) noexcept {
        const double kx = k[0] - double(p[0]), ky = k[1] - double(p[1]), length = std::hypot(kx, ky);
        Occlusion o;
        o.disc = alpha > 1;
        if (o.disc) {
            o.x = p[0] + kx * alpha / (alpha - 1);
            o.y = p[1] + ky * alpha / (alpha - 1);
            o.radius = length * std::sqrt(alpha) / (alpha - 1);
        } else {
            o.x = p[0] + kx / 2;
            o.y = p[1] + ky / 2;
        }
        if (length > 0) {
            o.dx = kx / length;
            o.dy = ky / length;
        }
        return o;
    }
    bool contains(double cx, double cy) const noexcept {
        return disc ? std::hypot(cx - x, cy - y) <= radius : (cx - x) * dx + (cy - y) * dy >= 0;
    }
};

} // namespace annscope::ui
