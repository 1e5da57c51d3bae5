// SPDX-License-Identifier: GPL-3.0-or-later
// What the pointer finds in the polar view.
#include "ui/common/format.h"
#include "ui/views/polar_geometry.h"
#include "ui/views/step_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QToolTip>

#include <cmath>
#include <numbers>

namespace annscope::ui {

namespace {

constexpr double kPick = 7; ///< pixels

} // namespace

int PolarView::stepAt(QPointF at) const {
    if (empty())
        return -1;
    const Geometry g = layOut(rect());
    const QPointF d = at - g.centre;
    if (std::hypot(d.x(), d.y()) > g.radius + Geometry::kRim)
        return -1;
    double turn = (std::atan2(d.y(), d.x()) + std::numbers::pi / 2) / (2 * std::numbers::pi);
    turn -= std::floor(turn);
    const auto sector = static_cast<std::size_t>(turn * g.sectors);
    return sector < g.cells ? static_cast<int>(sector) : -1;
}

void PolarView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return QWidget::mousePressEvent(event);
    setFocus(Qt::MouseFocusReason);
    if (const int step = stepAt(event->position()); step >= 0)
        emit cellClicked(m_path->steps[static_cast<std::size_t>(step)].id);
}

void PolarView::mouseMoveEvent(QMouseEvent* event) {
    const int step = stepAt(event->position());
    const qint64 cell = step >= 0 ? m_path->steps[static_cast<std::size_t>(step)].id : -1;
    if (cell == m_hovered)
        return;
    setHoveredCell(cell);
    emit cellHovered(cell);
}

void PolarView::leaveEvent(QEvent*) {
    setHoveredCell(-1);
    emit cellHovered(-1);
}

QString PolarView::sectorText(std::size_t step) const {
    const PathStep& probe = m_path->steps[step];
    std::size_t right = 0;
    for (const Considered& visit : m_path->visits_in(step))
        right += m_path->isTrueNeighbour(visit.id) ? 1 : 0;
    const Geometry g = layOut(rect());
    QString text =
        tr("cell %1, number %2 by distance, centroid at %3\n%4 vectors scanned, %5 entered the list, %6 "
           "true neighbours among them")
            .arg(formatCount(static_cast<qulonglong>(probe.id)))
            .arg(probe.hop)
            .arg(distanceText(m_path->metric, probe.distance))
            .arg(formatCount(probe.end - probe.first), formatCount(probe.kept), formatCount(right));
    if (step + 1 == g.cells && g.probed > g.cells)
        text += tr("\nThe %1 cells after it share the sector.").arg(formatCount(g.probed - g.cells));
    return text;
}

QString PolarView::missedText(QPointF at) const {
    if (!empty())
        for (const TruePlace& place : truePlaces(layOut(rect())))
            if (const QPointF d = place.at - at; std::hypot(d.x(), d.y()) < kPick)
                return tr("true neighbour %1 at %2\n%3")
                    .arg(formatCount(static_cast<qulonglong>(place.neighbour->id)),
                         distanceText(m_path->metric, place.neighbour->distance),
                         lossText(*m_path, *place.neighbour));
    return {};
}

bool PolarView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QString text = missedText(help->pos());
    if (const int step = stepAt(help->pos()); text.isEmpty() && step >= 0)
        text = sectorText(static_cast<std::size_t>(step));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void PolarView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
