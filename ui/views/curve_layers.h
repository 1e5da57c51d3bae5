// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/curve_content.h"

#include <QGraphicsItem>

namespace annscope::ui {

/// Where the name of a series stands, and what it points at.
struct SeriesLabel {
    std::size_t series = 0;
    QRectF box;
    QPointF end;          ///< of the line, pixels
    QString name, detail; ///< elided to the room there is
};

/// Everything that the layers of the curve draw; owned by ParetoChart.
struct CurveScene {
    CurveContent content;
    CurveMapping mapping;
    QRectF bounds;           ///< of the whole view, pixels
    QString title, subtitle; ///< only on pictures that leave the program
    double controls = 0;     ///< width of the buttons over the upper right corner, pixels
    std::vector<SeriesLabel> labels;
    bool legend = false; ///< labels are a legend above the plot: they found no room at the line ends

    qint64 selected = -1, hovered = -1;
    bool pointerInside = false, cardShown = false;
    bool focusRing = false; ///< the keyboard came here
    QPointF pointer;        ///< pixels
    QRectF rubberBand;
    std::optional<LiveEstimate> live;
    double targetRecall = 0;       ///< 0: none
    bool targetHot = false;        ///< the recall line is under the pointer, dragged, or has the keyboard
    QRectF brush;                  ///< of the filter that was drawn here, axis units; null: none
    QString brushText;             ///< beside the rubber band while it is drawn; empty: the band zooms
    QString filterNote;            ///< "12 of 45 runs"; empty: all pass
    bool vector = false;           ///< for a file of lines: no marker comes from a prepared picture
    std::optional<Run> hoveredRun; ///< for the card
};

/// Sizes of what stands around the plot, from the fonts and texts of the scene.
struct CurveMargins {
    double left = 0, top = 0, right = 0, bottom = 0;
};
CurveMargins curveMargins(const CurveScene& scene, bool labelsOnTheRight);
/// Puts names at the ends of the lines as far as they fit, else into a legend. Needs mapping.
void placeLabels(CurveScene& scene);
/// QPS where each front crosses the target recall, by series; only what lies in view.
struct TargetCrossing {
    std::size_t series = 0;
    QPointF at; ///< pixels
    double qps = 0;
};
std::vector<TargetCrossing> targetCrossings(const CurveScene& scene);
/// Width of the widest name at a line's end, marker included; at most limit.
double labelColumn(const CurveScene& scene, double limit);

/// One layer of the picture, a child of the chart.
class CurveLayer : public QGraphicsItem {
public:
    enum class Part {
        Axes,    ///< below the lines: grid, ticks, titles
        Markers, ///< points and names
        Target,  ///< the recall line and what each front reaches there: moves while it is dragged
        Overlay  ///< what follows the pointer and the selection
    };
    CurveLayer(Part part, const CurveScene& scene, QGraphicsItem* parent);

    QRectF boundingRect() const override { return m_bounds; }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
    /// Call after anything it shows changed.
    void refresh();

private:
    const Part m_part;
    const CurveScene& m_scene;
    QRectF m_bounds;
};

} // namespace annscope::ui
