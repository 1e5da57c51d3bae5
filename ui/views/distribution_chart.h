// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/distribution.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

namespace annscope::ui {

/// A histogram with its own title and axes: bars, the mean as a line; hover tells a bin.
class DistributionChart : public QWidget {
    Q_OBJECT
public:
    explicit DistributionChart(QWidget* parent = nullptr);

    void setDistribution(Distribution distribution);
    const Distribution& distribution() const { return m_distribution; }
    /// subtitle: configuration and data, for pictures that leave the program.
    void setPictureText(const QString& subtitle, const QString& fileName);
    TitledPicture picture() const;
    QRectF barOf(std::size_t bin) const;
    QSize sizeHint() const override { return {320, 200}; }
    QSize minimumSizeHint() const override { return {180, 120}; }

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    PlotFrame frameIn(const QRectF& area) const;
    QRectF barIn(const PlotFrame& frame, std::size_t bin) const;
    void paintChart(QPainter& painter, const QRectF& area, int hovered) const;
    void paintHeading(QPainter& painter, const QRectF& area) const;
    int binAt(QPointF at) const;

    Distribution m_distribution;
    QString m_subtitle, m_fileName;
    int m_hovered = -1;
};

} // namespace annscope::ui
