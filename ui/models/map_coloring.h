// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "ui/models/built_index.h"
#include "ui/models/map_scene.h"
#include "ui/views/path_model.h"

#include <QString>

#include <memory>
#include <vector>

namespace annscope::ui {

/// By what the points of a map are coloured.
enum class MapColor : quint8 { Plain, Density, Cell, Label, Recall, Probed, Distance };

/// One label a row, from a label file.
struct MapLabels {
    QString name;                    ///< of the file
    std::vector<std::uint32_t> base; ///< by row: index of a name
    std::vector<QString> names;
};
using MapLabelsPtr = std::shared_ptr<const MapLabels>;

/// Classes from first to last, both included.
struct ClassRange {
    std::uint32_t first = 0, last = 0;
    bool contains(std::uint32_t c) const noexcept { return c >= first && c <= last; }
    friend bool operator==(const ClassRange&, const ClassRange&) = default;
};

/// A class for each point of a map, and how the classes are to be read. Immutable.
struct MapColoring {
    static constexpr std::uint32_t kNone = 0xFFFFFFFFu; ///< of a point that the colours say nothing about
    static constexpr std::uint32_t kShades = 64;        ///< classes of a continuous quantity

    MapColor kind = MapColor::Plain;
    QString title;                      ///< of the legend: "recall@10 of the queries"
    std::vector<std::uint32_t> base;    ///< by place; empty: none has one
    std::vector<std::uint32_t> queries; ///< by row; empty: none has one
    std::uint32_t classes = 0;
    bool sequential = false; ///< classes are ordered shades, from low to high
    double low = 0, high = 1;
    QString lowText, highText;        ///< at the two ends of the shades
    std::vector<QString> names;       ///< of classes that are categories
    std::vector<std::size_t> members; ///< base points by class; of queries where those are coloured

    std::uint32_t classOf(std::size_t place) const noexcept { return base.empty() ? kNone : base[place]; }
    std::uint32_t classOfQuery(std::size_t row) const noexcept {
        return queries.empty() ? kNone : queries[row];
    }
};
using MapColoringPtr = std::shared_ptr<const MapColoring>;

/// The shade of a value in [low, high].
std::uint32_t shadeOf(double value, double low, double high) noexcept;
/// The class of a cell or hop by its number from 1, of so many.
std::uint32_t orderClass(std::uint32_t number, std::uint32_t last) noexcept;

/// What a coloring is made from; what its kind does not need may be null.
struct ColoringRequest {
    MapColor kind = MapColor::Plain;
    MapScenePtr scene;
    DatasetPtr dataset;
    BuiltIndexPtr built;       ///< of Cell and Probed
    MapLabelsPtr labels;       ///< of Label
    std::vector<float> recall; ///< of Recall: by query
    std::size_t k = 10;        ///< of Recall
    PathModelPtr path;         ///< of Probed
    std::vector<float> query;  ///< of Distance
    qint64 queryRow = -1;      ///< of Distance
};
/// Runs on any thread. Cost: linear; Distance: rows x dim. Errors: Cancelled, OutOfMemory.
Result<MapColoringPtr> colorMap(const ColoringRequest& request, const Control& control);

} // namespace annscope::ui
