// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/paint_text.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QPaintEngine>
#include <QPainterPath>

#include <algorithm>

namespace annscope::ui {

void setTextSize(QPainter& painter, int pixels, bool bold) {
    QFont font = QApplication::font();
    font.setPixelSize(pixels);
    font.setBold(bold);
    painter.setFont(font);
}

void drawHaloText(QPainter& painter, QPointF at, const QString& text, const QColor& color) {
    if (painter.paintEngine()->type() == QPaintEngine::Raster) {
        // On the screen copies of the text make the halo: outlines of glyphs cost a tenth of a frame.
        painter.setPen(palette().panel);
        for (const QPointF& d : {QPointF(-1.3, 0), QPointF(1.3, 0), QPointF(0, -1.3), QPointF(0, 1.3),
                                 QPointF(-1, -1), QPointF(1, -1), QPointF(-1, 1), QPointF(1, 1)})
            painter.drawText(at + d, text);
        painter.setPen(color);
        painter.drawText(at, text);
        return;
    }
    QPainterPath path;
    path.addText(at, painter.font(), text);
    painter.strokePath(path,
                       QPen(withAlpha(palette().panel, 0.9), 3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.fillPath(path, color);
}

void drawCard(QPainter& painter, const QRectF& box) {
    painter.setPen(QPen(palette().line, 1));
    painter.setBrush(withAlpha(palette().panel, 0.92));
    painter.drawRoundedRect(box, 4, 4);
}

QSizeF drawNote(QPainter& painter, QPointF topLeft, const QString& text, double maxWidth) {
    setTextSize(painter, kSmallText);
    const QFontMetricsF metrics(painter.font());
    const QString shown = metrics.elidedText(text, Qt::ElideRight, maxWidth - 16);
    const QRectF box(topLeft, QSizeF(metrics.horizontalAdvance(shown) + 16, 22));
    drawCard(painter, box);
    painter.setPen(palette().secondary);
    painter.drawText(box, Qt::AlignCenter, shown);
    return box.size();
}

bool LabelPlacer::isFree(const QRectF& box) const {
    return m_area.contains(box) &&
           std::none_of(m_taken.begin(), m_taken.end(), [&](const QRectF& r) { return r.intersects(box); });
}

bool LabelPlacer::place(QPointF at, double distance, const QString& text, const QColor& color, bool bold) {
    setTextSize(m_painter, kSmallText, bold);
    const QFontMetricsF metrics(m_painter.font());
    const double w = metrics.horizontalAdvance(text), h = metrics.capHeight();
    const QPointF bases[] = {at + QPointF(distance, h * 0.5), at + QPointF(-distance - w, h * 0.5),
                             at + QPointF(-w * 0.5, -distance), at + QPointF(-w * 0.5, distance + h)};
    for (const QPointF& base : bases) {
        const QRectF box(base.x() - 2, base.y() - h - 2, w + 4, h + 4);
        if (!isFree(box))
            continue;
        drawHaloText(m_painter, base, text, color);
        m_taken.push_back(box);
        return true;
    }
    return false;
}

bool LabelPlacer::placeAbove(QPointF at, double distance, const QString& text, const QColor& color,
                             bool bold) {
    setTextSize(m_painter, kSmallText, bold);
    const QFontMetricsF metrics(m_painter.font());
    const double w = metrics.horizontalAdvance(text), h = metrics.capHeight();
    const QPointF base = at + QPointF(-w * 0.5, -distance);
    const QRectF box(base.x() - 2, base.y() - h - 2, w + 4, h + 4);
    if (!isFree(box))
        return false;
    drawHaloText(m_painter, base, text, color);
    m_taken.push_back(box);
    return true;
}

bool LabelPlacer::placeBadge(QPointF at, const QString& text, const QColor& fill, const QColor& color) {
    setTextSize(m_painter, kSmallText, true);
    const QFontMetricsF metrics(m_painter.font());
    const double h = 16, w = std::max(h, metrics.horizontalAdvance(text) + 8);
    const QRectF box(at - QPointF(w, h) * 0.5, QSizeF(w, h));
    if (!isFree(box))
        return false;
    m_painter.setPen(QPen(palette().panel, 1.5));
    m_painter.setBrush(fill);
    m_painter.drawRoundedRect(box, h * 0.5, h * 0.5);
    m_painter.setPen(color);
    m_painter.drawText(box, Qt::AlignCenter, text);
    m_taken.push_back(box);
    return true;
}

} // namespace annscope::ui
