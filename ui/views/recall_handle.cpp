// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/recall_handle.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {
constexpr int kWidth = 17, kHeight = 15;
constexpr double kFine = 0.001, kCoarse = 0.01;
}

RecallHandle::RecallHandle(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("recallHandle"));
    setFixedSize(kWidth, kHeight);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::SizeHorCursor);
    setAccessibleName(tr("Recall line"));
    setToolTip(tr("Recall to reach, 0..1: drag, or arrow keys (0.001; with Shift 0.01). The runs are ranked "
                  "by what they give there."));
    hide();
}

void RecallHandle::setRecall(double recall) {
    m_recall = recall;
    setAccessibleDescription(formatParameter(recall));
}

void RecallHandle::setRange(double low, double high) {
    m_low = low;
    m_high = high;
}

void RecallHandle::keyPressEvent(QKeyEvent* event) {
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? kCoarse : kFine;
    // On the grid of the step, so that coarse steps give round numbers.
    const auto go = [this](double by) {
        const double size = std::abs(by), at = m_recall / size;
        const double next = by > 0 ? std::floor(at + 1e-6) + 1 : std::ceil(at - 1e-6) - 1;
        emit moved(std::clamp(next * size, kFine, 1.0));
    };
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        return go(-step);
    case Qt::Key_Right:
    case Qt::Key_Up:
        return go(step);
    case Qt::Key_PageDown:
        return go(-kCoarse);
    case Qt::Key_PageUp:
        return go(kCoarse);
    case Qt::Key_Home:
        emit moved(std::clamp(std::ceil(m_low / kFine) * kFine, kFine, 1.0));
        return;
    case Qt::Key_End:
        emit moved(std::clamp(std::floor(m_high / kFine + 1e-6) * kFine, kFine, 1.0));
        return;
    case Qt::Key_Escape:
        emit escaped();
        return;
    default:
        event->ignore();
    }
}

void RecallHandle::mousePressEvent(QMouseEvent* event) {
    m_dragging = event->button() == Qt::LeftButton;
    event->setAccepted(m_dragging);
}

void RecallHandle::mouseMoveEvent(QMouseEvent* event) {
    if (m_dragging)
        emit dragged(mapToParent(event->position()));
}

void RecallHandle::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && std::exchange(m_dragging, false))
        emit dragEnded();
}

void RecallHandle::mouseDoubleClickEvent(QMouseEvent* event) {
    event->accept(); // the chart's would show all
}

void RecallHandle::enterEvent(QEnterEvent*) {
    emit hotChanged(true);
}

void RecallHandle::leaveEvent(QEvent*) {
    emit hotChanged(hasFocus());
}

void RecallHandle::focusInEvent(QFocusEvent*) {
    emit hotChanged(true);
    update();
}

void RecallHandle::focusOutEvent(QFocusEvent*) {
    emit hotChanged(underMouse());
    update();
}

void RecallHandle::paintEvent(QPaintEvent*) {
    if (!hasFocus())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(ui::palette().accent, 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
}

} // namespace annscope::ui
