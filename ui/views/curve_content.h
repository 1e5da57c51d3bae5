// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/palette.h"
#include "ui/models/live_estimate.h"
#include "ui/models/run.h"
#include "ui/views/recall_axis.h"
#include "ui/views/zoom_stack.h"

#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

namespace annscope::ui {

class RunsModel;

/// One marker of the curve. The position is in axis units.
struct CurvePoint {
    qint64 run = -1;
    std::size_t series = 0;
    QPointF position;
    bool front = false, pinned = false;
    bool dimmed = false; ///< does not pass the filters
};

/// One line of the curve: the Pareto front of an index at one k and one number of threads.
struct CurveSeries {
    SeriesKey key;
    QString name, detail; ///< "Vamana64"; "Lbuild=125, alpha=1.2"
    int style = 0;
    bool passes = true;             ///< the filters, with a run of it at least
    std::vector<std::size_t> front; ///< positions in CurveContent::points, by ascending recall
};

/// What the runs come to on the curve. Built anew when runs or the axis change; 10,000 runs take about 2 ms.
struct CurveContent {
    std::vector<CurveSeries> series;
    std::vector<CurvePoint> points; ///< dominated points first, so that fronts are drawn over them
    RecallAxis axis;
    std::size_t k = 0;  ///< 0: several
    int threads = 0;    ///< 0: several
    QString dataName;   ///< empty: several or none
    QString dataDetail; ///< "60,000 × 784, L2"
    bool empty() const noexcept { return points.empty(); }

    /// The range that shows all points and the live one with some air.
    ViewRange range(const std::optional<LiveEstimate>& live) const;
    QPointF position(const OperatingPoint& point) const;
    QString xTitle() const { return axis.title(k); }
    QString yTitle() const;
    /// For where that does not fit.
    QString shortYTitle() const;
};

/// Visible runs of dataset (nullptr: of all data).
CurveContent curveContent(const RunsModel& model, const Dataset* dataset, RecallScale scale);

/// Between axis units and pixels.
struct CurveMapping {
    ViewRange view;
    QRectF plot;

    QPointF toPixel(QPointF p) const {
        return {plot.left() + (p.x() - view.x0) / view.width() * plot.width(),
                plot.bottom() - (p.y() - view.y0) / view.height() * plot.height()};
    }
    QPointF fromPixel(QPointF p) const {
        return {view.x0 + (p.x() - plot.left()) / plot.width() * view.width(),
                view.y0 + (plot.bottom() - p.y()) / plot.height() * view.height()};
    }
};

/// The point under the pointer: the nearest within radius pixels, points of fronts a little favoured; npos:
/// none. Cost: one pass over the points.
std::size_t nearestPoint(const CurveContent& content, const CurveMapping& mapping, QPointF pixel,
                         double radius);
inline constexpr std::size_t kNoPoint = std::size_t(-1);

} // namespace annscope::ui
