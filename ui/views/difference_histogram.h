// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/paired_recall.h"
#include "ui/views/picture_export.h"

#include <QWidget>

namespace annscope::ui {

/// How many queries gain and lose how much recall from one run to another: losses to the left, gains to the
/// right. Queries that are equal would hide the rest, so their bar is cut and says its count.
class DifferenceHistogram : public QWidget {
    Q_OBJECT
public:
    explicit DifferenceHistogram(QWidget* parent = nullptr);

    void setPair(const PairedRecall& pair, const QString& title, const QString& subtitle);
    QRectF barAt(std::size_t bin) const;
    TitledPicture picture() const;
    QSize sizeHint() const override { return {320, 92}; }
    QSize minimumSizeHint() const override { return {160, 92}; }

signals:
    /// A bar was clicked: -1 a loss, 1 a win.
    void sideClicked(int side);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void paint(QPainter& painter, const QRectF& area) const;
    QRectF barIn(const QRectF& area, std::size_t bin) const;
    int binAt(QPointF pixel) const;
    double reach() const;
    std::size_t tallest() const;

    PairedRecall m_pair;
    QString m_title, m_subtitle;
};

} // namespace annscope::ui
