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
    if (isPair(paths) && !steps[0].empty() && !steps[1].empty() &&
        !sameKindOfSteps(*paths[0].path, *paths[1].path))
        goByDistances(steps);
    else
        goHopByHop(steps);
    for (Moment& moment : m_moments)
        for (std::size_t which = 0; which < 2; ++which)
            if (!steps[which].empty())
                moment.compared = std::max(moment.compared, steps[which][moment.steps[which]].end);
}

void PathTimeline::goHopByHop(const std::array<std::span<const PathStep>, 2>& steps) {
    std::array<std::size_t, 2> next{};
    // Within a hop both go on step by step: a level's entry comes after the hop that led there.
    for (int hop = 0; next[0] < steps[0].size() || next[1] < steps[1].size(); ++hop)
        for (;;) {
            bool moved = false;
            Moment moment{hop, 0, {}};
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

void PathTimeline::goByDistances(const std::array<std::span<const PathStep>, 2>& steps) {
    std::array<std::size_t, 2> at{};
    const auto compared = [&](std::size_t which) {
        const std::size_t next = at[which] + 1;
        return next < steps[which].size() ? steps[which][next].end : std::size_t(-1);
    };
    for (;;) {
        m_moments.push_back({std::max(steps[0][at[0]].hop, steps[1][at[1]].hop), 0, at});
        if (compared(0) == std::size_t(-1) && compared(1) == std::size_t(-1))
            return;
        ++at[compared(0) <= compared(1) ? 0 : 1];
    }
}

std::size_t PathTimeline::momentOfCompared(double compared) const noexcept {
    std::size_t moment = 0;
    while (moment + 1 < m_moments.size() && static_cast<double>(m_moments[moment + 1].compared) <= compared)
        ++moment;
    return moment;
}

std::size_t PathTimeline::momentOfStep(std::size_t first) const noexcept {
    const auto found =
        std::ranges::find(m_moments, first, [](const Moment& moment) { return moment.steps[0]; });
    return found == m_moments.end() ? 0 : static_cast<std::size_t>(found - m_moments.begin());
}

std::size_t PathTimeline::momentOfHop(int hop) const noexcept {
    const auto after = std::upper_bound(m_moments.begin(), m_moments.end(), hop,
                                        [](int h, const Moment& moment) { return h < moment.hop; });
    return after == m_moments.begin() ? 0 : static_cast<std::size_t>(after - m_moments.begin()) - 1;
}

} // namespace annscope::ui
