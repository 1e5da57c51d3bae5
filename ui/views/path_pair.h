// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/palette.h"
#include "ui/views/path_model.h"

#include <QString>

#include <array>
#include <span>
#include <utility>
#include <vector>

namespace annscope::ui {

/// A path and what it is called beside another one, e.g. "Lsearch = 32".
struct NamedPath {
    PathModelPtr path; ///< null: none
    QString name;
};

/// One path, or two laid over each other. The second is null without the first.
using PathPair = std::array<NamedPath, 2>;

inline bool isPair(const PathPair& paths) noexcept {
    return paths[0].path && paths[1].path;
}

/// Colour, dash and marker of the first and of the second path in every view.
SeriesStyle pathStyle(std::size_t which);
/// The same colour for text: at least 4.5 : 1 on the panel.
QColor pathTextColor(std::size_t which);

/// Which steps of two paths are seen together: hop by hop, or, where hops of one are cells of the other, when
/// they had computed as many distances; the shorter path waits at its end. A single path has one moment for
/// each step.
class PathTimeline {
public:
    PathTimeline() = default;
    explicit PathTimeline(const PathPair& paths);

    std::size_t size() const noexcept { return m_moments.size(); }
    /// The step of the first or second path; 0 where there is no such path.
    std::size_t step(std::size_t moment, std::size_t which) const noexcept {
        return m_moments[moment].steps[which];
    }
    int hop(std::size_t moment) const noexcept { return m_moments[moment].hop; }
    /// The last moment of that hop or of the nearest before it.
    std::size_t momentOfHop(int hop) const noexcept;
    /// The last moment at which neither path had computed more distances.
    std::size_t momentOfCompared(double compared) const noexcept;
    /// The first moment with that step of the first path.
    std::size_t momentOfStep(std::size_t first) const noexcept;

private:
    void goHopByHop(const std::array<std::span<const PathStep>, 2>& steps);
    void goByDistances(const std::array<std::span<const PathStep>, 2>& steps);

    struct Moment {
        int hop = 0;
        std::size_t compared = 0; ///< distances, of the path that computed more
        std::array<std::size_t, 2> steps{};
    };
    std::vector<Moment> m_moments;
};

} // namespace annscope::ui
