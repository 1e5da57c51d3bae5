// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/view_transform.h"
#include "ui/views/picture_export.h"

#include <QWidget>

#include <optional>

class QMenu;

namespace annscope::ui {

/// A picture of the plane that pans and zooms: drag pans, the wheel zooms about the pointer, a double click
/// fits; keys + - 0 and the arrows do the same. A click without a drag is reported with its place.
class CanvasBase : public QWidget {
    Q_OBJECT
public:
    explicit CanvasBase(QWidget* parent = nullptr);

    /// What fit() shows. The view is fitted at once unless the box is the same as before.
    void setDataBounds(const Box& box);
    const ViewTransform& view() const noexcept { return m_view; }
    void setView(const ViewTransform& view);
    /// For pictures that leave the program.
    void setPictureText(const QString& title, const QString& subtitle, const QString& fileName);
    TitledPicture picture();

    QSize sizeHint() const override { return {640, 420}; }
    QSize minimumSizeHint() const override { return {240, 160}; }

public slots:
    void fit();
    void zoomIn() { zoomBy(1.25); }
    void zoomOut() { zoomBy(0.8); }

signals:
    void viewChanged();
    /// A click without a drag; at: pixels.
    void clicked(QPointF at, Qt::KeyboardModifiers modifiers);
    /// The click reported last was the first half of a double click.
    void clickRevoked();

protected:
    /// Paints everything, in the pixels of the view. forFile: all at its best, at once.
    virtual void paintScene(QPainter& painter, const ViewTransform& view, bool forFile) = 0;
    virtual void pointerMoved(std::optional<QPointF> at) { Q_UNUSED(at) }
    virtual void extendMenu(QMenu& menu) { Q_UNUSED(menu) }
    bool dragging() const noexcept { return m_dragging; }
    bool isFitted() const noexcept { return m_fitted; }
    /// Room below the data that fit() leaves free, pixels.
    void setRoomBelow(double pixels) { m_roomBelow = pixels; }

    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    void zoomBy(double factor);
    void changeView(const ViewTransform& view, bool fitted);
    ViewTransform fitted(const QRectF& area) const;

    ViewTransform m_view;
    Box m_box{0, 0, 1, 1};
    double m_roomBelow = 0;
    bool m_fitted = true; ///< stays fitted when the widget is resized
    bool m_pressed = false, m_dragging = false, m_secondClick = false;
    QPointF m_pressedAt, m_last;
    QString m_title, m_subtitle, m_fileName;
};

} // namespace annscope::ui
