// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/cell_load_view.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kWideRange = 30;       ///< from which an axis is logarithmic
constexpr double kNothing = 0.5;        ///< where 0 stands on a logarithmic axis
constexpr double kPick = 8, kDot = 2.6; ///< pixels
constexpr double kFew = 0.05;           ///< share of the cells that the label on the curve tells

double onAxis(double value, bool logarithmic) {
    return logarithmic ? std::log10(std::max(value, kNothing)) : value;
}

/// Least and largest of the values that are not 0.
std::pair<double, double> rangeOf(const std::vector<std::uint64_t>& values) {
    double low = HUGE_VAL, high = 0;
    for (const std::uint64_t value : values)
        if (value > 0) {
            low = std::min(low, static_cast<double>(value));
            high = std::max(high, static_cast<double>(value));
        }
    return {std::isfinite(low) ? low : 1, std::max(high, 1.0)};
}

/// Sets one direction of the frame; true: logarithmic.
bool fit(const std::vector<std::uint64_t>& values, double& from, double& to) {
    const auto [low, high] = rangeOf(values);
    const bool logarithmic = high > kWideRange * low;
    const bool zero = std::ranges::find(values, std::uint64_t(0)) != values.end();
    from = logarithmic ? onAxis(zero ? kNothing : low * 0.8, true) : 0;
    to = logarithmic ? onAxis(high * 1.25, true) : high * 1.06;
    return logarithmic;
}

} // namespace

QPointF CellLoadView::Scatter::place(double vectors, double visits) const {
    return at(onAxis(vectors, logX), onAxis(visits, logY));
}

CellLoadView::CellLoadView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("cellLoadView"));
    setAccessibleName(tr("Cells under the query load"));
    setMouseTracking(true);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void CellLoadView::setLoad(CellLoadPtr load) {
    m_load = std::move(load);
    m_rank.clear();
    m_sum.clear();
    if (m_load) {
        m_rank.resize(m_load->by_cost.size());
        double sum = 0;
        for (std::size_t place = 0; place < m_rank.size(); ++place) {
            const std::uint32_t cell = m_load->by_cost[place];
            m_rank[cell] = static_cast<std::uint32_t>(place);
            m_sum.push_back(sum += m_load->share(cell));
        }
    }
    update();
}

void CellLoadView::setColoring(CellColoring coloring) {
    m_coloring = std::move(coloring);
    update();
}

void CellLoadView::setSelectedCell(qint64 cell) {
    m_selected = cell;
    update();
}

void CellLoadView::setHoveredCell(qint64 cell) {
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    update();
}

void CellLoadView::setProbed(std::vector<std::uint32_t> cells) {
    m_probed = std::move(cells);
    update();
}

void CellLoadView::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

TitledPicture CellLoadView::picture() {
    return {m_title, m_subtitle, QStringLiteral("cell-load"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
}

CellLoadView::Scatter CellLoadView::scatterIn(const QRectF& plot) const {
    Scatter scatter;
    scatter.plot = plot;
    scatter.logX = fit(m_load->size, scatter.left, scatter.right);
    scatter.logY = fit(m_load->probes, scatter.bottom, scatter.top);
    return scatter;
}

CellLoadView::Layout CellLoadView::layoutIn(const QRectF& area) const {
    Layout l;
    const double split = area.left() + area.width() * 0.52;
    l.scatter = scatterIn(QRectF(area.topLeft() + QPointF(60, 12), QPointF(split - 14, area.bottom() - 38)));
    l.bars.plot = QRectF(QPointF(split + 60, area.top() + 12), area.bottomRight() - QPointF(18, 38));
    l.bars.right = static_cast<double>(std::max<std::size_t>(m_rank.size(), 1));
    return l;
}

QPointF CellLoadView::dot(const Layout& l, std::size_t cell) const {
    return l.scatter.place(static_cast<double>(m_load->size[cell]),
                           static_cast<double>(m_load->probes[cell]));
}

QPointF CellLoadView::dotOf(std::size_t cell) const {
    return dot(layoutIn(rect()), cell);
}

QPointF CellLoadView::barOf(std::size_t cell) const {
    const Layout l = layoutIn(rect());
    return l.bars.at(m_rank[cell] + 0.5, 0.02);
}

void CellLoadView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    paintChart(painter, rect());
}

void CellLoadView::paintChart(QPainter& painter, const QRectF& area) const {
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_load || m_load->size.empty()) {
        setTextSize(painter, kText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("How often the queries visit each cell, and what that costs."));
        return;
    }
    const Layout l = layoutIn(area);
    paintScatter(painter, l);
    paintBars(painter, l);
    paintMarks(painter, l);
}

void CellLoadView::paintScatter(QPainter& painter, const Layout& l) const {
    const Scatter& s = l.scatter;
    const auto ticks = [](double from, double to, bool logarithmic, int room) {
        return logarithmic ? logTicks(std::max(from, 0.0), to, room) : linearTicks(from, to, room);
    };
    QList<AxisTick> x = ticks(s.left, s.right, s.logX, s.roomX()),
                    y = ticks(s.bottom, s.top, s.logY, s.roomY());
    if (s.logX && s.left < 0)
        x.prepend({s.left, QStringLiteral("0")});
    if (s.logY && s.bottom < 0)
        y.prepend({s.bottom, QStringLiteral("0")});
    s.paintGrid(painter, x, y, tr("vectors in the cell"), tr("queries that visit it"));
    painter.setPen(Qt::NoPen);
    const double alpha = m_load->size.size() > 4000 ? 0.6 : 0.9;
    // The costliest last: they are what the eye is to find.
    for (std::size_t place = m_load->by_cost.size(); place-- > 0;) {
        const std::uint32_t cell = m_load->by_cost[place];
        painter.setBrush(withAlpha(m_coloring.color(cell), alpha));
        painter.drawEllipse(dot(l, cell), kDot, kDot);
    }
}

/// Each bar is a cell's share, on the scale of the largest; the line sums them up to the whole scan.
void CellLoadView::paintBars(QPainter& painter, const Layout& l) const {
    const Palette& colors = ui::palette();
    const PlotFrame& f = l.bars;
    QList<AxisTick> shares;
    for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0})
        shares.append({share, formatPercent(share)});
    QList<AxisTick> cells = linearTicks(0, f.right, f.roomX());
    f.paintGrid(painter, cells, shares, tr("cells, the costliest first"), tr("share of the scan"));
    const double most = m_load->share(m_load->by_cost.front());
    const double tallest =
        most > 0 ? 0.42 / most : 0; // the bars' own scale: shares of single cells are small
    const int columns = std::max(static_cast<int>(f.plot.width()), 1);
    const std::size_t n = m_rank.size();
    const double width = f.plot.width() / static_cast<double>(n);
    const auto bar = [&](double x, double w, std::uint32_t cell) {
        const double h = m_load->share(cell) * tallest * f.plot.height();
        painter.fillRect(QRectF(x, f.plot.bottom() - h, w, h), m_coloring.color(cell));
    };
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (width >= 1)
        for (std::size_t place = 0; place < n; ++place)
            bar(f.plot.left() + width * static_cast<double>(place),
                std::max(width - (width >= 4 ? 1 : 0), 1.0), m_load->by_cost[place]);
    else
        for (int x = 0; x < columns; ++x)
            bar(f.plot.left() + x, 1,
                m_load->by_cost[static_cast<std::size_t>(x) * n / static_cast<std::size_t>(columns)]);
    painter.setRenderHint(QPainter::Antialiasing);
    QPolygonF line{f.at(0, 0)};
    const std::size_t stride = n / 2000 + 1;
    for (std::size_t place = 0; place < n; place += stride)
        line << f.at(static_cast<double>(place + 1), m_sum[place]);
    line << f.at(static_cast<double>(n), m_sum.back());
    painter.setPen(QPen(colors.accent, 1.75));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    painter.setPen(QPen(withAlpha(colors.secondary, 0.7), 1, Qt::DashLine)); // where all cells cost the same
    painter.drawLine(f.at(0, 0), f.at(static_cast<double>(n), 1));
    const auto few = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(kFew * double(n))));
    const QPointF at = f.at(static_cast<double>(few), m_sum[few - 1]);
    drawMarker(painter, at, Marker::Circle, colors.accent, 7);
    setTextSize(painter, kSmallText);
    drawHaloText(painter, at + QPointF(10, 4),
                 tr("%1 cells: %2").arg(formatCount(few), formatPercent(m_sum[few - 1])), colors.text);
    setTextSize(painter, kSmallText);
    drawHaloText(painter, f.plot.topLeft() + QPointF(6, 12),
                 tr("bars: each cell, the tallest %1").arg(formatPercent(most, 2)), colors.secondary);
}

void CellLoadView::paintMarks(QPainter& painter, const Layout& l) const {
    const Palette& colors = ui::palette();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colors.accent, 1.6));
    for (const std::uint32_t cell : m_probed)
        if (cell < m_rank.size())
            painter.drawEllipse(dot(l, cell), kDot + 2.5, kDot + 2.5);
    LabelPlacer labels(painter, l.scatter.plot);
    for (const qint64 cell : {m_selected, m_hovered}) {
        if (cell < 0 || static_cast<std::size_t>(cell) >= m_rank.size())
            continue;
        const auto c = static_cast<std::size_t>(cell);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colors.text, 2));
        painter.drawEllipse(dot(l, c), kDot + 3.5, kDot + 3.5);
        const double x = l.bars.x(m_rank[c] + 0.5);
        painter.setPen(QPen(colors.text, 1, Qt::DotLine));
        painter.drawLine(QPointF(x, l.bars.plot.top()), QPointF(x, l.bars.plot.bottom()));
        setTextSize(painter, kSmallText);
        labels.place(dot(l, c), 9, tr("cell %1").arg(formatCount(static_cast<qulonglong>(c))), colors.text,
                     true);
        if (m_selected == m_hovered)
            break;
    }
}

qint64 CellLoadView::cellAt(QPointF at) const {
    if (!m_load || m_load->size.empty())
        return -1;
    const Layout l = layoutIn(rect());
    if (l.bars.plot.adjusted(0, 0, 0, 8).contains(at)) {
        const auto place = static_cast<std::size_t>(std::clamp(l.bars.xAt(at.x()), 0.0, l.bars.right - 0.5));
        return m_load->by_cost[place];
    }
    qint64 nearest = -1;
    double least = kPick;
    for (std::size_t cell = 0; cell < m_rank.size(); ++cell) {
        const QPointF d = dot(l, cell) - at;
        if (const double distance = std::hypot(d.x(), d.y()); distance < least) {
            least = distance;
            nearest = static_cast<qint64>(cell);
        }
    }
    return nearest;
}

QString CellLoadView::text(std::size_t cell) const {
    return tr("cell %1: %2 vectors, number %3 by cost")
               .arg(formatCount(cell), formatCount(m_load->size[cell]), formatCount(m_rank[cell] + 1ull)) +
           QLatin1Char('\n') + cellLoadText(*m_load, cell);
}

void CellLoadView::mouseMoveEvent(QMouseEvent* event) {
    const qint64 cell = cellAt(event->position());
    if (cell == m_hovered)
        return;
    setHoveredCell(cell);
    emit cellHovered(cell);
}

void CellLoadView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_load)
        emit cellClicked(cellAt(event->position()));
}

void CellLoadView::leaveEvent(QEvent*) {
    setHoveredCell(-1);
    emit cellHovered(-1);
}

bool CellLoadView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const qint64 cell = cellAt(help->pos());
    QToolTip::showText(help->globalPos(), cell >= 0 ? text(static_cast<std::size_t>(cell)) : QString(), this);
    return true;
}

void CellLoadView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
