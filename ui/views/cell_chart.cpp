// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/cell_chart.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"
#include "ui/views/step_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kGapFrom = 4;      ///< pixels a bar from which bars are separated
constexpr std::size_t kBins = 24;   ///< of the histogram
constexpr double kHistogram = 0.26; ///< its share of the width

} // namespace

QString cellText(const CellScene& scene, std::size_t cell, const PathModel* path, const CellLoad* load) {
    const CellSizes& sizes = scene.sizes;
    QString text = CellChart::tr("cell %1: %2 vectors, %3 × the mean\nnumber %4 of %5 by size")
                       .arg(formatCount(cell), formatCount(sizes.size[cell]),
                            formatMean(sizes.mean > 0 ? sizes.size[cell] / sizes.mean : 0),
                            formatCount(sizes.rank[cell] + 1ull), formatCount(sizes.size.size()));
    if (load && cell < load->size.size())
        text += QLatin1Char('\n') + cellLoadText(*load, cell);
    if (!path)
        return text;
    for (const PathStep& step : path->steps)
        if (step.kind == PathStep::Kind::Probe && step.id == static_cast<Id>(cell))
            return text + CellChart::tr("\nscanned by the query as number %1, centroid at %2")
                              .arg(step.hop)
                              .arg(distanceText(path->metric, step.distance));
    return text + CellChart::tr("\nnot scanned by the query");
}

CellChart::CellChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("cellChart"));
    setAccessibleName(tr("Sizes of the cells"));
    setMouseTracking(true);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void CellChart::setScene(CellScenePtr scene) {
    m_scene = std::move(scene);
    m_path.reset();
    m_load.reset();
    m_coloring = m_scene ? CellColoring(CellMeasure::Vectors, m_scene->sizes, nullptr) : CellColoring();
    m_selected = m_hovered = -1;
    update();
}

void CellChart::setColoring(CellColoring coloring, CellLoadPtr load) {
    m_coloring = std::move(coloring);
    m_load = std::move(load);
    update();
}

void CellChart::setHoveredCell(qint64 cell) {
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    update();
}

void CellChart::setPath(PathModelPtr path) {
    m_path = std::move(path);
    m_step = m_path && !m_path->steps.empty() ? m_path->steps.size() - 1 : 0;
    update();
}

void CellChart::setStep(std::size_t step) {
    m_step = step;
    update();
}

void CellChart::setSelectedCell(qint64 cell) {
    m_selected = cell;
    update();
}

void CellChart::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

TitledPicture CellChart::picture() {
    return {m_title, m_subtitle, QStringLiteral("cell sizes"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
}

CellChart::Layout CellChart::layoutIn(const QRectF& area) const {
    Layout l;
    const double split = area.left() + area.width() * (1 - kHistogram);
    l.bars = QRectF(QPointF(area.left() + 52, area.top() + 22), QPointF(split - 12, area.bottom() - 20));
    l.histogram =
        QRectF(QPointF(split + 36, area.top() + 22), QPointF(area.right() - 12, area.bottom() - 20));
    // Where no cell comes near five times the mean, room for that line would flatten all bars.
    const double largest = m_scene->sizes.largest(), five = m_scene->sizes.mean * 5;
    l.top = std::max({largest * 1.2, largest > 0.6 * five ? five * 1.12 : 0.0, 1.0});
    return l;
}

QRectF CellChart::barRect(const Layout& l, std::size_t rank) const {
    const auto n = static_cast<double>(m_scene->sizes.sorted.size());
    const double width = l.bars.width() / n, x = l.bars.left() + width * static_cast<double>(rank);
    const double y = l.y(m_scene->sizes.size[m_scene->sizes.sorted[rank]]);
    if (width >= kGapFrom) {
        const double gap = std::min(width * 0.15, 2.0);
        return {x + gap * 0.5, y, width - gap, l.bars.bottom() - y};
    }
    const double left = std::floor(x), right = std::max(std::floor(x + width), left + 1);
    return {left, y, right - left, l.bars.bottom() - y};
}

QRectF CellChart::barOf(std::size_t cell) const {
    return barRect(layoutIn(rect()), m_scene->sizes.rank[cell]);
}

void CellChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    paintChart(painter, rect());
}

void CellChart::paintChart(QPainter& painter, const QRectF& area) const {
    if (!m_scene || m_scene->sizes.size.empty())
        return;
    const Layout l = layoutIn(area);
    paintBars(painter, l);
    painter.setRenderHint(QPainter::Antialiasing);
    paintLines(painter, l);
    paintProbed(painter, l);
    paintHistogram(painter, l);
}

void CellChart::paintBars(QPainter& painter, const Layout& l) const {
    const CellSizes& sizes = m_scene->sizes;
    const std::size_t n = sizes.sorted.size();
    const double width = l.bars.width() / static_cast<double>(n);
    painter.setRenderHint(QPainter::Antialiasing, width >= kGapFrom);
    if (width >= 1) {
        for (std::size_t r = 0; r < n; ++r)
            painter.fillRect(barRect(l, r), m_coloring.color(sizes.sorted[r]));
        return;
    }
    // Several cells share a pixel: sorted neighbours are nearly equal, their first stands for all.
    const int columns = std::max(static_cast<int>(l.bars.width()), 1);
    for (int x = 0; x < columns; ++x) {
        const std::size_t r = static_cast<std::size_t>(x) * n / static_cast<std::size_t>(columns);
        const std::uint32_t size = sizes.size[sizes.sorted[r]];
        painter.fillRect(QRectF(l.bars.left() + x, l.y(size), 1, l.bars.bottom() - l.y(size)),
                         m_coloring.color(sizes.sorted[r]));
    }
}

void CellChart::paintLines(QPainter& painter, const Layout& l) const {
    const Palette& colors = ui::palette();
    const CellSizes& sizes = m_scene->sizes;
    setTextSize(painter, kSmallText);
    painter.setPen(colors.secondary);
    painter.drawText(QRectF(l.bars.left(), l.bars.top() - 20, l.bars.width(), 16), Qt::AlignLeft,
                     tr("vectors in each cell, the largest first"));
    const QRectF below(l.bars.left(), l.bars.bottom() + 2, l.bars.width(), 16);
    painter.drawText(below, Qt::AlignLeft, QStringLiteral("1"));
    painter.drawText(below, Qt::AlignRight,
                     sizes.size.size() == 1 ? tr("1 cell")
                                            : tr("%1 cells").arg(formatCount(sizes.size.size())));
    painter.setPen(QPen(colors.line, 1));
    painter.drawLine(l.bars.bottomLeft(), l.bars.bottomRight());
    const auto line = [&](double value, const QString& name, Qt::PenStyle style) {
        const double y = l.y(value);
        painter.setPen(QPen(colors.text, 1, style));
        painter.drawLine(QPointF(l.bars.left(), y), QPointF(l.bars.right(), y));
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(l.bars.left() - 52, y - 8, 46, 16), Qt::AlignRight | Qt::AlignVCenter,
                         formatMean(value));
        const double width = QFontMetricsF(painter.font()).horizontalAdvance(name);
        drawHaloText(painter, {l.bars.right() - width - 2, y - 4}, name, colors.secondary);
    };
    line(sizes.mean, tr("mean"), Qt::SolidLine);
    if (sizes.mean * 5 <= l.top)
        return line(sizes.mean * 5, tr("5 × mean"), Qt::DashLine);
    painter.setPen(colors.secondary);
    painter.drawText(QRectF(l.bars.left(), l.bars.top() - 20, l.bars.width(), 16), Qt::AlignRight,
                     tr("5 × mean = %1: no cell is near it").arg(formatMean(sizes.mean * 5)));
}

void CellChart::paintProbed(QPainter& painter, const Layout& l) const {
    const Palette& colors = ui::palette();
    const auto mark = [&](std::size_t cell, const QColor& color, double pen) {
        QRectF bar = barRect(l, m_scene->sizes.rank[cell]);
        if (bar.width() < 3)
            bar.adjust(-(3 - bar.width()) / 2, 0, (3 - bar.width()) / 2, 0);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, pen));
        painter.drawRect(bar.adjusted(0, -1, 0, 0));
        return bar;
    };
    if (m_path) {
        LabelPlacer labels(painter, l.bars.adjusted(0, -4, 0, 0));
        for (std::size_t s = 0; s < m_path->steps.size() && s <= m_step; ++s) {
            const PathStep& step = m_path->steps[s];
            if (step.kind != PathStep::Kind::Probe)
                continue;
            const QRectF bar =
                mark(static_cast<std::size_t>(step.id), colors.accent, s == m_step ? 2.4 : 1.6);
            labels.placeAbove({bar.center().x(), bar.top() - 1}, 3, QString::number(step.hop), colors.accent,
                              s == m_step);
        }
    }
    for (const qint64 cell : {m_selected, m_hovered})
        if (cell >= 0 && static_cast<std::size_t>(cell) < m_scene->sizes.size.size())
            mark(static_cast<std::size_t>(cell), colors.text, 2);
}

void CellChart::paintHistogram(QPainter& painter, const Layout& l) const {
    const Palette& colors = ui::palette();
    const std::uint32_t largest = m_scene->sizes.largest();
    const auto counts = sizeHistogram(m_scene->sizes, std::min<std::size_t>(kBins, largest + 1ull));
    const auto most =
        static_cast<double>(std::max<std::size_t>(*std::max_element(counts.begin(), counts.end()), 1));
    const QRectF& box = l.histogram;
    const double width = box.width() / static_cast<double>(counts.size());
    for (std::size_t b = 0; b < counts.size(); ++b) {
        const double h = static_cast<double>(counts[b]) / most * box.height();
        const double middle = (static_cast<double>(b) + 0.5) / static_cast<double>(counts.size());
        painter.fillRect(
            QRectF(box.left() + width * static_cast<double>(b) + 0.5, box.bottom() - h, width - 1, h),
            m_coloring.measure() == CellMeasure::Vectors ? cellRamp(middle) : colors.secondary);
    }
    setTextSize(painter, kSmallText);
    painter.setPen(QPen(colors.line, 1));
    painter.drawLine(box.bottomLeft(), box.bottomRight());
    painter.setPen(colors.secondary);
    painter.drawText(QRectF(box.left() - 30, box.top() - 20, box.width() + 30, 16), Qt::AlignLeft,
                     tr("cells of each size"));
    painter.drawText(QRectF(box.left() - 40, box.top() - 4, 36, 16), Qt::AlignRight,
                     formatCount(static_cast<qulonglong>(most)));
    const QRectF below(box.left(), box.bottom() + 2, box.width(), 16);
    painter.drawText(below, Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(below, Qt::AlignRight, tr("%1 vectors").arg(formatCount(largest)));
}

qint64 CellChart::cellAt(QPointF at) const {
    if (!m_scene || m_scene->sizes.size.empty())
        return -1;
    const Layout l = layoutIn(rect());
    if (!l.bars.adjusted(0, 0, 0, 6).contains(at))
        return -1;
    const double t = (at.x() - l.bars.left()) / l.bars.width();
    const auto n = m_scene->sizes.sorted.size();
    return m_scene->sizes.sorted[std::min(static_cast<std::size_t>(t * static_cast<double>(n)), n - 1)];
}

void CellChart::mouseMoveEvent(QMouseEvent* event) {
    const qint64 cell = cellAt(event->position());
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    emit cellHovered(cell);
    update();
}

void CellChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        emit cellClicked(cellAt(event->position()));
}

void CellChart::leaveEvent(QEvent*) {
    m_hovered = -1;
    emit cellHovered(-1);
    update();
}

bool CellChart::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const qint64 cell = cellAt(help->pos());
    QToolTip::showText(help->globalPos(),
                       cell >= 0
                           ? cellText(*m_scene, static_cast<std::size_t>(cell), m_path.get(), m_load.get())
                           : QString(),
                       this);
    return true;
}

void CellChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
