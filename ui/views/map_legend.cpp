// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/map_legend.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/map_points_layer.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope::ui {
namespace {

constexpr double kLine = 17, kPad = 8, kWidth = 204, kBarHeight = 10;
constexpr std::uint32_t kSteps = 8; ///< parts of a sequential scale that can be clicked

QString tr(const char* text) {
    return QCoreApplication::translate("MapLegend", text);
}

/// Categories to be listed, in order of number: all, or the largest.
std::vector<std::uint32_t> listed(const MapColoring& coloring, std::size_t most) {
    std::vector<std::uint32_t> all(coloring.classes);
    std::iota(all.begin(), all.end(), 0u);
    if (all.size() <= most)
        return all;
    std::ranges::stable_sort(
        all, [&](std::uint32_t a, std::uint32_t b) { return coloring.members[a] > coloring.members[b]; });
    all.resize(most);
    std::ranges::sort(all);
    return all;
}

void paintText(QPainter& painter, const QRectF& area, int flags, const QString& text, const QColor& color) {
    painter.setPen(color);
    painter.drawText(area, flags | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(area.width())));
}

void paintMark(QPainter& painter, const MapMark& mark, QPointF at) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(mark.color);
    switch (mark.shape) {
    case MapMark::Dot:
    case MapMark::Answer:
        painter.drawEllipse(at, mark.shape == MapMark::Dot ? 3 : 4, mark.shape == MapMark::Dot ? 3 : 4);
        break;
    case MapMark::Ring:
    case MapMark::Missed:
        painter.setPen(QPen(mark.color, mark.shape == MapMark::Ring ? 1.2 : 2));
        painter.setBrush(mark.shape == MapMark::Ring ? withAlpha(mark.color, 0.12) : QColor(Qt::transparent));
        painter.drawEllipse(at, 4.5, 4.5);
        break;
    case MapMark::Query:
        painter.setPen(QPen(mark.color, 1.6));
        painter.drawLine(at - QPointF(4, 0), at + QPointF(4, 0));
        painter.drawLine(at - QPointF(0, 4), at + QPointF(0, 4));
        break;
    case MapMark::Way:
        painter.setPen(QPen(mark.color, 1.6));
        painter.drawLine(at - QPointF(7, 0), at + QPointF(7, 0));
        break;
    }
}

} // namespace

void MapLegend::setContent(const MapColoringPtr& coloring, std::vector<MapMark> marks, std::size_t most) {
    m_coloring = coloring;
    m_marks = std::move(marks);
    m_rows.clear();
    m_bar.reset();
    m_title = m_more = {};
    double y = kPad;
    if (coloring && coloring->classes > 0) {
        m_title = QRectF(kPad, y, kWidth - 2 * kPad, kLine);
        y += kLine;
    }
    if (coloring && coloring->sequential) {
        m_bar = QRectF(kPad, y + 2, kWidth - 2 * kPad, kBarHeight);
        y += kBarHeight + 2 + kLine;
    } else if (coloring) {
        for (const std::uint32_t category : listed(*coloring, most)) {
            m_rows.push_back({QRectF(kPad, y, kWidth - 2 * kPad, kLine), category});
            y += kLine;
        }
        if (m_rows.size() < coloring->classes) {
            m_more = QRectF(kPad, y, kWidth - 2 * kPad, kLine);
            y += kLine;
        }
    }
    m_marksTop = y;
    y += kLine * static_cast<double>(m_marks.size());
    m_size = {kWidth, y + kPad};
}

void MapLegend::paintBar(QPainter& painter, const std::optional<ClassRange>& only) const {
    const QRectF& bar = *m_bar;
    painter.setRenderHint(QPainter::Antialiasing, false);
    const std::uint32_t classes = m_coloring->classes;
    for (std::uint32_t c = 0; c < classes; ++c) {
        const double x0 = bar.left() + bar.width() * c / classes,
                     x1 = bar.left() + bar.width() * (c + 1) / classes;
        const QColor color = shadeColor(c, classes);
        const bool stands = !only || only->contains(c);
        painter.fillRect(QRectF(x0, bar.top(), x1 - x0 + 0.5, bar.height()),
                         stands ? color : mix(color, palette().panel, 0.8));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF below(bar.left(), bar.bottom(), bar.width(), kLine);
    paintText(painter, below, Qt::AlignLeft, m_coloring->lowText, palette().secondary);
    paintText(painter, below, Qt::AlignRight, m_coloring->highText, palette().secondary);
}

void MapLegend::paintRows(QPainter& painter, const std::optional<ClassRange>& only) const {
    const Palette& colors = palette();
    for (const Row& row : m_rows) {
        const bool stands = !only || only->contains(row.category);
        const QColor color = categoryColor(row.category);
        painter.setPen(Qt::NoPen);
        painter.setBrush(stands ? color : mix(color, colors.panel, 0.75));
        painter.drawEllipse(QPointF(row.area.left() + 6, row.area.center().y()), 4, 4);
        const QColor text = only && stands ? colors.text : colors.secondary;
        const QString count = formatCount(m_coloring->members[row.category]);
        const double counted = painter.fontMetrics().horizontalAdvance(count) + 6;
        paintText(painter, row.area.adjusted(18, 0, -counted, 0), Qt::AlignLeft,
                  m_coloring->names[row.category], text);
        paintText(painter, row.area, Qt::AlignRight, count, text);
    }
    if (!m_more.isNull())
        paintText(painter, m_more.adjusted(18, 0, 0, 0), Qt::AlignLeft,
                  tr("%1 more, colours repeat").arg(formatCount(m_coloring->classes - m_rows.size())),
                  colors.secondary);
}

void MapLegend::paintMarks(QPainter& painter) const {
    double y = m_marksTop;
    for (const MapMark& mark : m_marks) {
        paintMark(painter, mark, {kPad + 7, y + kLine / 2});
        paintText(painter, QRectF(kPad + 18, y, kWidth - 2 * kPad - 18, kLine), Qt::AlignLeft, mark.text,
                  palette().secondary);
        y += kLine;
    }
}

void MapLegend::paint(QPainter& painter, QPointF topLeft, const std::optional<ClassRange>& only) const {
    if (empty())
        return;
    painter.save();
    painter.translate(topLeft);
    drawCard(painter, QRectF(QPointF(0, 0), m_size));
    setTextSize(painter, kSmallText);
    if (!m_title.isNull())
        paintText(painter, m_title, Qt::AlignLeft, m_coloring->title, palette().text);
    if (m_bar)
        paintBar(painter, only);
    paintRows(painter, only);
    paintMarks(painter);
    painter.restore();
}

std::optional<ClassRange> MapLegend::at(QPointF point) const {
    for (const Row& row : m_rows)
        if (row.area.contains(point))
            return ClassRange{row.category, row.category};
    if (!m_bar || !m_bar->adjusted(0, -2, 0, kLine).contains(point))
        return std::nullopt;
    const std::uint32_t classes = m_coloring->classes, steps = std::min(kSteps, classes);
    const double t = std::clamp((point.x() - m_bar->left()) / m_bar->width(), 0.0, 1.0);
    const std::uint32_t step = std::min(static_cast<std::uint32_t>(t * steps), steps - 1);
    return ClassRange{step * classes / steps, (step + 1) * classes / steps - 1};
}

QRectF MapLegend::areaOf(std::uint32_t category) const {
    for (const Row& row : m_rows)
        if (row.category == category)
            return row.area;
    if (m_bar && m_coloring && category < m_coloring->classes) {
        const double width = m_bar->width() / m_coloring->classes;
        return {m_bar->left() + width * category, m_bar->top(), width, m_bar->height()};
    }
    return {};
}

} // namespace annscope::ui
