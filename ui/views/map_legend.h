// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/map_coloring.h"

#include <QColor>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

class QPainter;

namespace annscope::ui {

/// A mark of the map and what it stands for.
struct MapMark {
    enum Shape : quint8 { Dot, Ring, Query, Answer, Missed, Way };
    Shape shape = Dot;
    QColor color;
    QString text;
};

/// How the map is to be read: its colours, which can be clicked, and its marks.
class MapLegend {
public:
    /// most: categories listed at most; the largest ones of more.
    void setContent(const MapColoringPtr& coloring, std::vector<MapMark> marks, std::size_t most);
    bool empty() const noexcept { return m_rows.empty() && m_marks.empty() && !m_bar; }
    QSizeF size() const noexcept { return m_size; }
    /// only: the classes that stand out; nothing: all.
    void paint(QPainter& painter, QPointF topLeft, const std::optional<ClassRange>& only) const;
    /// The classes under a point that is relative to the upper left corner.
    std::optional<ClassRange> at(QPointF point) const;
    /// Where a class is to be clicked, relative to the corner; empty where it is not listed.
    QRectF areaOf(std::uint32_t category) const;

private:
    struct Row {
        QRectF area;
        std::uint32_t category = 0;
    };
    void paintBar(QPainter& painter, const std::optional<ClassRange>& only) const;
    void paintRows(QPainter& painter, const std::optional<ClassRange>& only) const;
    void paintMarks(QPainter& painter) const;

    MapColoringPtr m_coloring;
    std::vector<MapMark> m_marks;
    std::vector<Row> m_rows;
    std::optional<QRectF> m_bar;
    QRectF m_title, m_more; ///< m_more: how many are not listed
    double m_marksTop = 0;
    QSizeF m_size;
};

} // namespace annscope::ui
