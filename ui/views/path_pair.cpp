// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_pair.h"

#include <algorithm>

namespace annscope::ui {

SeriesStyle pathStyle(std::size_t which) {
    if (which == 0)
        return {palette().accent, Marker::Circle, Qt::SolidLine};
    SeriesStyle style = seriesStyle(3); // neither a found nor a missed neighbour's colour
    style.marker = Marker::Square;
    style.dash = Qt::DashLine;
    return style;
}

QColor pathTextColor(std::size_t which) {
    const QColor color = pathStyle(which).color;
    if (which == 0)
        return color;
    return palette().dark ? color.lighter(115) : color.darker(155);
}

PathTimeline::PathTimeline(const PathPair& paths) {
    const auto stepsOf = [&paths](std::size_t which) {
        return paths[which].path ? std::span(paths[which].path->steps) : std::span<const PathStep>();
    };
    const std::array steps{stepsOf(0), stepsOf(1)};
    std::array<std::size_t, 2> next{};
    // Within a hop both go on step by step: a level's entry comes after the hop that led there.
    for (int hop = 0; next[0] < steps[0].size() || next[1] < steps[1].size(); ++hop)
        for (;;) {
            bool moved = false;
            Moment moment{hop, {}};
            for (std::size_t which = 0; which < 2; ++which) {
                if (next[which] < steps[which].size() && steps[which][next[which]].hop == hop) {
                    ++next[which];
                    moved = true;
                }
                moment.steps[which] = std::max<std::size_t>(next[which], 1) - 1;
            }
            if (!moved)
                break;
            m_moments.push_back(moment);
        }
}

std::size_t PathTimeline::momentOfHop(int hop) const noexcept {
    const auto after = std::upper_bound(m_moments.begin(), m_moments.end(), hop,
                                        [](int h, const Moment& moment) { return h < moment.hop; });
    return after == m_moments.begin() ? 0 : static_cast<std::size_t>(after - m_moments.begin()) - 1;
}

} // namespace annscope::ui
