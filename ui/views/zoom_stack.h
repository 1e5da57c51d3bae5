// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <vector>

namespace annscope::ui {

/// What a chart shows, in axis units.
struct ViewRange {
    double x0 = 0, x1 = 1, y0 = 0, y1 = 1;

    double width() const noexcept { return x1 - x0; }
    double height() const noexcept { return y1 - y0; }
    ViewRange movedBy(double dx, double dy) const noexcept { return {x0 + dx, x1 + dx, y0 + dy, y1 + dy}; }
    /// Scaled about a point that stays where it is; factors below 1 zoom in.
    ViewRange scaledAbout(QPointF fixed, double factorX, double factorY) const noexcept {
        return {fixed.x() + (x0 - fixed.x()) * factorX, fixed.x() + (x1 - fixed.x()) * factorX,
                fixed.y() + (y0 - fixed.y()) * factorY, fixed.y() + (y1 - fixed.y()) * factorY};
    }
    friend bool operator==(const ViewRange&, const ViewRange&) = default;
};

/// The ranges a person came through, so that Esc goes one step back. Empty: the chart follows its data.
class ZoomStack {
public:
    bool empty() const noexcept { return m_ranges.empty(); }
    const ViewRange& top() const { return m_ranges.back(); }
    void push(const ViewRange& range) { m_ranges.push_back(range); }
    /// Continues the last step, as the wheel does while it turns.
    void replaceTop(const ViewRange& range) { m_ranges.back() = range; }
    void pop() {
        if (!m_ranges.empty())
            m_ranges.pop_back();
    }
    void clear() { m_ranges.clear(); }

private:
    std::vector<ViewRange> m_ranges;
};

} // namespace annscope::ui
