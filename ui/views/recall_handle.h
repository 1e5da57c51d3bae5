// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace annscope::ui {

/// The upper end of the recall line: what the keyboard can hold. Draws nothing but its focus ring; the line
/// is the chart's. Arrows move by 0.001, with Shift, Page Up and Page Down by 0.01, Home and End to the ends
/// of the view. A mouse drag is told in the parent's pixels.
class RecallHandle : public QWidget {
    Q_OBJECT
public:
    explicit RecallHandle(QWidget* parent);

    void setRecall(double recall);
    /// What Home and End go to.
    void setRange(double low, double high);

signals:
    void moved(double recall);
    void dragged(QPointF position);
    void dragEnded();
    /// Pointer or keyboard came or went.
    void hotChanged(bool hot);
    void escaped();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    double m_recall = 0, m_low = 0, m_high = 1;
    bool m_dragging = false;
};

} // namespace annscope::ui
