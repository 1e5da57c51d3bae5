// SPDX-License-Identifier: GPL-3.0-or-later
// What hand and keys do to the bars.
#include "ui/models/loss_text.h"
#include "ui/views/loss_chart.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

LossChart::Hovered LossChart::at(QPointF position) const {
    for (const LegendItem& item : legendIn(rect()))
        if (item.box.contains(position))
            return {-1, item.reason};
    if (m_bars.empty())
        return {};
    const PlotFrame frame = frameIn(rect());
    // Below a bar, its value is meant as well; beside it, nothing.
    const int bar = int(std::lround(frame.xAt(position.x())));
    if (bar < 0 || bar >= int(m_bars.size()) || position.y() < frame.plot.top())
        return {};
    const QRectF whole = barIn(frame, std::size_t(bar));
    if (position.x() < whole.left() - 3 || position.x() > whole.right() + 3)
        return {};
    Hovered found{bar, {}};
    for (const LossReason reason : m_reasons)
        if (partIn(frame, std::size_t(bar), reason).contains(position))
            found.reason = reason;
    return found;
}

void LossChart::mouseMoveEvent(QMouseEvent* event) {
    const Hovered now = at(event->position());
    if (now == m_hovered)
        return;
    m_hovered = now;
    setCursor(now == Hovered{} ? Qt::ArrowCursor : Qt::PointingHandCursor);
    setToolTip(now.bar < 0 && now.reason ? reasonHelp(*now.reason) : QString());
    update();
}

void LossChart::mousePressEvent(QMouseEvent* event) {
    const Hovered meant = at(event->position());
    if (event->button() != Qt::LeftButton)
        return;
    if (meant.bar < 0 && meant.reason)
        emit reasonClicked(*meant.reason);
    else if (meant.bar >= 0 && meant.bar == currentBar() && meant.reason)
        emit reasonClicked(*meant.reason); // the bar of what is shown below: the queries behind this part
    else if (meant.bar >= 0 && !m_parameter.isEmpty())
        emit valueClicked(m_bars[std::size_t(meant.bar)].value);
}

void LossChart::keyPressEvent(QKeyEvent* event) {
    const int key = event->key(), count = int(m_bars.size());
    const int from = m_hovered.bar >= 0 ? m_hovered.bar : currentBar();
    if ((key == Qt::Key_Left || key == Qt::Key_Right) && count > 0)
        m_hovered = {std::clamp(from + (key == Qt::Key_Left ? -1 : 1), 0, count - 1), {}};
    else if ((key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space) && m_hovered.bar >= 0)
        emit valueClicked(m_bars[std::size_t(m_hovered.bar)].value);
    else if (key == Qt::Key_Escape && (m_chosen || m_hovered.bar >= 0)) {
        m_hovered = {};
        if (m_chosen)
            emit reasonClicked(*m_chosen);
    } else
        return QWidget::keyPressEvent(event);
    update();
}

void LossChart::leaveEvent(QEvent*) {
    m_hovered = {};
    update();
}

void LossChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    connect(menu.addAction(tr("Copy &numbers")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(csv()); });
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
