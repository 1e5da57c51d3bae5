// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace annscope::ui {

using Point2 = std::array<float, 2>;

/// An axis-parallel rectangle in data coordinates, y upwards.
struct Box {
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;

    double width() const noexcept { return x1 - x0; }
    double height() const noexcept { return y1 - y0; }
    bool contains(double x, double y) const noexcept { return x >= x0 && x <= x1 && y >= y0 && y <= y1; }
    bool intersects(const Box& o) const noexcept {
        return x0 <= o.x1 && o.x0 <= x1 && y0 <= o.y1 && o.y0 <= y1;
    }
    /// Grown by the given share of its longer side on every side; never without an area.
    Box grown(double share) const noexcept;
};

/// The smallest box around all points; a unit box at the origin where there are none.
Box bounds_of(std::span<const Point2> points) noexcept;

/// Points in equal square cells, for the nearest point under the mouse and for what lies in a rectangle.
/// Building costs O(n), a look-up a few cells where points are spread evenly.
class SpatialGrid {
public:
    SpatialGrid() = default;
    explicit SpatialGrid(std::span<const Point2> points, double per_cell = 2);

    std::size_t size() const noexcept { return m_points.size(); }
    const Box& bounds() const noexcept { return m_bounds; }

    /// The index of the point nearest to (x, y), -1 where none lies within max_distance. Of equally near
    /// ones the lowest.
    std::int64_t nearest(double x, double y, double max_distance) const noexcept;

    /// f(index, point) for every point in the box, in no particular order.
    template<class F>
    void visit(const Box& box, F&& f) const {
        if (m_points.empty() || !box.intersects(m_bounds))
            return;
        const int cx0 = column(box.x0), cx1 = column(box.x1), cy0 = row(box.y0), cy1 = row(box.y1);
        for (int cy = cy0; cy <= cy1; ++cy) {
            const std::uint32_t begin = m_starts[cell(cx0, cy)], end = m_starts[cell(cx1, cy) + 1];
            for (std::uint32_t i = begin; i < end; ++i)
                if (box.contains(m_points[i][0], m_points[i][1]))
                    f(m_ids[i], m_points[i]);
        }
    }

    /// f(index, point) for the points of the square ring of cells r steps away from the cell of (x, y).
    template<class F>
    void visit_ring(double x, double y, int r, F&& f) const {
        const int cx = column(x), cy = row(y);
        for (int iy = std::max(cy - r, 0); iy <= std::min(cy + r, m_rows - 1); ++iy) {
            const bool whole = iy == cy - r || iy == cy + r;
            for (int ix = cx - r; ix <= cx + r; ix += (whole || r == 0) ? 1 : 2 * r) {
                if (ix < 0 || ix >= m_columns)
                    continue;
                for (std::uint32_t i = m_starts[cell(ix, iy)]; i < m_starts[cell(ix, iy) + 1]; ++i)
                    f(m_ids[i], m_points[i]);
            }
        }
    }
    /// Every point nearer to (x, y) than this was in the rings 0..r; infinite once they cover the grid.
    double covered(double x, double y, int r) const noexcept;

private:
    int column(double x) const noexcept;
    int row(double y) const noexcept;
    std::size_t cell(int cx, int cy) const noexcept {
        return static_cast<std::size_t>(cy) * static_cast<std::size_t>(m_columns) +
               static_cast<std::size_t>(cx);
    }

    Box m_bounds;
    double m_side = 1;
    int m_columns = 1, m_rows = 1;
    std::vector<std::uint32_t> m_starts; ///< columns * rows + 1
    std::vector<std::uint32_t> m_ids;    ///< by cell
    std::vector<Point2> m_points;        ///< in the order of m_ids
};

} // namespace annscope::ui
