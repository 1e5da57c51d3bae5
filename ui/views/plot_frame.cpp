// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/plot_frame.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr double kLeft = 60, kBottom = 36, kTop = 10, kRight = 14;
constexpr double kLabel = 16; ///< height of a line of labels

} // namespace

PlotFrame PlotFrame::inside(const QRectF& area) {
    PlotFrame frame;
    frame.plot = area.adjusted(kLeft, kTop, -kRight, -kBottom);
    return frame;
}

int PlotFrame::roomX() const {
    return std::max(2, int(plot.width() / 56));
}

int PlotFrame::roomY() const {
    return std::max(2, int(plot.height() / 36));
}

void PlotFrame::paintGrid(QPainter& painter, const QList<AxisTick>& xTicks, const QList<AxisTick>& yTicks,
                          const QString& xTitle, const QString& yTitle) const {
    const Palette& colors = ui::palette();
    const QPen minor(withAlpha(colors.line, 0.45), 1), major(colors.line, 1);
    setTextSize(painter, kSmallText);
    for (const AxisTick& tick : xTicks) {
        const double px = x(tick.position);
        painter.setPen(tick.major() ? major : minor);
        painter.drawLine(QPointF(px, plot.top()), QPointF(px, plot.bottom()));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(px - 40, plot.bottom() + 3, 80, kLabel), Qt::AlignHCenter | Qt::AlignTop,
                         tick.label);
    }
    for (const AxisTick& tick : yTicks) {
        const double py = y(tick.position);
        painter.setPen(tick.major() ? major : minor);
        painter.drawLine(QPointF(plot.left(), py), QPointF(plot.right(), py));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(plot.left() - 46, py - kLabel / 2, 40, kLabel),
                         Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
    painter.setPen(colors.secondary);
    painter.drawText(QRectF(plot.left(), plot.bottom() + kLabel + 2, plot.width(), kLabel),
                     Qt::AlignHCenter | Qt::AlignTop,
                     painter.fontMetrics().elidedText(xTitle, Qt::ElideRight, int(plot.width())));
    painter.save();
    painter.translate(plot.left() - kLeft + 2, plot.bottom());
    painter.rotate(-90);
    painter.drawText(QRectF(0, 0, plot.height(), kLabel), Qt::AlignHCenter | Qt::AlignTop,
                     painter.fontMetrics().elidedText(yTitle, Qt::ElideRight, int(plot.height())));
    painter.restore();
}

} // namespace annscope::ui
