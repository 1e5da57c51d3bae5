// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/cell_coloring.h"
#include "ui/views/cell_scene.h"
#include "ui/views/path_model.h"
#include "ui/views/picture_export.h"

#include <QWidget>

namespace annscope::ui {

/// Sizes of cells, the largest first, with their mean and five times the mean, and how many cells have which
/// size. Cells that the query probed are outlined and numbered by rank.
class CellChart : public QWidget {
    Q_OBJECT
public:
    explicit CellChart(QWidget* parent = nullptr);

    void setScene(CellScenePtr scene);
    void setPath(PathModelPtr path);
    void setStep(std::size_t step);
    void setSelectedCell(qint64 cell);
    void setHoveredCell(qint64 cell);
    /// load: for the tool tips; null: not known.
    void setColoring(CellColoring coloring, CellLoadPtr load);
    void setPictureText(const QString& title, const QString& subtitle);
    TitledPicture picture();
    /// Where a cell's bar is, for tests and for the tool tip.
    QRectF barOf(std::size_t cell) const;
    QSize sizeHint() const override { return {640, 150}; }
    QSize minimumSizeHint() const override { return {240, 100}; }

signals:
    void cellClicked(qint64 cell);
    void cellHovered(qint64 cell);

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;
    bool event(QEvent*) override;

private:
    struct Layout {
        QRectF bars, histogram;
        double top = 1; ///< the size at the upper rim
        double y(double size) const { return bars.bottom() - size / top * bars.height(); }
    };
    Layout layoutIn(const QRectF& area) const;
    QRectF barRect(const Layout& l, std::size_t rank) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintBars(QPainter& painter, const Layout& l) const;
    void paintLines(QPainter& painter, const Layout& l) const;
    void paintProbed(QPainter& painter, const Layout& l) const;
    void paintHistogram(QPainter& painter, const Layout& l) const;
    qint64 cellAt(QPointF at) const;

    CellScenePtr m_scene;
    CellColoring m_coloring;
    CellLoadPtr m_load;
    PathModelPtr m_path;
    std::size_t m_step = 0;
    qint64 m_selected = -1, m_hovered = -1;
    QString m_title, m_subtitle;
};

/// "cell 12: 345 vectors, 1.2 times the mean, 3rd largest of 256; centroid ...".
QString cellText(const CellScene& scene, std::size_t cell, const PathModel* path,
                 const CellLoad* load = nullptr);

} // namespace annscope::ui
