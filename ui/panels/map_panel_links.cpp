// SPDX-License-Identifier: GPL-3.0-or-later
// What the map shows of the selection and the filters, and what it says to them.
#include "ui/common/format.h"
#include "ui/models/path_step.h"
#include "ui/models/selection.h"
#include "ui/panels/map_panel.h"
#include "ui/views/map_canvas.h"
#include "ui/views/query_explainer.h"

#include <QCheckBox>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <utility>

namespace annscope::ui {
namespace {

constexpr std::size_t kMostPointed = 2000; ///< marks drawn anew in every frame
const QString kFilter = QStringLiteral("map");

} // namespace

void MapPanel::onPath() {
    showPath();
    if (color() == MapColor::Probed || color() == MapColor::Distance)
        recolor();
}

void MapPanel::showPath() {
    const MapScenePtr& scene = m_study->scene();
    const qint64 query = m_selection->query();
    m_zoom->setEnabled(scene && scene->query(query));
    if (!scene || query < 0) {
        m_canvas->setPath(nullptr);
        return updateTexts();
    }
    const PathModelPtr& path = explainer()->path();
    const bool own = path && m_built && path->queryRow == query;
    m_canvas->setPath(mapPath(scene, query, own ? path : nullptr, own ? m_built->index->cells() : nullptr,
                              lossFits() ? m_loss.get() : nullptr));
    showStep();
    updateTexts();
}

/// So near that the true neighbours fill a good part of the canvas; on a projection they may lie apart.
void MapPanel::zoomToQuery() {
    const MapScenePtr& scene = m_study->scene();
    const Point2* query = scene ? scene->query(m_selection->query()) : nullptr;
    if (!query)
        return;
    double reach = 4 * std::sqrt(scene->inked / static_cast<double>(scene->base.size()));
    if (const PathModelPtr& path = explainer()->path())
        for (const TrueNeighbour& neighbour : path->truth)
            if (const Point2* at = scene->at(neighbour.id))
                reach = std::max<double>(
                    {reach, std::abs((*at)[0] - (*query)[0]), std::abs((*at)[1] - (*query)[1])});
    const Box box{(*query)[0] - reach, (*query)[1] - reach, (*query)[0] + reach, (*query)[1] + reach};
    m_canvas->setView(ViewTransform::fitting(box.grown(0.3), m_canvas->rect(), 8));
}

/// Follows a player that plays the same search. What it has not yet met is then dimmed.
void MapPanel::showStep() {
    const PathModelPtr& path = explainer()->path();
    const bool shown = m_steps && m_built && path && m_steps->shows(m_built->id, path) &&
                       m_steps->step() + 1 < path->steps.size();
    m_canvas->setStep(shown ? static_cast<int>(m_steps->step()) : -1);
    const MapColoringPtr& coloring = m_canvas->coloring();
    if (shown && coloring && coloring->kind == MapColor::Probed) {
        const auto hop = static_cast<std::uint32_t>(std::max(path->steps[m_steps->step()].hop, 1));
        m_canvas->setOnly(ClassRange{0, orderClass(hop, static_cast<std::uint32_t>(path->hops()))});
        m_stepped = true;
    } else if (std::exchange(m_stepped, false)) {
        m_canvas->setOnly(std::nullopt);
    }
}

void MapPanel::showPassing() {
    m_canvas->setPassing(m_dataset ? m_filters->queries(m_dataset) : nullptr);
    const MapScenePtr& scene = m_study->scene();
    const qint64 cell = m_built ? m_filters->cell(m_built->id) : -1;
    std::shared_ptr<std::vector<char>> rows;
    if (scene && cell >= 0 && m_built->index->cells() &&
        static_cast<std::size_t>(cell) < m_built->index->cells()->nlist()) {
        rows = std::make_shared<std::vector<char>>(scene->base.size(), 0);
        for (const std::uint32_t id : m_built->index->cells()->ids(static_cast<std::size_t>(cell)))
            if (const std::int64_t place = scene->placeOf(id); place >= 0)
                (*rows)[static_cast<std::size_t>(place)] = 1;
    }
    m_canvas->setPassingPoints(rows);
    showBrush();
    showMisses();
    updateTexts();
}

void MapPanel::showMisses() {
    m_missesBox->setEnabled(lossFits());
    if (!lossFits() || !m_missesBox->isChecked()) {
        m_counting.drop();
        m_canvas->setMisses(nullptr);
        return updateTexts();
    }
    m_counting.request([loss = m_loss, passing = m_filters->queries(m_dataset)](
                           const Control&) -> Result<MissCountsPtr> { return countMisses(*loss, passing); },
                       [this](Result<MissCountsPtr> counts) {
                           if (counts && m_missesBox->isChecked() && lossFits())
                               m_canvas->setMisses(*counts);
                           updateTexts();
                       });
}

/// The cell under the pointer of any view, else the selected one.
void MapPanel::showPointed() {
    std::vector<std::uint32_t> rows;
    const CellsView* cells = m_built ? m_built->index->cells() : nullptr;
    qint64 cell = m_selection->hoveredCell();
    if (cell < 0)
        cell = m_selection->cell();
    if (cells && cell >= 0 && static_cast<std::size_t>(cell) < cells->nlist()) {
        const auto ids = cells->ids(static_cast<std::size_t>(cell));
        const std::size_t stride = std::max<std::size_t>(1, ids.size() / kMostPointed);
        for (std::size_t i = 0; i < ids.size(); i += stride)
            rows.push_back(ids[i]);
    }
    m_canvas->setPointedRows(std::move(rows));
}

qint64 MapPanel::cellOf(qint64 row) const {
    const MapColoringPtr& coloring = m_canvas->coloring();
    const MapScenePtr& scene = m_canvas->scene();
    const std::int64_t place = scene ? scene->placeOf(row) : -1;
    if (place < 0 || !coloring || coloring->kind != MapColor::Cell)
        return -1;
    const std::uint32_t cell = coloring->classOf(static_cast<std::size_t>(place));
    return cell < coloring->classes ? static_cast<qint64>(cell) : -1;
}

void MapPanel::selectRow(qint64 row) {
    m_selection->setNode(row);
    if (color() == MapColor::Cell)
        m_selection->setCell(cellOf(row));
}

void MapPanel::brush(const QPolygonF& shape) {
    const MapScenePtr& scene = m_study->scene();
    if (!scene)
        return;
    const QRectF extent = shape.boundingRect();
    auto rows = std::make_shared<QueryRows>();
    scene->queryGrid.visit({extent.left(), extent.top(), extent.right(), extent.bottom()},
                           [&](std::uint32_t query, const Point2& p) {
                               if (shape.containsPoint(QPointF(p[0], p[1]), Qt::OddEvenFill))
                                   rows->push_back(query);
                           });
    if (rows->empty())
        return m_filters->remove(kFilter);
    std::ranges::sort(*rows);
    m_queriesBox->setChecked(true);
    m_brush = Brush{shape, rows, scene};
    Filter filter;
    filter.source = kFilter;
    filter.text = rows->size() == 1 ? tr("1 query on the map")
                                    : tr("%1 queries on the map").arg(formatCount(rows->size()));
    filter.dataset = m_dataset;
    filter.queries = std::move(rows);
    m_filters->set(std::move(filter));
}

/// The loop is seen as long as its filter is set, and comes back with it by undo.
void MapPanel::showBrush() {
    const bool set = m_brush && m_brush->scene == m_study->scene() &&
                     std::ranges::any_of(m_filters->filters(), [this](const Filter& filter) {
                         return filter.queries == m_brush->rows;
                     });
    m_canvas->setBrush(set ? std::optional(m_brush->shape) : std::nullopt);
}

} // namespace annscope::ui
