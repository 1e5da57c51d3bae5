// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/study.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

#include <optional>

namespace annscope::ui {

/// Recall after re-ranking against k_factor, with the least k_factor for 0.90, 0.95 and 0.99; below, how many
/// of the true neighbours have which rank under the code. A click or drag picks a k_factor.
class RerankCurve : public QWidget {
    Q_OBJECT
public:
    explicit RerankCurve(QWidget* parent = nullptr);

    void setStudy(const StudyPtr& study); ///< null: nothing
    void setFactor(double factor);
    void setPictureText(const QString& title, const QString& subtitle);
    TitledPicture picture() const;

    /// What is under the pointer there; empty outside the axes.
    QString readout(QPointF at) const;
    QRectF plotArea() const { return PlotFrame::inside(rect()).plot; }
    double factorAt(double pixel) const;

    QSize sizeHint() const override { return {420, 320}; }
    QSize minimumSizeHint() const override { return {220, 160}; }

signals:
    void factorPicked(double factor);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    PlotFrame frameIn(const QRectF& area) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintRanks(QPainter& painter, const PlotFrame& frame) const;
    void paintCurve(QPainter& painter, const PlotFrame& frame) const;
    void paintMarks(QPainter& painter, const PlotFrame& frame) const;
    void paintCard(QPainter& painter, const PlotFrame& frame) const;
    void paintCut(QPainter& painter, const PlotFrame& frame) const;

    StudyPtr m_study;
    double m_factor = 1;
    std::optional<QPointF> m_hover;
    QString m_title, m_subtitle;
};

} // namespace annscope::ui
