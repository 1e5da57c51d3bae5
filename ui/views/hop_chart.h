// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"
#include "ui/views/picture_export.h"

#include <QWidget>

namespace annscope::ui {

/// Distance to the query over the steps of a path: the node expanded (or centroid probed), the band between
/// the best and the worst of the candidate list, and the true k-th distance. A click goes to a step.
class HopChart : public QWidget {
    Q_OBJECT
public:
    explicit HopChart(QWidget* parent = nullptr);

    void setPath(PathModelPtr path);
    void setStep(std::size_t step);
    void setPictureText(const QString& title, const QString& subtitle);
    QSize sizeHint() const override { return {320, 150}; }
    QSize minimumSizeHint() const override { return {160, 84}; }

signals:
    void stepPicked(int step);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    struct Axes;
    Axes axes(const QRectF& area) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintGrid(QPainter& painter, const Axes& a) const;
    void paintBand(QPainter& painter, const Axes& a) const;
    void paintSteps(QPainter& painter, const Axes& a) const;
    void pick(QPointF at);

    PathModelPtr m_path;
    std::size_t m_step = 0;
    QString m_title, m_subtitle;
};

} // namespace annscope::ui
