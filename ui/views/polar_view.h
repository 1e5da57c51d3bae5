// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"
#include "ui/views/picture_export.h"

#include <QPointF>
#include <QWidget>

#include <vector>

namespace annscope::ui {

/// What an inverted-file index saw of a query in any dimension: radius = distance to the query, sector = cell
/// in the order of probing, clockwise from the top. True neighbours that were missed are hollow, with the
/// reason: in their cell where its code lost them, else in a sector of their own, for cells that were not
/// scanned.
class PolarView : public QWidget {
    Q_OBJECT
public:
    explicit PolarView(QWidget* parent = nullptr);

    void setPath(PathModelPtr path);
    void setStep(std::size_t step);
    void setSelectedCell(qint64 cell);
    void setHoveredCell(qint64 cell);
    void setPictureText(const QString& title, const QString& subtitle, const QString& fileName);
    TitledPicture picture();
    /// Sectors in a view of this size; what is probed beyond shares the last one.
    std::size_t sectors() const;
    /// The middle of the rim of a sector.
    QPointF rimOf(std::size_t sector) const;
    QSize minimumSizeHint() const override { return {240, 200}; }

signals:
    void cellClicked(qint64 cell);
    void cellHovered(qint64 cell);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;
    bool event(QEvent* event) override;

private:
    struct Geometry;
    struct TruePlace {
        const TrueNeighbour* neighbour;
        QPointF at;
    };
    std::vector<TruePlace> truePlaces(const Geometry& g) const;
    bool empty() const noexcept { return !m_path || !m_path->ivf(); }
    Geometry layOut(const QRectF& area) const;
    QPointF placeOf(const Geometry& g, std::size_t step, std::size_t visit) const;
    void paintView(QPainter& painter, const QRectF& area) const;
    void paintSectors(QPainter& painter, const Geometry& g) const;
    void paintNumbers(QPainter& painter, const Geometry& g) const;
    void paintRings(QPainter& painter, const Geometry& g) const;
    void paintVectors(QPainter& painter, const Geometry& g) const;
    void paintTruth(QPainter& painter, const Geometry& g) const;
    void paintLegend(QPainter& painter, const QRectF& area) const;
    int stepAt(QPointF at) const; ///< that probed the cell there, -1: none
    QString sectorText(std::size_t step) const;
    QString missedText(QPointF at) const;

    PathModelPtr m_path;
    std::size_t m_step = 0;
    double m_low = 0, m_high = 1; ///< distances at the hole and at the rim
    std::size_t m_notScanned = 0; ///< true neighbours that were missed with their cells
    qint64 m_selected = -1, m_hovered = -1;
    QString m_title, m_subtitle, m_fileName;
};

} // namespace annscope::ui
