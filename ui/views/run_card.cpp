// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/run_card.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/run_text.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QGuiApplication>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr double kPad = 12, kRow = 19, kGap = 16, kMark = 16;

QFont font(int pixels, bool strong = false) {
    QFont f = QGuiApplication::font();
    f.setPixelSize(pixels);
    if (strong)
        f.setWeight(QFont::DemiBold);
    return f;
}

QString tr(const char* text) {
    return QCoreApplication::translate("Curve", text);
}

double labelWidth(const Card& card) {
    double width = 0;
    for (const Card::Row& row : card.rows)
        width = std::max(width, QFontMetricsF(font(kText)).horizontalAdvance(row.label));
    return width;
}

double rowsTop(const Card& card) {
    return kPad + kRow + (card.detail.isEmpty() ? 0 : kRow - 2) + 6;
}

} // namespace

Card runCard(const Run& run) {
    const OperatingPoint& point = run.point;
    Card card;
    const QString title = run.index ? run.index->title : QString();
    card.heading = title.section(u'|', 0, 0);
    QStringList details;
    if (title.contains(u'|'))
        details << title.section(u'|', 1).replace(u',', QStringLiteral(", "));
    if (!point.params.empty())
        details << paramsText(run);
    card.detail = details.join(QStringLiteral("  ·  "));
    card.series = run.index ? run.index->series : 0;
    const double margin = recallMargin(point);
    card.rows << Card::Row{tr("recall@%1").arg(point.k), formatRecall(point.recall),
                           margin > 0
                               ? QStringLiteral("± ") + QString::number(margin, 'f', margin < 0.0005 ? 4 : 3)
                               : QString()};
    card.rows << Card::Row{tr("p5 recall"), formatRecall(point.recall_p5), {}};
    card.rows << Card::Row{tr("QPS"), formatQps(point.qps),
                           point.qps_spread > 0
                               ? QStringLiteral("± ") +
                                     formatPercent(point.qps_spread, point.qps_spread < 0.0095 ? 1 : 0)
                               : QString()};
    card.rows << Card::Row{tr("p50 / p99"),
                           formatMicros(point.latency.p50) + QStringLiteral(" / ") +
                               formatMicros(point.latency.p99),
                           {}};
    if (run.facts.bytes > 0)
        card.rows << Card::Row{tr("memory"), formatBytes(run.facts.bytes), {}};
    card.rows << Card::Row{{}, {}, measuredBy(point).section(QStringLiteral(", spread"), 0, 0)};
    return card;
}

QSizeF cardSize(const Card& card) {
    const QFontMetricsF text(font(kText)), strong(font(kText, true)), small(font(kSmallText));
    double width = kMark + strong.horizontalAdvance(card.heading);
    width = std::max(width, text.horizontalAdvance(card.detail));
    const double labels = labelWidth(card);
    for (const Card::Row& row : card.rows) {
        const double value =
            row.value.isEmpty() ? 0 : labels + kGap + strong.horizontalAdvance(row.value) + 6;
        width = std::max(width, value + small.horizontalAdvance(row.extra));
    }
    return {std::ceil(width) + 2 * kPad, rowsTop(card) + kRow * double(card.rows.size()) + kPad - 4};
}

QRectF cardPlace(QPointF point, QSizeF size, QRectF bounds) {
    constexpr double kOff = 16;
    double left = point.x() + kOff;
    if (left + size.width() > bounds.right())
        left = point.x() - kOff - size.width();
    double top = point.y() - kOff - size.height();
    if (top < bounds.top())
        top = point.y() + kOff;
    left = std::clamp(left, bounds.left(), std::max(bounds.left(), bounds.right() - size.width()));
    top = std::clamp(top, bounds.top(), std::max(bounds.top(), bounds.bottom() - size.height()));
    return {QPointF(std::round(left), std::round(top)), size};
}

void paintCard(QPainter& painter, const Card& card, QRectF place) {
    const Palette& colors = palette();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(mix(colors.line, colors.secondary, 0.35), 1));
    painter.setBrush(colors.panel);
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);

    const SeriesStyle style = seriesStyle(card.series);
    const double x = place.left() + kPad, right = place.right() - kPad;
    QRectF line(x, place.top() + kPad - 2, right - x, kRow);
    drawMarker(painter, {x + 4, line.center().y()}, style.marker, style.color, 8);
    painter.setFont(font(kText, true));
    painter.setPen(colors.text);
    painter.drawText(line.adjusted(kMark, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, card.heading);
    if (!card.detail.isEmpty()) {
        painter.setFont(font(kText));
        painter.setPen(colors.secondary);
        painter.drawText(line.translated(0, kRow - 1), Qt::AlignVCenter | Qt::AlignLeft, card.detail);
    }
    const double labels = labelWidth(card);
    line.moveTop(place.top() + rowsTop(card));
    for (const Card::Row& row : card.rows) {
        double extra = x;
        painter.setPen(colors.secondary);
        if (!row.value.isEmpty()) {
            painter.setFont(font(kText));
            painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, row.label);
            painter.setFont(font(kText, true));
            painter.setPen(colors.text);
            const QRectF value = line.adjusted(labels + kGap, 0, 0, 0);
            painter.drawText(value, Qt::AlignVCenter | Qt::AlignLeft, row.value);
            extra = value.left() + QFontMetricsF(painter.font()).horizontalAdvance(row.value) + 6;
        }
        painter.setFont(font(row.value.isEmpty() ? kSmallText : kText));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(extra, line.top(), place.right() - extra, kRow),
                         Qt::AlignVCenter | Qt::AlignLeft, row.extra);
        line.translate(0, kRow);
    }
    painter.restore();
}

} // namespace annscope::ui
