// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/lazy_layer.h"

#include "ui/jobs/job_runner.h"

#include <QPainter>
#include <QWidget>

#include <cmath>

namespace annscope::ui {

namespace {

constexpr int kIdleMs = 30;      ///< a burst of mouse moves asks once
constexpr double kMargin = 0.25; ///< drawn beyond the rim, so that a pan has something to show

} // namespace

Result<LayerImage> LayerImage::blank(const ViewTransform& view, qreal ratio) {
    LayerImage layer;
    layer.view = view;
    layer.ratio = ratio;
    layer.image = QImage((view.area.size() * ratio).toSize().expandedTo(QSize(1, 1)),
                         QImage::Format_ARGB32_Premultiplied);
    if (layer.image.isNull())
        return Error{ErrorCode::OutOfMemory, "There is not enough memory for the picture."};
    layer.image.fill(Qt::transparent);
    return layer;
}

void LayerImage::paint(QPainter& painter, const ViewTransform& to) const {
    if (image.isNull())
        return;
    const Box box = view.visible();
    const QRectF target(to.toScreen(box.x0, box.y1), to.toScreen(box.x1, box.y0));
    const double pixels = target.width() / image.width() * painter.device()->devicePixelRatioF();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, std::abs(pixels - 1) > 1e-6);
    painter.drawImage(target, image);
}

LazyLayer::LazyLayer(JobRunner* jobs, const QString& title, QWidget* canvas)
    : QObject(canvas), m_jobs(jobs), m_title(title), m_canvas(canvas) {
    m_idle.setSingleShot(true);
    m_idle.setInterval(kIdleMs);
    connect(&m_idle, &QTimer::timeout, this, &LazyLayer::submit);
}

void LazyLayer::setRender(Render render, bool keep) {
    m_render = std::move(render);
    m_stale = true;
    if (!keep || !m_render)
        m_layer = {};
    m_canvas->update();
    request();
}

void LazyLayer::setView(const ViewTransform& view) {
    m_wanted = view;
    const double dx = std::round(view.area.width() * kMargin), dy = std::round(view.area.height() * kMargin);
    m_wanted.area.adjust(-dx, -dy, dx, dy);
    request();
}

bool LazyLayer::sharp() const {
    return !m_render || (!m_stale && m_job == 0 && m_layer.view == m_wanted);
}

void LazyLayer::request() {
    if (!sharp() && m_job == 0 && !m_idle.isActive())
        m_idle.start();
}

void LazyLayer::submit() {
    if (sharp() || m_job != 0 || m_wanted.area.isEmpty())
        return; // the end of a running job asks again
    m_stale = false;
    const JobRunner::Work<LayerImage> work = [render = m_render, view = m_wanted,
                                              ratio = m_canvas->devicePixelRatioF()](const Control& control) {
        return render(view, ratio, control);
    };
    const JobRunner::Done<LayerImage> done = [this](Result<LayerImage> layer) {
        m_job = 0;
        if (layer && !m_stale) {
            m_layer = std::move(layer).value();
            m_canvas->update();
        }
        if (layer)
            request();
    };
    m_job = m_jobs->submit<LayerImage>(Lane::Interactive, m_title, work, this, done);
}

void LazyLayer::paint(QPainter& painter, const ViewTransform& to) const {
    m_layer.paint(painter, to);
}

void LazyLayer::paintForFile(QPainter& painter, const ViewTransform& to) const {
    if (!m_render)
        return;
    if (const auto layer = m_render(to, 2, {}))
        layer.value().paint(painter, to);
}

} // namespace annscope::ui
