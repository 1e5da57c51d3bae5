// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/selection.h"
#include "ui/views/chart_export.h"
#include "ui/views/curve_layers.h"
#include "ui/views/zoom_stack.h"

#include <QChartView>
#include <QElapsedTimer>

#include <map>

class QLineSeries;
class QMenu;
class QValueAxis;

namespace annscope::ui {

class FilterStack;
class RecallHandle;
class RunsModel;

/// Recall against queries per second: the runs of a model as markers, the Pareto front of each index as a
/// line. Draws its own axes and markers over Qt Charts' lines, because QScatterSeries is quadratic in the
/// number of points and QLogValueAxis labels powers of ten only.
///
/// Mouse: hover reads both axes, click selects, wheel zooms about the pointer (over an axis: that axis), left
/// drag zooms to a rectangle, with Shift it makes a filter of the runs in it, on the recall line it moves
/// that line; middle or right drag (or Space and left drag) pans, double click shows all, right click offers
/// copy and export. Keys: left and right step along the front, up and down go to the next index, + and -
/// zoom, Esc goes one step back, Home shows all, Ctrl+C copies the picture.
class ParetoChart : public QChartView {
    Q_OBJECT
public:
    /// model and selection must outlive the chart.
    ParetoChart(RunsModel* model, Selection* selection, QWidget* parent = nullptr);
    ~ParetoChart() override;

    /// Shows only runs of this data; nullptr: of all.
    void setDataset(DatasetPtr dataset);
    /// The configuration under the sliders; nothing: no marker.
    void setLive(const std::optional<LiveEstimate>& live);
    const std::optional<LiveEstimate>& live() const { return m_scene.live; }
    /// Width of the buttons that a panel lays over the upper right corner: the axis' title keeps clear of
    /// them.
    void setControlsWidth(double pixels);
    /// A line at this recall, which can be dragged; 0: none. Told to four digits.
    void setTargetRecall(double recall);
    double targetRecall() const { return m_scene.targetRecall; }
    /// The end of that line that the keyboard can hold; hidden where the line is.
    RecallHandle* recallHandle() const { return m_handle; }

    /// Runs that do not pass are dimmed; a rectangle sets the filter "curve". Must outlive the chart.
    void setFilters(FilterStack* filters);
    /// A left drag makes a filter as one with Shift does, instead of zooming.
    void setBrushing(bool on);
    bool isBrushing() const { return m_brushing; }

    RecallScale recallScale() const { return m_scale; }
    void setRecallScale(RecallScale scale);

    void resetZoom();
    /// One step back; false where there is none.
    bool zoomBack();
    void zoomAbout(QPointF pixel, double factorX, double factorY, bool newStep = true);
    void zoomTo(QRectF pixels);
    bool isZoomed() const { return !m_zoom.empty(); }

    /// Is there anything to show: runs of this data, hidden ones as well, or a live configuration?
    bool hasSomething() const;

    const CurveContent& content() const { return m_scene.content; }
    const CurveMapping& mapping() const { return m_scene.mapping; }
    const CurveScene& scenery() const { return m_scene; }
    /// Where a run's marker is, in pixels of the viewport.
    std::optional<QPointF> pixelOf(qint64 run) const;

    /// What is seen, with title, units and data name; hover and live marker are left out.
    Picture picture() const;
    /// The shown runs with the columns of annscope-cli sweep --csv.
    QString csv() const;
    /// Actions on the picture, its data and its axes, for the run under the pointer as well (-1: none). The
    /// caller owns it.
    QMenu* createMenu(qint64 run);

signals:
    void recallScaleChanged(annscope::ui::RecallScale scale);
    void zoomChanged(bool zoomed);
    /// By the mouse, the keyboard or setTargetRecall.
    void targetRecallChanged(double recall);
    void brushingChanged(bool on);
    /// A run is wanted in the comparison.
    void compareRequested(qint64 run);
    /// Runs, data or the live configuration changed.
    void contentChanged();
    /// A file could not be written.
    void failed(const QString& sentence);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    enum class Drag { None, Pending, Band, Pan, Brush, Target };
    void rebuild();
    void syncLines();
    void layOut();
    void refreshOverlay();
    void applyColors();
    ViewRange bounded(ViewRange range) const;
    void setHoverAt(QPointF pixel);
    void stepAlongFront(int direction);
    void stepToSeries(int direction);
    void select(qint64 run);
    /// A click where no point is: the name of a series selects its index.
    void selectLabelAt(QPointF pixel);
    void popUpMenu(QPoint global, qint64 run);
    // pareto_chart_gestures.cpp: the recall line and the brushed rectangle
    void makeHandle();
    void placeHandle();
    void setTargetHot(bool hot);
    bool isOnTarget(QPointF pixel) const;
    double recallAtPixel(double x) const;
    void applyFilters();
    std::vector<qint64> runsIn(QRectF pixels) const;
    QString brushTextOf(QRectF pixels) const;
    void showBrush(QRectF pixels);
    void filterBy(QRectF pixels);
    void endDrag();
    void save(const QString& suffix);

    RunsModel* m_model;
    Selection* m_selection;
    DatasetPtr m_dataset;
    RecallScale m_scale = RecallScale::Linear;
    CurveScene m_scene;
    QSize m_canvas; ///< for a picture; invalid: the viewport's
    ZoomStack m_zoom;
    QElapsedTimer m_sinceWheel;

    QValueAxis *m_x, *m_y; ///< hidden: they only scale the lines
    std::map<SeriesKey, QLineSeries*> m_lines;
    CurveLayer *m_axes, *m_markers, *m_target, *m_overlay;
    RecallHandle* m_handle = nullptr;
    FilterStack* m_filters = nullptr;
    std::vector<std::pair<QString, QRectF>> m_brushes; ///< drawn here: what the trail calls it, axis units

    Drag m_drag = Drag::None;
    Qt::MouseButton m_button = Qt::NoButton;
    QPointF m_pressed, m_last;
    double m_targetBefore = 0; ///< Esc goes back to it
    bool m_brushing = false;
    bool m_space = false;
};

} // namespace annscope::ui
