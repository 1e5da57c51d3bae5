// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/geometry/voronoi.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

/// One convex cell while it is being cut.
class Cutter {
public:
    void reset(const Box& clip, Vertex site) {
        m_site = site;
        m_corners = {{clip.x0, clip.y0}, {clip.x1, clip.y0}, {clip.x1, clip.y1}, {clip.x0, clip.y1}};
        update_reach();
    }
    /// Keeps the side of the bisector on which the site lies (Sutherland and Hodgman, 1974).
    void cut(Vertex other) {
        const double nx = other.x - m_site.x, ny = other.y - m_site.y;
        const double squared = nx * nx + ny * ny;
        if (squared * 0.25 >= m_reach)
            return; // the bisector passes beyond every corner
        m_next.clear();
        for (std::size_t i = 0; i < m_corners.size(); ++i) {
            const Vertex a = m_corners[i], b = m_corners[i + 1 == m_corners.size() ? 0 : i + 1];
            const double da = (a.x - m_site.x) * nx + (a.y - m_site.y) * ny - squared * 0.5;
            const double db = (b.x - m_site.x) * nx + (b.y - m_site.y) * ny - squared * 0.5;
            if (da <= 0)
                m_next.push_back(a);
            if ((da < 0 && db > 0) || (da > 0 && db < 0)) {
                const double t = da / (da - db);
                m_next.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
            }
        }
        m_corners.swap(m_next);
        update_reach();
    }
    bool empty() const noexcept { return m_corners.size() < 3; }
    void clear() { m_corners.clear(); }
    /// Squared distance from the site to the farthest corner.
    double reach() const noexcept { return m_reach; }
    const std::vector<Vertex>& corners() const noexcept { return m_corners; }

private:
    void update_reach() {
        m_reach = 0;
        for (const Vertex& c : m_corners) {
            const double dx = c.x - m_site.x, dy = c.y - m_site.y;
            m_reach = std::max(m_reach, dx * dx + dy * dy);
        }
    }
    Vertex m_site;
    double m_reach = 0;
    std::vector<Vertex> m_corners, m_next;
};

struct Neighbour {
    double squared;
    std::uint32_t id;
    Vertex at;
};

void cut_cell(const SpatialGrid& grid, std::uint32_t id, Vertex site, Cutter& cutter,
              std::vector<Neighbour>& ring) {
    for (int r = 0; !cutter.empty(); ++r) {
        ring.clear();
        grid.visit_ring(site.x, site.y, r, [&](std::uint32_t other, const Point2& p) {
            const double dx = p[0] - site.x, dy = p[1] - site.y;
            if (other != id)
                ring.push_back({dx * dx + dy * dy, other, {p[0], p[1]}});
        });
        std::sort(ring.begin(), ring.end(),
                  [](const Neighbour& a, const Neighbour& b) { return a.squared < b.squared; });
        for (const Neighbour& other : ring) {
            if (other.squared == 0) {
                if (other.id < id)
                    return cutter.clear(); // the first of equal sites has the cell
            } else {
                cutter.cut(other.at);
            }
        }
        const double known = grid.covered(site.x, site.y, r);
        if (std::isinf(known) || (known > 0 && known * known * 0.25 >= cutter.reach()))
            return;
    }
}

} // namespace

double VoronoiCells::area(std::size_t i) const noexcept {
    const auto c = cell(i);
    double twice = 0;
    for (std::size_t j = 0; j < c.size(); ++j) {
        const Vertex &a = c[j], &b = c[j + 1 == c.size() ? 0 : j + 1];
        twice += (a.x - clip.x0) * (b.y - clip.y0) - (b.x - clip.x0) * (a.y - clip.y0);
    }
    return twice * 0.5;
}

Result<VoronoiCells> voronoi_cells(std::span<const Point2> sites, const Box& clip, const Control& control) {
    VoronoiCells cells;
    cells.clip = clip;
    cells.starts.reserve(sites.size() + 1);
    cells.starts.push_back(0);
    const SpatialGrid grid(sites, 1.5);
    Cutter cutter;
    std::vector<Neighbour> ring;
    control.begin("Voronoi cells", sites.size());
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (i % 64 == 0 && control.cancel_requested())
            return cancelled();
        const Vertex site{sites[i][0], sites[i][1]};
        cutter.reset(clip, site);
        cut_cell(grid, static_cast<std::uint32_t>(i), site, cutter, ring);
        if (!cutter.empty())
            cells.corners.insert(cells.corners.end(), cutter.corners().begin(), cutter.corners().end());
        cells.starts.push_back(static_cast<std::uint32_t>(cells.corners.size()));
        control.advance();
    }
    return cells;
}

} // namespace annscope::ui
