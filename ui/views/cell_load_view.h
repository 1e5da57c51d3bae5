// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/cell_coloring.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

#include <span>

namespace annscope::ui {

/// The cells under the query load: how full each is against how often it is visited, and which share of the
/// scan the costliest take. A click chooses a cell.
class CellLoadView : public QWidget {
    Q_OBJECT
public:
    explicit CellLoadView(QWidget* parent = nullptr);

    void setLoad(CellLoadPtr load); ///< null: none
    void setColoring(CellColoring coloring);
    void setSelectedCell(qint64 cell);
    void setHoveredCell(qint64 cell);
    /// Cells that the query in view visits, outlined.
    void setProbed(std::vector<std::uint32_t> cells);
    void setPictureText(const QString& title, const QString& subtitle);
    TitledPicture picture();
    /// Where a cell's dot is, and where its bar stands.
    QPointF dotOf(std::size_t cell) const;
    QPointF barOf(std::size_t cell) const;
    QSize sizeHint() const override { return {640, 260}; }
    QSize minimumSizeHint() const override { return {320, 140}; }

signals:
    void cellClicked(qint64 cell); ///< -1: beside all of them
    void cellHovered(qint64 cell);

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;
    bool event(QEvent*) override;

private:
    /// One side of the view; axes are log10 where values span a wide range.
    struct Scatter : PlotFrame {
        bool logX = false, logY = false;
        QPointF place(double vectors, double visits) const;
    };
    struct Layout {
        Scatter scatter;
        PlotFrame bars; ///< x: cells by cost, y: share of the scan, cumulative up to 1
    };
    Layout layoutIn(const QRectF& area) const;
    Scatter scatterIn(const QRectF& plot) const;
    QPointF dot(const Layout& l, std::size_t cell) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintScatter(QPainter& painter, const Layout& l) const;
    void paintBars(QPainter& painter, const Layout& l) const;
    void paintMarks(QPainter& painter, const Layout& l) const;
    qint64 cellAt(QPointF at) const;
    QString text(std::size_t cell) const;

    CellLoadPtr m_load;
    CellColoring m_coloring;
    std::vector<std::uint32_t> m_rank; ///< by cell: its place by cost
    std::vector<double> m_sum;         ///< by place: share of it and of those before
    std::vector<std::uint32_t> m_probed;
    qint64 m_selected = -1, m_hovered = -1;
    QString m_title, m_subtitle;
};

} // namespace annscope::ui
