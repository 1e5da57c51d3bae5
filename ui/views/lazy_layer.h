// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "ui/views/geometry/view_transform.h"

#include <QImage>
#include <QObject>
#include <QTimer>

#include <functional>

class QPainter;
class QWidget;

namespace annscope::ui {

class JobRunner;

/// A picture of a part of the plane.
struct LayerImage {
    QImage image; ///< transparent where there is nothing
    ViewTransform view;
    qreal ratio = 1; ///< pixels of the image per pixel of the view

    /// A transparent image of the view's size. Errors: OutOfMemory.
    static Result<LayerImage> blank(const ViewTransform& view, qreal ratio);
    void paint(QPainter& painter, const ViewTransform& to) const;
};

/// A layer that is too slow to be drawn in every frame. While the view moves the last picture is shifted and
/// scaled; the interactive lane makes a sharp one as soon as it can.
class LazyLayer : public QObject {
    Q_OBJECT
public:
    /// Runs on the worker: must capture values and shared_ptr<const T> only.
    using Render = std::function<Result<LayerImage>(const ViewTransform&, qreal ratio, const Control&)>;

    LazyLayer(JobRunner* jobs, const QString& title, QWidget* canvas);

    /// null: nothing. keep: the old picture stays until the new one is there.
    void setRender(Render render, bool keep);
    void setView(const ViewTransform& view);
    bool sharp() const;
    /// There is something to be drawn, and nothing of it yet.
    bool waiting() const { return m_render && m_layer.image.isNull(); }
    void paint(QPainter& painter, const ViewTransform& to) const;
    /// At once, at twice the resolution, for a file.
    void paintForFile(QPainter& painter, const ViewTransform& to) const;

private:
    void request();
    void submit();

    JobRunner* m_jobs;
    QString m_title;
    QWidget* m_canvas;
    Render m_render;
    LayerImage m_layer;
    ViewTransform m_wanted;
    QTimer m_idle;
    quint64 m_job = 0; ///< 0: none runs
    bool m_stale = true;
};

} // namespace annscope::ui
