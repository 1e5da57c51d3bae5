// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/filter_stack.h"
#include "ui/models/map_coloring.h"
#include "ui/models/map_misses.h"
#include "ui/models/map_scene.h"
#include "ui/views/lazy_layer.h"

#include <QColor>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace annscope::ui {

/// All that the picture of the points depends on, but for the view. Copies are cheap; what they point to is
/// immutable.
struct MapPicture {
    MapScenePtr scene;
    MapColoringPtr coloring;        ///< of the same scene; null: plain
    std::optional<ClassRange> only; ///< the others are dimmed
    QueryRowsPtr passing;           ///< queries that pass the filters; null: all. The others are dimmed.
    std::shared_ptr<const std::vector<char>> passingPoints; ///< by place; null: all. The others are dimmed.
    bool queries = true;                                    ///< shown
    MissCountsPtr misses;                                   ///< rows that are missed; null: not shown
    bool behindPath = false; ///< a query's path is shown above: everything is fainter
};

/// Colours by class, taken from the theme in the GUI thread.
struct MapStyle {
    std::vector<QRgb> classes; ///< opaque
    QRgb plain = 0, none = 0, dimmed = 0, query = 0, halo = 0;
    std::array<QRgb, kLossReasons> reasons{}; ///< of rings around missed rows
    bool dark = false;

    static MapStyle fromPalette(const MapColoring* coloring);
};

/// The colour of a category; those of many repeat, neighbours in number differ.
QColor categoryColor(std::uint32_t category);
/// The colour of one of the shades of a sequential scale.
QColor shadeColor(std::uint32_t shade, std::uint32_t shades);

/// Half the width of a point, pixels: 1 to 3 by zoom.
double mapPointRadius(const MapScene& scene, const ViewTransform& view);
/// In a crowd only so large a share of the queries is drawn that their crosses stay apart; the same ones
/// always, and more of them the nearer one looks.
class QueryCrowd {
public:
    /// shown: queries that may be drawn at all.
    QueryCrowd(const MapScene& scene, const ViewTransform& view, std::size_t shown);
    /// amongAll: it has to stay apart from all queries, not only from those shown.
    bool draws(std::uint32_t query, bool amongAll = false) const noexcept {
        constexpr std::uint32_t kHash =
            2654435769u; // Knuth's multiplicative hash spreads neighbours in number
        return (query * kHash) * 0x1p-32 < (amongAll ? m_shareOfAll : m_share);
    }
    double share() const noexcept { return std::min(m_share, 1.0); }
    double arm() const noexcept { return m_arm; }   ///< half the arm of a cross, pixels
    double room() const noexcept { return m_room; } ///< mean pixels between two of all

private:
    double m_room, m_share, m_shareOfAll, m_arm;
};
/// Of a picture: whether a query is drawn, and can be pointed at.
QueryCrowd crowdOf(const MapPicture& picture, const ViewTransform& view);
bool drawsQuery(const MapPicture& picture, const QueryCrowd& crowd, std::uint32_t query);
/// Radius in pixels of the ring around a row that was missed so often: the area grows with the count, and all
/// rings together leave most of the map to be seen.
double missRingRadius(const MapScene& scene, const ViewTransform& view, const MissCounts& counts,
                      std::uint32_t misses);

/// Points, then queries, then rings around missed rows; what is dimmed lies below. Runs on any thread. Cost:
/// points in view. Errors: Cancelled, OutOfMemory.
Result<LayerImage> renderMap(const MapPicture& picture, const MapStyle& style, const ViewTransform& view,
                             qreal ratio, const Control& control);

} // namespace annscope::ui
