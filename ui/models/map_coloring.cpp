// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/map_coloring.h"

#include "data/ground_truth.h"
#include "ui/common/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

QString text(const char* source) {
    return QCoreApplication::translate("MapColoring", source);
}

/// Classes by place from classes by row.
void spread(const MapScene& scene, const std::vector<std::uint32_t>& byRow, MapColoring& coloring) {
    coloring.base.resize(scene.base.size());
    for (std::size_t place = 0; place < scene.base.size(); ++place)
        coloring.base[place] = byRow[scene.rows[place]];
}

void countMembers(MapColoring& coloring, const std::vector<std::uint32_t>& classes) {
    coloring.members.assign(coloring.classes, 0);
    for (const std::uint32_t c : classes)
        if (c < coloring.classes)
            ++coloring.members[c];
}

void colorByCell(const ColoringRequest& request, MapColoring& coloring) {
    const CellsView& cells = *request.built->index->cells();
    std::vector<std::uint32_t> byRow(request.dataset->base.size(), MapColoring::kNone);
    for (std::size_t cell = 0; cell < cells.nlist(); ++cell)
        for (const std::uint32_t id : cells.ids(cell))
            if (id < byRow.size())
                byRow[id] = static_cast<std::uint32_t>(cell);
    coloring.classes = static_cast<std::uint32_t>(cells.nlist());
    coloring.title = text("cell of %1").arg(request.built->title);
    for (std::uint32_t c = 0; c < coloring.classes; ++c)
        coloring.names.push_back(text("cell %1").arg(c));
    spread(*request.scene, byRow, coloring);
    countMembers(coloring, coloring.base);
}

void colorByLabel(const ColoringRequest& request, MapColoring& coloring) {
    coloring.classes = static_cast<std::uint32_t>(request.labels->names.size());
    coloring.names = request.labels->names;
    coloring.title = request.labels->name;
    spread(*request.scene, request.labels->base, coloring);
    countMembers(coloring, coloring.base);
}

void colorByRecall(const ColoringRequest& request, MapColoring& coloring) {
    coloring.sequential = true;
    coloring.classes = MapColoring::kShades;
    coloring.title = text("recall@%1 of a query").arg(request.k);
    coloring.lowText = formatRecall(0);
    coloring.highText = formatRecall(1);
    coloring.queries.assign(request.dataset->queries.size(), MapColoring::kNone);
    const std::size_t count = std::min(request.recall.size(), coloring.queries.size());
    for (std::size_t q = 0; q < count; ++q)
        coloring.queries[q] = shadeOf(static_cast<double>(request.recall[q]), 0, 1);
    countMembers(coloring, coloring.queries);
}

/// The first class is the first cell probed or the first hop.
void colorByProbed(const ColoringRequest& request, MapColoring& coloring) {
    const PathModel& path = *request.path;
    std::vector<std::uint32_t> byRow(request.dataset->base.size(), MapColoring::kNone);
    const auto last = static_cast<std::uint32_t>(std::max(path.hops(), 1));
    coloring.classes = std::min(last, MapColoring::kShades);
    for (const PathStep& step : path.steps) {
        const std::uint32_t order = orderClass(static_cast<std::uint32_t>(std::max(step.hop, 1)), last);
        if (step.kind == PathStep::Kind::Probe && request.built->index->cells()) {
            for (const std::uint32_t id :
                 request.built->index->cells()->ids(static_cast<std::size_t>(step.id)))
                if (id < byRow.size())
                    byRow[id] = order;
        } else if (step.kind == PathStep::Kind::Expand || step.kind == PathStep::Kind::Start) {
            for (std::size_t v = step.first; v < step.end; ++v)
                if (std::uint32_t& c = byRow[static_cast<std::size_t>(path.visits[v].id)];
                    c == MapColoring::kNone)
                    c = order;
        }
    }
    coloring.sequential = true;
    coloring.low = 1;
    coloring.high = static_cast<double>(last);
    coloring.lowText = formatCount(1);
    coloring.highText = formatCount(last);
    coloring.title = path.ivf() ? text("order in which cells were probed") : text("hop that met the vector");
    spread(*request.scene, byRow, coloring);
    countMembers(coloring, coloring.base);
}

Status colorByDistance(const ColoringRequest& request, MapColoring& coloring, const Control& control) {
    const std::size_t rows = request.dataset->base.size();
    ANNSCOPE_ASSIGN(const GroundTruth all, exact_neighbours_of(request.dataset->base, request.query,
                                                               request.dataset->metric, rows, control));
    std::vector<double> shown(rows);
    for (std::size_t i = 0; i < rows; ++i)
        shown[i] = shownDistance(request.dataset->metric, static_cast<double>(all.distances[i]));
    const auto [low, high] = std::ranges::minmax(shown);
    std::vector<std::uint32_t> byRow(rows);
    for (std::size_t i = 0; i < rows; ++i)
        byRow[static_cast<std::size_t>(all.ids[i])] = shadeOf(shown[i], low, high);
    coloring.sequential = true;
    coloring.classes = MapColoring::kShades;
    coloring.low = low;
    coloring.high = high;
    coloring.lowText = formatNumber(low);
    coloring.highText = formatNumber(high);
    const QString measure = request.dataset->metric == Metric::L2             ? text("L2 distance")
                            : request.dataset->metric == Metric::InnerProduct ? text("inner product")
                                                                              : text("1 - cosine");
    coloring.title = text("%1 to query %2").arg(measure).arg(request.queryRow);
    spread(*request.scene, byRow, coloring);
    countMembers(coloring, coloring.base);
    return {};
}

} // namespace

std::uint32_t shadeOf(double value, double low, double high) noexcept {
    if (!(high > low) || !(value > low))
        return 0;
    const double t = std::min((value - low) / (high - low), 1.0);
    return std::min(static_cast<std::uint32_t>(t * MapColoring::kShades), MapColoring::kShades - 1);
}

std::uint32_t orderClass(std::uint32_t number, std::uint32_t last) noexcept {
    const std::uint32_t order = std::max(number, 1u) - 1;
    return last <= MapColoring::kShades
               ? order
               : static_cast<std::uint32_t>(std::uint64_t(order) * MapColoring::kShades / last);
}

Result<MapColoringPtr> colorMap(const ColoringRequest& request, const Control& control) {
    auto coloring = std::make_shared<MapColoring>();
    coloring->kind = request.kind;
    switch (request.kind) {
    case MapColor::Plain:
    case MapColor::Density:
        break;
    case MapColor::Cell:
        colorByCell(request, *coloring);
        break;
    case MapColor::Label:
        colorByLabel(request, *coloring);
        break;
    case MapColor::Recall:
        colorByRecall(request, *coloring);
        break;
    case MapColor::Probed:
        colorByProbed(request, *coloring);
        break;
    case MapColor::Distance:
        ANNSCOPE_TRY(colorByDistance(request, *coloring, control));
        break;
    }
    return MapColoringPtr(std::move(coloring));
}

} // namespace annscope::ui
