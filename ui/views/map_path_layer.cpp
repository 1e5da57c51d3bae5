// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/map_path_layer.h"

#include "ui/views/step_text.h"

#include "ui/common/palette.h"
#include "ui/models/loss_text.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"
#include "ui/views/path_pair.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace annscope::ui {
namespace {

constexpr std::size_t kMostNumbers = 80; ///< labels tried in a frame, the newest first

QString tr(const char* text) {
    return QCoreApplication::translate("MapPath", text);
}

/// The member nearest to the mean of the members: on a map the mean itself may lie where nothing is.
bool middleOf(const MapScene& scene, std::span<const std::uint32_t> ids, Point2& middle) {
    double x = 0, y = 0;
    std::size_t count = 0;
    for (const std::uint32_t id : ids)
        if (const Point2* p = scene.at(id)) {
            x += (*p)[0];
            y += (*p)[1];
            ++count;
        }
    if (count == 0)
        return false;
    x /= static_cast<double>(count);
    y /= static_cast<double>(count);
    double best = std::numeric_limits<double>::infinity();
    for (const std::uint32_t id : ids)
        if (const Point2* p = scene.at(id)) {
            const double dx = (*p)[0] - x, dy = (*p)[1] - y, d = dx * dx + dy * dy;
            if (d < best) {
                best = d;
                middle = *p;
            }
        }
    return true;
}

/// Every expanded node hangs on the one whose expansion met it.
void drawWalk(QPainter& painter, const MapPath& path, std::size_t step, const ViewTransform& view,
              double radius) {
    const QColor color = palette().accent;
    painter.setPen(QPen(withAlpha(color, 0.45), 1.3));
    for (std::size_t s = 0; s <= step; ++s) {
        const PathStep& each = path.path->steps[s];
        const Point2 *from = path.scene->at(each.parent), *to = path.scene->at(each.id);
        if (each.kind == PathStep::Kind::Expand && from && to)
            painter.drawLine(view.toScreen(*from), view.toScreen(*to));
    }
    for (std::size_t s = 0; s <= step; ++s) {
        const PathStep& each = path.path->steps[s];
        const Point2* at = path.scene->at(each.id);
        if (each.kind != PathStep::Kind::Expand || !at)
            continue;
        painter.setPen(QPen(palette().panel, 1));
        painter.setBrush(color);
        painter.drawEllipse(view.toScreen(*at), radius + 1.5, radius + 1.5);
    }
    if (const PathStep& now = path.path->steps[step]; step + 1 < path.path->steps.size())
        if (const Point2* at = path.scene->at(now.id); at && now.kind == PathStep::Kind::Expand) {
            painter.setPen(QPen(color, 1.6));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(view.toScreen(*at), radius + 6, radius + 6);
        }
}

void numberHops(const MapPath& path, std::size_t step, const ViewTransform& view, double radius,
                LabelPlacer& labels) {
    std::size_t tried = 0;
    for (std::size_t s = step + 1; s-- > 0 && tried < kMostNumbers;) {
        const PathStep& each = path.path->steps[s];
        const Point2* at = path.scene->at(each.id);
        if (each.kind != PathStep::Kind::Expand || !at || !view.area.contains(view.toScreen(*at)))
            continue;
        ++tried;
        labels.place(view.toScreen(*at), radius + 3, QString::number(each.hop), palette().text, s == step);
    }
}

void numberCells(const MapPath& path, std::size_t step, const ViewTransform& view, LabelPlacer& labels) {
    const int hop = path.path->steps[step].hop;
    std::size_t tried = 0;
    for (const ProbedCell& cell : path.probed) {
        const QPointF at = view.toScreen(cell.at);
        if (cell.rank > hop || !view.area.contains(at) || ++tried > kMostNumbers)
            continue;
        labels.placeBadge(at, QString::number(cell.rank), palette().accent, palette().onAccent);
    }
}

void drawMisses(QPainter& painter, const MapPath& path, const ViewTransform& view, double radius) {
    const Point2* query = path.scene->query(path.query);
    for (std::size_t i = 0; i < path.path->truth.size(); ++i) {
        const TrueNeighbour& neighbour = path.path->truth[i];
        const Point2* at = path.scene->at(neighbour.id);
        if (neighbour.loss == Loss::None || !at)
            continue;
        if (query) {
            painter.setPen(QPen(palette().missed, 1.5, Qt::DashLine));
            painter.drawLine(view.toScreen(*query), view.toScreen(*at));
        }
        painter.setPen(QPen(palette().missed, 2));
        painter.setBrush(palette().panel);
        painter.drawEllipse(view.toScreen(*at), radius + 2.5, radius + 2.5);
        if (path.colors[i].isValid()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(path.colors[i]);
            painter.drawEllipse(view.toScreen(*at), 2, 2);
        }
    }
}

void drawFound(QPainter& painter, const MapPath& path, const ViewTransform& view, double radius) {
    painter.setPen(QPen(palette().panel, 1.2));
    for (const Answer& answer : path.path->answers)
        if (const Point2* at = path.scene->at(answer.id)) {
            painter.setBrush(answer.isTrue ? foundColor() : palette().secondary);
            painter.drawEllipse(view.toScreen(*at), radius + 2.5, radius + 2.5);
        }
}

void nameReasons(const MapPath& path, const ViewTransform& view, double radius, LabelPlacer& labels) {
    for (std::size_t i = 0; i < path.reasons.size(); ++i) {
        const Point2* at = path.scene->at(path.path->truth[i].id);
        if (at && !path.reasons[i].isEmpty() && view.area.contains(view.toScreen(*at)))
            labels.place(view.toScreen(*at), radius + 6, path.reasons[i], palette().missed, false);
    }
}

} // namespace

namespace {

/// ", nprobe 24 finds it", or nothing.
QString remedyPart(const Miss& miss, const SearchParams& from) {
    const QString remedy = remedyText(miss, from);
    return remedy.isEmpty() ? QString() : tr(", %1 finds it").arg(remedy);
}

} // namespace

MapPathPtr mapPath(const MapScenePtr& scene, qint64 query, const PathModelPtr& path, const CellsView* cells,
                   const LossReport* report) {
    auto result = std::make_shared<MapPath>();
    result->scene = scene;
    result->query = query;
    if (!path)
        return result;
    result->path = path;
    for (const PathStep& step : path->steps) {
        ProbedCell cell;
        cell.rank = step.hop;
        if (cells && step.kind == PathStep::Kind::Probe &&
            middleOf(*scene, cells->ids(static_cast<std::size_t>(step.id)), cell.at))
            result->probed.push_back(cell);
    }
    const auto own =
        report ? std::ranges::equal_range(report->misses, static_cast<std::uint32_t>(query), {}, &Miss::query)
               : std::ranges::subrange<std::vector<Miss>::const_iterator>();
    for (const TrueNeighbour& neighbour : path->truth) {
        QString reason = reasonText(neighbour);
        QColor color;
        for (const Miss& miss : own)
            if (miss.id == neighbour.id && neighbour.loss != Loss::None)
                std::tie(reason, color) = std::tuple(
                    reasonText(miss.reason) + remedyPart(miss, report->params), reasonColor(miss.reason));
        result->reasons.push_back(reason);
        result->colors.push_back(color);
        result->unseen += scene->placeOf(neighbour.id) < 0 ? 1 : 0;
    }
    return result;
}

void drawMapPath(QPainter& painter, const MapPath& path, std::size_t step, const ViewTransform& view,
                 double radius) {
    const Point2* query = path.scene->query(path.query);
    if (path.path && !path.path->steps.empty()) {
        const std::size_t last = path.path->steps.size() - 1, shown = std::min(step, last);
        LabelPlacer labels(painter, view.area);
        if (query)
            labels.keepFree(QRectF(view.toScreen(*query) - QPointF(10, 10), QSizeF(20, 20)));
        drawWalk(painter, path, shown, view, radius);
        if (shown == last) {
            drawMisses(painter, path, view, radius);
            drawFound(painter, path, view, radius);
            nameReasons(path, view, radius, labels);
        }
        numberCells(path, shown, view, labels);
        numberHops(path, shown, view, radius, labels);
    }
    if (query)
        drawQueryCross(painter, view.toScreen(*query));
}

} // namespace annscope::ui
