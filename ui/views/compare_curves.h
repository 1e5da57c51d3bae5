// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/run.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"
#include "ui/views/recall_axis.h"

#include <QWidget>

#include <vector>

namespace annscope::ui {

class RunsModel;

/// The fronts of the series that compared runs belong to, and the runs themselves by their letters.
class CompareCurves : public QWidget {
    Q_OBJECT
public:
    explicit CompareCurves(QWidget* parent = nullptr);

    void setRuns(const RunsModel& model, const std::vector<const Run*>& runs, const QString& subtitle);
    void setRecallScale(RecallScale scale);
    void setHovered(qint64 run);
    /// Where a run is drawn; none where it is not here.
    QPointF pixelOf(qint64 run) const;
    TitledPicture picture() const;
    QSize sizeHint() const override { return {360, 220}; }
    QSize minimumSizeHint() const override { return {200, 180}; }

signals:
    void hovered(qint64 run);
    void clicked(qint64 run);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    struct Line {
        SeriesKey key;
        int style = 0;
        std::vector<std::pair<double, double>> points; ///< recall, QPS
    };
    struct Point {
        qint64 run = -1;
        QString letter;
        int style = 0;
        double recall = 0, qps = 0;
    };
    void paint(QPainter& painter, const QRectF& area) const;
    PlotFrame frameIn(const QRectF& area) const;
    QPointF place(const PlotFrame& frame, double recall, double qps) const;
    qint64 runAt(QPointF pixel) const;

    RecallScale m_scale = RecallScale::Linear;
    RecallAxis m_axis;
    std::vector<Line> m_lines;
    std::vector<Point> m_points;
    double m_left = 0, m_right = 1, m_bottom = 0, m_top = 1; ///< axis units
    std::size_t m_k = 0;
    qint64 m_hovered = -1;
    QString m_subtitle;
    std::size_t m_trials = 1; ///< queries times k: what recall can tell apart
    void findRange();
};

} // namespace annscope::ui
