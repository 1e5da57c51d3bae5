// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/canvas_base.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kFitMargin = 28;
constexpr double kWheelStep = 1.0018; ///< per eighth of a degree: a notch of 120 zooms by 1.24
constexpr double kMaxZoom = 1e6, kMinZoom = 0.1;
constexpr double kPanStep = 48;

} // namespace

CanvasBase::CanvasBase(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

ViewTransform CanvasBase::fitted(const QRectF& area) const {
    ViewTransform view = ViewTransform::fitting(m_box, area.adjusted(0, 0, 0, -m_roomBelow), kFitMargin);
    view.area = area;
    view.cy -= m_roomBelow * 0.5 / view.scale;
    return view;
}

void CanvasBase::setDataBounds(const Box& box) {
    const bool same = box.x0 == m_box.x0 && box.x1 == m_box.x1 && box.y0 == m_box.y0 && box.y1 == m_box.y1;
    m_box = box;
    if (!same)
        fit();
}

void CanvasBase::changeView(const ViewTransform& view, bool isFitted) {
    const double least = fitted(rect()).scale;
    ViewTransform next = view;
    next.scale = std::clamp(next.scale, least * kMinZoom, least * kMaxZoom);
    next.area = rect();
    m_fitted = isFitted;
    if (next == m_view)
        return;
    m_view = next;
    emit viewChanged();
    update();
}

void CanvasBase::setView(const ViewTransform& view) {
    changeView(view, false);
}

void CanvasBase::fit() {
    changeView(fitted(rect()), true);
}

void CanvasBase::zoomBy(double factor) {
    ViewTransform next = m_view;
    next.zoomAt(next.area.center(), factor);
    changeView(next, false);
}

void CanvasBase::setPictureText(const QString& title, const QString& subtitle, const QString& fileName) {
    m_title = title;
    m_subtitle = subtitle;
    m_fileName = fileName;
}

TitledPicture CanvasBase::picture() {
    TitledPicture picture{m_title, m_subtitle, m_fileName, size(), {}};
    picture.paint = [this](QPainter& painter, const QRectF& area) {
        painter.save();
        painter.translate(area.topLeft());
        paintScene(painter, m_view, true);
        painter.restore();
    };
    return picture;
}

void CanvasBase::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintScene(painter, m_view, false);
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(ui::palette().accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void CanvasBase::resizeEvent(QResizeEvent*) {
    if (m_fitted)
        fit();
    else
        changeView(m_view, false);
}

void CanvasBase::wheelEvent(QWheelEvent* event) {
    const double eighths = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->pixelDelta().y();
    if (eighths == 0)
        return event->ignore();
    ViewTransform next = m_view;
    const double least = fitted(rect()).scale;
    const double wanted = next.scale * std::pow(kWheelStep, eighths);
    next.zoomAt(event->position(), std::clamp(wanted, least * kMinZoom, least * kMaxZoom) / next.scale);
    changeView(next, false);
    event->accept();
}

void CanvasBase::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = true;
    m_secondClick = false;
    m_pressedAt = m_last = event->position();
}

void CanvasBase::mouseMoveEvent(QMouseEvent* event) {
    if (!m_pressed)
        return pointerMoved(event->position());
    if (!m_dragging &&
        (event->position() - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_dragging = true;
    setCursor(Qt::ClosedHandCursor);
    ViewTransform next = m_view;
    next.panBy(event->position() - m_last);
    m_last = event->position();
    changeView(next, false);
}

void CanvasBase::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressed)
        return;
    const bool click = !m_dragging && !m_secondClick;
    m_pressed = m_dragging = false;
    unsetCursor();
    if (click)
        emit clicked(event->position(), event->modifiers());
    update();
}

void CanvasBase::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = false;
    m_secondClick = true;
    emit clickRevoked();
    fit();
}

void CanvasBase::leaveEvent(QEvent*) {
    pointerMoved(std::nullopt);
}

void CanvasBase::keyPressEvent(QKeyEvent* event) {
    ViewTransform next = m_view;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomIn();
    case Qt::Key_Minus:
        return zoomOut();
    case Qt::Key_0:
        return fit();
    case Qt::Key_Left:
        next.panBy({kPanStep, 0});
        break;
    case Qt::Key_Right:
        next.panBy({-kPanStep, 0});
        break;
    case Qt::Key_Up:
        next.panBy({0, kPanStep});
        break;
    case Qt::Key_Down:
        next.panBy({0, -kPanStep});
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    changeView(next, false);
}

void CanvasBase::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.addSeparator();
    connect(menu.addAction(tr("&Fit to window")), &QAction::triggered, this, &CanvasBase::fit);
    extendMenu(menu);
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
