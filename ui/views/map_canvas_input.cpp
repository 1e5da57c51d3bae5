// SPDX-License-Identifier: GPL-3.0-or-later
// What the map does with the mouse and the keys.
#include "ui/views/map_canvas.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kPickDistance = 7; ///< pixels
constexpr double kLoopStep = 3;     ///< pixels between two corners of a loop
constexpr double kLeastLoop = 4;    ///< pixels; a smaller one is a click

} // namespace

/// A query lies above the points, so it is taken where one is near.
MapCanvas::Target MapCanvas::targetAt(QPointF where) const {
    Target target;
    if (!m_picture.scene)
        return target;
    const QPointF p = view().toData(where);
    const double reach = kPickDistance / view().scale;
    if (m_picture.queries) {
        const QueryCrowd crowd = crowdOf(m_picture, view());
        double best = reach * reach;
        m_picture.scene->queryGrid.visit({p.x() - reach, p.y() - reach, p.x() + reach, p.y() + reach},
                                         [&](std::uint32_t query, const Point2& at) {
                                             const double dx = at[0] - p.x(), dy = at[1] - p.y(),
                                                          d = dx * dx + dy * dy;
                                             if (d <= best && drawsQuery(m_picture, crowd, query)) {
                                                 best = d;
                                                 target.query = query;
                                             }
                                         });
    }
    if (target.query >= 0)
        return target;
    const std::int64_t place = m_picture.scene->baseGrid.nearest(p.x(), p.y(), reach);
    if (place >= 0)
        target.row = m_picture.scene->rows[static_cast<std::size_t>(place)];
    return target;
}

void MapCanvas::pointerMoved(std::optional<QPointF> at) {
    const bool legend = at && QRectF(m_legendAt, m_legend.size()).contains(*at);
    const Target target = at && !legend ? targetAt(*at) : Target();
    if (legend && m_legend.at(*at - m_legendAt))
        setCursor(Qt::PointingHandCursor);
    else
        unsetCursor();
    const bool query = target.query != m_hoveredQuery, row = target.row != m_hoveredRow;
    m_hoveredQuery = target.query;
    m_hoveredRow = target.row;
    if (query)
        emit queryHovered(target.query);
    if (row)
        emit rowHovered(target.row);
    if (query || row)
        update();
}

void MapCanvas::onClicked(QPointF at) {
    if (!m_picture.scene)
        return;
    if (QRectF(m_legendAt, m_legend.size()).contains(at)) {
        const auto classes = m_legend.at(at - m_legendAt);
        return setOnly(classes == m_picture.only ? std::nullopt : classes);
    }
    const Target target = targetAt(at);
    if (target.query >= 0)
        emit queryClicked(target.query);
    else
        emit rowClicked(target.row);
}

void MapCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !(event->modifiers() & Qt::ShiftModifier) || !m_picture.scene)
        return CanvasBase::mousePressEvent(event);
    setFocus(Qt::MouseFocusReason);
    m_drawing = true;
    m_rectangle = event->modifiers() & Qt::ControlModifier;
    m_loop = {event->position()};
    setCursor(Qt::CrossCursor);
}

void MapCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (!m_drawing)
        return CanvasBase::mouseMoveEvent(event);
    const QPointF at = event->position(), from = m_loop.first();
    if (m_rectangle)
        m_loop = {from, QPointF(at.x(), from.y()), at, QPointF(from.x(), at.y())};
    else if ((at - m_loop.last()).manhattanLength() >= kLoopStep)
        m_loop << at;
    update();
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_drawing)
        return CanvasBase::mouseReleaseEvent(event);
    m_drawing = false;
    unsetCursor();
    const QRectF extent = m_loop.boundingRect();
    QPolygonF shape;
    for (const QPointF& p : m_loop)
        shape << view().toData(p);
    m_loop.clear();
    if (std::max(extent.width(), extent.height()) >= kLeastLoop && shape.size() > 2)
        emit brushed(shape);
    update();
}

/// Escape goes back one thing at a time: the loop, then what stands out, then the query (the panel's part).
void MapCanvas::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_drawing) {
        m_drawing = false;
        m_loop.clear();
        unsetCursor();
        return update();
    }
    if (event->key() == Qt::Key_Escape && m_picture.only)
        return setOnly(std::nullopt);
    CanvasBase::keyPressEvent(event);
}

QString MapCanvas::textAt(QPointF at) const {
    if (QRectF(m_legendAt, m_legend.size()).contains(at))
        return m_legend.at(at - m_legendAt) ? tr("Click: only these stand out. Again, or Escape: all.")
                                            : QString();
    const Target target = targetAt(at);
    if (target.query >= 0 && m_queryText)
        return m_queryText(target.query);
    return target.row >= 0 && m_rowText ? m_rowText(target.row) : QString();
}

bool MapCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) { // the panel's Escape would clear the query first
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape && (m_drawing || m_picture.only)) {
            event->accept();
            return true;
        }
    }
    if (event->type() != QEvent::ToolTip || !m_picture.scene)
        return CanvasBase::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
    return true;
}

} // namespace annscope::ui
