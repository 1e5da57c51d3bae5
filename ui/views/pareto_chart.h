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

class RunsModel;

/// Recall against queries per second: the runs of a model as markers, the Pareto front of each index as a
/// line. Draws its own axes and markers over Qt Charts' lines, because QScatterSeries is quadratic in the
/// number of points and QLogValueAxis labels powers of ten only.
///
/// Mouse: hover reads both axes, click selects, wheel zooms about the pointer (over an axis: that axis), left
/// drag zooms to a rectangle, middle or right drag (or Space and left drag) pans, double click shows all,
/// right click offers copy and export. Keys: left and right step along the front, up and down go to the next
/// index, + and - zoom, Esc goes one step back, Home shows all, Ctrl+C copies the picture.
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
    /// A line at this recall; 0: none.
    void setTargetRecall(double recall);

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
    enum class Drag { None, Pending, Band, Pan };
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
    CurveLayer *m_axes, *m_markers, *m_overlay;

    Drag m_drag = Drag::None;
    Qt::MouseButton m_button = Qt::NoButton;
    QPointF m_pressed, m_last;
    bool m_space = false;
};

} // namespace annscope::ui
