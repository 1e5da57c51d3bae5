// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainterPath>
#include <QPen>

class QPainter;

namespace annscope::ui {

/// The program's colours. Text on window and panel has a contrast of at least 4.5 : 1.
struct Palette {
    QColor window;    ///< behind docks
    QColor panel;     ///< docks, charts, fields
    QColor line;      ///< borders, grid
    QColor text;      ///< primary text
    QColor secondary; ///< units, hints, axis labels
    QColor accent;    ///< the one accent: focus, selection, primary button, query
    QColor onAccent;  ///< text on the accent
    QColor fault;     ///< errors and warnings only
    QColor missed;    ///< true neighbours that a search missed
    QColor hover;     ///< a row or button under the pointer
    bool dark = false;
};

/// The colours in use, see ui/common/theme.h. Read them when painting, never keep them.
const Palette& palette() noexcept;
const Palette& lightPalette() noexcept;
const Palette& darkPalette() noexcept;

enum class Marker : quint8 { Circle, Square, Triangle, Diamond, TriangleDown, Plus, Cross, Star };

/// How one series looks in every view: told apart by colour, by shape and by dash, so that a grey print
/// works.
struct SeriesStyle {
    QColor color;
    Marker marker = Marker::Circle;
    Qt::PenStyle dash = Qt::SolidLine;

    QPen pen(qreal width = 1.75) const { return {color, width, dash, Qt::RoundCap, Qt::RoundJoin}; }
};

/// index may be any number >= 0; styles repeat after 8 colours, with the dashes shifted.
SeriesStyle seriesStyle(int index);
/// The outline of a marker of the given size in pixels, centred on the origin. Plus and Cross are strokes,
/// the others are to be filled.
QPainterPath markerPath(Marker marker, qreal size = 7);
/// Draws a marker, filled (or hollow) in the given colour.
void drawMarker(QPainter& painter, QPointF centre, Marker marker, const QColor& color, qreal size = 7,
                bool hollow = false);

/// Sequential colours, t in 0..1 (clamped): cividis of Nunez, Anderton and Renslow, PLoS ONE 2018.
QColor cividis(double t);
/// Diverging blue - grey - orange, t in -1..1 (clamped).
QColor diverging(double t);
/// a * (1 - t) + b * t, alpha included.
QColor mix(const QColor& a, const QColor& b, double t);
/// The same colour with the given opacity.
QColor withAlpha(QColor color, double alpha);
/// WCAG contrast ratio, 1..21.
double contrastRatio(const QColor& a, const QColor& b);

} // namespace annscope::ui
