// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"
#include "ui/views/picture_export.h"

#include <QImage>
#include <QWidget>

namespace annscope::ui {

/// What an inverted-file index saw of a query in any dimension: radius = distance to the query, sector = cell
/// in the order of probing, clockwise from the top. True neighbours that were missed lie in a sector of their
/// own, beside the cells that were not scanned.
class PolarView : public QWidget {
    Q_OBJECT
public:
    explicit PolarView(QWidget* parent = nullptr);

    void setPath(PathModelPtr path);
    void setStep(std::size_t step);
    void setPictureText(const QString& title, const QString& subtitle, const QString& fileName);
    TitledPicture picture();
    /// Sectors shown: the probed cells, at most kMaxSectors.
    static constexpr std::size_t kMaxSectors = 48;
    QSize minimumSizeHint() const override { return {240, 200}; }

signals:
    void cellClicked(qint64 cell);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    struct Geometry;
    Geometry layOut(const QRectF& area) const;
    void paintView(QPainter& painter, const QRectF& area) const;
    void paintSectors(QPainter& painter, const Geometry& g) const;
    void paintRings(QPainter& painter, const Geometry& g) const;
    void paintVectors(QPainter& painter, const Geometry& g) const;
    void paintTruth(QPainter& painter, const Geometry& g) const;
    void paintLegend(QPainter& painter, const QRectF& area) const;

    PathModelPtr m_path;
    std::size_t m_step = 0;
    QString m_title, m_subtitle, m_fileName;
};

} // namespace annscope::ui
