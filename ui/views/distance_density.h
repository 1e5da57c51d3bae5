// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/types.h"
#include "ui/models/study.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace annscope::ui {

/// What a code makes of distances: exact against approximate, random vectors as a density, true neighbours as
/// dots; on the diagonal nothing is lost. The line at the re-rank cut tells which of them are compared again.
class DistanceDensity : public QWidget {
    Q_OBJECT
public:
    explicit DistanceDensity(QWidget* parent = nullptr);

    /// null: nothing. The picture keeps its scale while only the code changes.
    void setStudy(const StudyPtr& study, Metric metric);
    void setFactor(double factor);
    void setPictureText(const QString& title, const QString& subtitle);
    TitledPicture picture() const;

    /// What is under the pointer there, for tooltips and tests; empty outside the axes.
    QString readout(QPointF at) const;
    /// The true neighbours that are found with the present k_factor, of all.
    double foundShare() const;

    QSize sizeHint() const override { return {420, 320}; }
    QSize minimumSizeHint() const override { return {220, 160}; }

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    PlotFrame frameIn(const QRectF& area) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintDensity(QPainter& painter, const PlotFrame& frame) const;
    void paintNeighbours(QPainter& painter, const PlotFrame& frame) const;
    void paintCut(QPainter& painter, const PlotFrame& frame) const;
    void paintLegend(QPainter& painter, const PlotFrame& frame) const;
    void paintHover(QPainter& painter, const PlotFrame& frame) const;
    void findRange();
    double place(double distance) const; ///< in axis units; nearer is less
    QString axisLabel(double position) const;
    std::optional<CodeStudy::Cut> cut() const;
    bool found(std::size_t neighbour) const;

    StudyPtr m_study;
    Metric m_metric = Metric::L2;
    double m_factor = 1, m_low = 0, m_high = 1;
    std::optional<QPointF> m_hover;
    QString m_title, m_subtitle;
    mutable QImage m_density; ///< of m_densityOf in its size and theme
    mutable StudyPtr m_densityOf;
    mutable bool m_densityDark = false;
};

} // namespace annscope::ui
