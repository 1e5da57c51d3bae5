// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/geometry/spatial_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope::ui {

Box Box::grown(double share) const noexcept {
    double margin = std::max(width(), height()) * share;
    if (!(margin > 0))
        margin = std::max({std::abs(x0), std::abs(y0), 1.0}) * std::max(share, 0.01);
    return {x0 - margin, y0 - margin, x1 + margin, y1 + margin};
}

Box bounds_of(std::span<const Point2> points) noexcept {
    if (points.empty())
        return {0, 0, 1, 1};
    Box box{points[0][0], points[0][1], points[0][0], points[0][1]};
    for (const Point2& p : points) {
        box.x0 = std::min<double>(box.x0, p[0]);
        box.y0 = std::min<double>(box.y0, p[1]);
        box.x1 = std::max<double>(box.x1, p[0]);
        box.y1 = std::max<double>(box.y1, p[1]);
    }
    return box;
}

SpatialGrid::SpatialGrid(std::span<const Point2> points, double per_cell) : m_bounds(bounds_of(points)) {
    constexpr double kMaxCellsPerSide = 2048;
    const double cells = std::max(1.0, static_cast<double>(points.size()) / per_cell);
    const double longer = std::max(m_bounds.width(), m_bounds.height());
    const double area = m_bounds.width() * m_bounds.height();
    m_side = std::max(area > 0 ? std::sqrt(area / cells) : longer / cells, longer / kMaxCellsPerSide);
    if (!(m_side > 0))
        m_side = 1;
    m_columns = static_cast<int>(m_bounds.width() / m_side) + 1;
    m_rows = static_cast<int>(m_bounds.height() / m_side) + 1;

    m_starts.assign(cell(0, m_rows) + 1, 0);
    for (const Point2& p : points)
        ++m_starts[cell(column(p[0]), row(p[1])) + 1];
    for (std::size_t i = 1; i < m_starts.size(); ++i)
        m_starts[i] += m_starts[i - 1];
    std::vector<std::uint32_t> next(m_starts.begin(), m_starts.end() - 1);
    m_ids.resize(points.size());
    m_points.resize(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::uint32_t slot = next[cell(column(points[i][0]), row(points[i][1]))]++;
        m_ids[slot] = static_cast<std::uint32_t>(i);
        m_points[slot] = points[i];
    }
}

int SpatialGrid::column(double x) const noexcept {
    return static_cast<int>(std::clamp((x - m_bounds.x0) / m_side, 0.0, m_columns - 1.0));
}

int SpatialGrid::row(double y) const noexcept {
    return static_cast<int>(std::clamp((y - m_bounds.y0) / m_side, 0.0, m_rows - 1.0));
}

double SpatialGrid::covered(double x, double y, int r) const noexcept {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const int cx = column(x), cy = row(y);
    const double left = cx - r <= 0 ? kInfinity : x - (m_bounds.x0 + (cx - r) * m_side);
    const double right = cx + r >= m_columns - 1 ? kInfinity : m_bounds.x0 + (cx + r + 1) * m_side - x;
    const double below = cy - r <= 0 ? kInfinity : y - (m_bounds.y0 + (cy - r) * m_side);
    const double above = cy + r >= m_rows - 1 ? kInfinity : m_bounds.y0 + (cy + r + 1) * m_side - y;
    return std::min({left, right, below, above});
}

std::int64_t SpatialGrid::nearest(double x, double y, double max_distance) const noexcept {
    if (m_points.empty() || !(max_distance >= 0))
        return -1;
    double best = max_distance * max_distance;
    std::int64_t found = -1;
    for (int r = 0;; ++r) {
        visit_ring(x, y, r, [&](std::uint32_t id, const Point2& p) {
            const double dx = p[0] - x, dy = p[1] - y, d = dx * dx + dy * dy;
            if (d < best || (d == best && (found < 0 || id < found))) {
                best = d;
                found = id;
            }
        });
        const double known = covered(x, y, r);
        if (known > 0 && known * known > best)
            return found;
        if (std::isinf(known))
            return found;
    }
}

} // namespace annscope::ui
