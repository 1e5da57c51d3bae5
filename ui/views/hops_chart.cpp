// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/hops_chart.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/label_layout.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <set>

namespace annscope::ui {
namespace {

constexpr double kNear = 14; ///< px from a point that still mean it
constexpr double kGap = 12;  ///< px between a line's end and its name

const HopsAtRecall* at(const HopsEntry& entry, double target) {
    const auto found = std::ranges::find(entry.targets, target, &HopsAtRecall::target);
    return found == entry.targets.end() || !found->reached ? nullptr : &*found;
}

} // namespace

HopsChart::HopsChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("hopsChart"));
    setAccessibleName(tr("Hops at equal recall over the degree"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void HopsChart::setEntries(std::vector<HopsEntry> entries) {
    m_entries = std::move(entries);
    m_hovered = -1;
    arrange();
}

void HopsChart::setTarget(double recall) {
    m_target = recall;
    arrange();
}

void HopsChart::setCost(Cost cost) {
    m_cost = cost;
    arrange();
}

void HopsChart::setPictureText(const QString& subtitle) {
    m_subtitle = subtitle;
}

/// Families keep their colour whatever the target is: they get it in the order in which they came.
void HopsChart::arrange() {
    m_lines.clear();
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const HopsEntry& entry = m_entries[i];
        auto line = std::ranges::find(m_lines, entry.family, &Line::family);
        if (line == m_lines.end())
            line = m_lines.insert(m_lines.end(), {entry.family, int(m_lines.size()), {}});
        if (const HopsAtRecall* found = at(entry, m_target))
            line->points.push_back({i, double(entry.max_degree),
                                    m_cost == Cost::Hops ? found->hops : found->distances, found->at_least});
    }
    for (Line& line : m_lines)
        std::ranges::stable_sort(line.points, {}, &Point::degree);
    update();
}

double HopsChart::nameRoom(double width) const {
    QFont font = this->font();
    font.setPixelSize(kText);
    font.setBold(true);
    double widest = 0;
    for (const Line& line : m_lines)
        widest = std::max(widest, QFontMetricsF(font).horizontalAdvance(QString::fromStdString(line.family)));
    return std::min(widest + kGap + 8, width * 0.35);
}

PlotFrame HopsChart::frameIn(const QRectF& area) const {
    PlotFrame frame = PlotFrame::inside(area.adjusted(0, 0, -nameRoom(area.width()), 0));
    double least = HUGE_VAL, most = 0, top = 0;
    for (const Line& line : m_lines)
        for (const Point& point : line.points) {
            least = std::min(least, point.degree);
            most = std::max(most, point.degree);
            top = std::max(top, point.cost);
        }
    const bool empty = !(most >= least);
    const double margin = empty ? 1 : std::max(1.0, (most - least) * 0.06);
    frame.left = empty ? 0 : std::max(0.0, least - margin);
    frame.right = empty ? 64 : most + margin;
    frame.bottom = 0;
    frame.top = top > 0 ? top * 1.12 : 1;
    return frame;
}

void HopsChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintChart(painter, rect());
    if (m_hovered < 0)
        return;
    const PlotFrame frame = frameIn(rect());
    const QPointF at = pointOf(m_entries[std::size_t(m_hovered)].config);
    if (at.isNull())
        return;
    painter.setPen(QPen(ui::palette().text, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at, 7, 7);
    drawNote(painter, {frame.plot.left() + 8, frame.plot.bottom() - 28}, noteOf(std::size_t(m_hovered)),
             frame.plot.width() - 16);
}

/// At the degrees that are there, with labels where they have room.
QList<AxisTick> HopsChart::degreeTicks(const PlotFrame& frame) const {
    constexpr double kRoom = 26; // px
    std::set<double> degrees;
    for (const Line& line : m_lines)
        for (const Point& point : line.points)
            degrees.insert(point.degree);
    QList<AxisTick> ticks;
    double last = -HUGE_VAL;
    for (const double degree : degrees) {
        const bool room = frame.x(degree) - last >= kRoom;
        ticks << AxisTick{degree, room ? formatCount(qulonglong(degree)) : QString()};
        last = room ? frame.x(degree) : last;
    }
    return ticks;
}

void HopsChart::paintChart(QPainter& painter, const QRectF& area) const {
    if (m_lines.empty())
        return;
    const PlotFrame frame = frameIn(area);
    QList<AxisTick> costs = linearTicks(0, frame.top, frame.roomY());
    for (AxisTick& tick : costs)
        tick.label = formatShort(tick.position);
    frame.paintGrid(painter, degreeTicks(frame), costs, tr("largest degree of a node (R; 2 M of HNSW)"),
                    m_cost == Cost::Hops
                        ? tr("hops a query at recall %1").arg(formatParameter(m_target))
                        : tr("distances a query at recall %1").arg(formatParameter(m_target)));
    if (std::ranges::all_of(m_lines, [](const Line& line) { return line.points.empty(); })) {
        setTextSize(painter, kText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(frame.plot, Qt::AlignCenter,
                         tr("None of these reaches a recall of %1.").arg(formatParameter(m_target)));
        return;
    }
    for (const Line& line : m_lines)
        paintLine(painter, frame, line);
    paintNames(painter, frame, area);
}

void HopsChart::paintLine(QPainter& painter, const PlotFrame& frame, const Line& line) const {
    const SeriesStyle style = seriesStyle(line.style);
    QPolygonF path;
    for (const Point& point : line.points)
        path << frame.at(point.degree, point.cost);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(style.pen(2));
    painter.drawPolyline(path);
    for (std::size_t i = 0; i < line.points.size(); ++i)
        drawMarker(painter, path[qsizetype(i)], style.marker, style.color, 8, line.points[i].at_least);
}

void HopsChart::paintNames(QPainter& painter, const PlotFrame& frame, const QRectF& area) const {
    std::vector<QRectF> boxes;
    std::vector<const Line*> named;
    const double right = frame.plot.right() + kGap, width = area.right() - right - 4;
    for (const Line& line : m_lines)
        if (!line.points.empty()) {
            const QPointF end = frame.at(line.points.back().degree, line.points.back().cost);
            boxes.emplace_back(right, end.y() - 9, width, 18);
            named.push_back(&line);
        }
    if (!spreadVertically(boxes, frame.plot.top(), frame.plot.bottom()))
        return;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const SeriesStyle style = seriesStyle(named[i]->style);
        const QPointF end = frame.at(named[i]->points.back().degree, named[i]->points.back().cost);
        painter.setPen(QPen(withAlpha(style.color, 0.6), 1));
        painter.drawLine(end + QPointF(6, 0), QPointF(boxes[i].left() - 3, boxes[i].center().y()));
        setTextSize(painter, kText, true);
        painter.setPen(ui::palette().dark ? style.color.lighter(125) : style.color.darker(125));
        painter.drawText(boxes[i], Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(QString::fromStdString(named[i]->family),
                                                          Qt::ElideRight, int(width)));
    }
}

QPointF HopsChart::pointOf(const std::string& config) const {
    const PlotFrame frame = frameIn(rect());
    for (const Line& line : m_lines)
        for (const Point& point : line.points)
            if (m_entries[point.entry].config == config)
                return frame.at(point.degree, point.cost);
    return {};
}

QString HopsChart::noteOf(std::size_t entry) const {
    const HopsEntry& about = m_entries[entry];
    const HopsAtRecall* found = at(about, m_target);
    if (!found)
        return {};
    return tr("%1: %2 hops, %3 distances, width %4, recall %5, mean degree %6")
        .arg(QString::fromStdString(about.config), formatMean(found->hops), formatMean(found->distances),
             formatCount(qulonglong(found->width)), formatRecall(found->recall),
             formatMean(about.mean_degree));
}

int HopsChart::entryAt(QPointF at) const {
    const PlotFrame frame = frameIn(rect());
    double nearest = kNear;
    int found = -1;
    for (const Line& line : m_lines)
        for (const Point& point : line.points) {
            const QPointF apart = frame.at(point.degree, point.cost) - at;
            const double distance = std::hypot(apart.x(), apart.y());
            if (distance <= nearest) {
                nearest = distance;
                found = int(point.entry);
            }
        }
    return found;
}

void HopsChart::mouseMoveEvent(QMouseEvent* event) {
    const int entry = entryAt(event->position());
    if (entry == m_hovered)
        return;
    m_hovered = entry;
    update();
}

void HopsChart::mousePressEvent(QMouseEvent* event) {
    const int entry = entryAt(event->position());
    if (event->button() == Qt::LeftButton && entry >= 0)
        emit configClicked(QString::fromStdString(m_entries[std::size_t(entry)].config));
}

void HopsChart::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

TitledPicture HopsChart::picture() const {
    return {m_cost == Cost::Hops ? tr("Hops at equal recall") : tr("Distances at equal recall"), m_subtitle,
            QStringLiteral("hops-at-recall"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
}

void HopsChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
