// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/curve_layers.h"

#include "ui/views/curve_painter.h"

#include <QPainter>

namespace annscope::ui {
namespace {

// Qt Charts draws its series at 4, so the grid goes below and the markers above.
constexpr double kBelowLines = 2.5, kAboveLines = 10, kAboveMarkers = 15, kTop = 20;

double depthOf(CurveLayer::Part part) {
    switch (part) {
    case CurveLayer::Part::Axes:
        return kBelowLines;
    case CurveLayer::Part::Markers:
        return kAboveLines;
    case CurveLayer::Part::Target:
        return kAboveMarkers;
    case CurveLayer::Part::Overlay:
        break;
    }
    return kTop;
}

} // namespace

CurveLayer::CurveLayer(Part part, const CurveScene& scene, QGraphicsItem* parent)
    : QGraphicsItem(parent), m_part(part), m_scene(scene) {
    setZValue(depthOf(part));
    setAcceptedMouseButtons(Qt::NoButton);
}

void CurveLayer::refresh() {
    if (m_bounds != m_scene.bounds) {
        prepareGeometryChange();
        m_bounds = m_scene.bounds;
    }
    update();
}

void CurveLayer::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
    painter->setRenderHint(QPainter::Antialiasing);
    switch (m_part) {
    case Part::Axes:
        paintTitle(*painter, m_scene);
        paintAxes(*painter, m_scene);
        break;
    case Part::Markers:
        paintMarkers(*painter, m_scene);
        paintLabels(*painter, m_scene);
        paintFilterNote(*painter, m_scene);
        break;
    case Part::Target:
        paintTarget(*painter, m_scene);
        paintCrossings(*painter, m_scene);
        break;
    case Part::Overlay:
        paintBrush(*painter, m_scene);
        paintSelection(*painter, m_scene);
        paintLive(*painter, m_scene);
        paintPointer(*painter, m_scene);
        break;
    }
}

} // namespace annscope::ui
