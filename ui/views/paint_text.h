// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QString>

#include <vector>

namespace annscope::ui {

/// The application's font in the given size.
void setTextSize(QPainter& painter, int pixels, bool bold = false);
/// Text with a halo in the panel's colour, so that it is readable on any picture. at: left end of the base
/// line.
void drawHaloText(QPainter& painter, QPointF at, const QString& text, const QColor& color);
/// A plain rounded card behind a legend or a note.
void drawCard(QPainter& painter, const QRectF& box);
/// A note of one line in a card; its upper left corner is given. Returns its size.
QSizeF drawNote(QPainter& painter, QPointF topLeft, const QString& text, double maxWidth);

/// Places small labels beside points and leaves out those that would cover an earlier one.
class LabelPlacer {
public:
    LabelPlacer(QPainter& painter, const QRectF& area) : m_painter(painter), m_area(area) {}
    /// False: no room. distance: from the point to the label, pixels.
    bool place(QPointF at, double distance, const QString& text, const QColor& color, bool bold);
    /// The same, above the point or not at all.
    bool placeAbove(QPointF at, double distance, const QString& text, const QColor& color, bool bold);
    /// No label will be placed there.
    void keepFree(const QRectF& box) { m_taken.push_back(box); }
    /// A filled badge on the point itself.
    bool placeBadge(QPointF at, const QString& text, const QColor& fill, const QColor& color);

private:
    bool isFree(const QRectF& box) const;

    QPainter& m_painter;
    QRectF m_area;
    std::vector<QRectF> m_taken;
};

} // namespace annscope::ui
