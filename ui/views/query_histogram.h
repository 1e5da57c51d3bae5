// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/palette.h"
#include "ui/models/query_bins.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace annscope::ui {

/// Queries by recall or difficulty, as bars that can be brushed: drag over bins, or click one. What does not
/// pass the filters of other views stands pale behind. Arrows move the brush, Shift widens it, Escape takes
/// it away.
class QueryHistogram : public QWidget {
    Q_OBJECT
public:
    struct Mark {
        double value = 0;
        QString text;
    };
    /// The same quantity of another run, as a line over the bars.
    struct Outline {
        QString text;
        SeriesStyle style;
        std::vector<double> counts; ///< by bin, as if of as many queries as the bars
    };
    struct Content {
        QString title, axis, summary;
        QueryBinsPtr bins; ///< null: the placeholder instead
        QString placeholder;
        std::vector<std::uint32_t> passing; ///< by bin; empty: all
        QColor color;
        std::vector<Mark> marks;
        std::vector<Outline> outlines;
        std::vector<double> line; ///< 0..1 by bin, NaN: none; on an axis of its own at the right
        QString lineTitle;
    };

    explicit QueryHistogram(QWidget* parent = nullptr);

    void setContent(Content content);
    const Content& content() const noexcept { return m_content; }
    void setBrush(std::optional<BinRange> range);
    std::optional<BinRange> brush() const noexcept { return m_brush; }
    void setSelectedQuery(qint64 row);
    void setHoveredQuery(qint64 row);
    /// Counts on a logarithmic axis, so that few bad queries beside many good ones are seen.
    void setLogarithmic(bool on);
    void setPictureText(const QString& subtitle, const QString& fileName);

    QRectF barOf(int bin) const;
    /// What the heading says of a bin.
    QString binText(int bin) const;
    TitledPicture picture() const;
    QSize sizeHint() const override { return {320, 170}; }
    QSize minimumSizeHint() const override { return {180, 110}; }

signals:
    /// dragging: the gesture that began before goes on.
    void brushed(annscope::ui::BinRange range, bool dragging);
    void cleared();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    PlotFrame frameIn(const QRectF& area) const;
    QRectF barIn(const PlotFrame& frame, int bin, double count) const;
    double height(double count) const;
    int binAt(QPointF at, bool clamped) const;
    void brushTo(BinRange range, bool dragging);
    void paintHeading(QPainter& painter, const QRectF& area) const;
    void paintChart(QPainter& painter, const QRectF& area, bool interactive) const;
    void paintBars(QPainter& painter, const PlotFrame& frame, bool interactive) const;
    void paintOutlines(QPainter& painter, const PlotFrame& frame, const std::vector<QRectF>& taken) const;
    void paintLine(QPainter& painter, const PlotFrame& frame) const;
    std::vector<QRectF> paintMarks(QPainter& painter, const PlotFrame& frame) const; ///< its labels
    void paintQuery(QPainter& painter, const PlotFrame& frame, qint64 row, const QColor& color) const;

    Content m_content;
    std::optional<BinRange> m_brush;
    int m_hovered = -1, m_pressed = -1;
    bool m_wasBrush = false; ///< the press was on a brush of that one bin: a click takes it away
    bool m_dragged = false, m_logarithmic = true;
    qint64 m_selectedQuery = -1, m_hoveredQuery = -1;
    QString m_subtitle, m_fileName;
};

} // namespace annscope::ui
