// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/polar_view.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/log_axis.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"
#include "ui/views/polar_geometry.h"
#include "ui/views/step_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace annscope::ui {

namespace {

constexpr double kShareOfMissed = 0.1; ///< of the circle
constexpr double kNarrowest = 4.5;     ///< pixels of a sector at the rim
constexpr double kNumberWidth = 26;    ///< pixels of a number at the rim
constexpr std::size_t kMaxVectors = 40000;
constexpr double kGolden = 0.6180339887498949; ///< its multiples modulo 1 fill a sector evenly

} // namespace

PolarView::PolarView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("polarView"));
    setAccessibleName(tr("Distances to the query by cell"));
    setMouseTracking(true);
    setFocusPolicy(Qt::ClickFocus);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void PolarView::setPath(PathModelPtr path) {
    m_path = std::move(path);
    m_step = m_path && !m_path->steps.empty() ? m_path->steps.size() - 1 : 0;
    m_notScanned = 0;
    update();
    std::vector<float> distances;
    if (empty())
        return;
    const auto all = m_path->searched();
    const std::size_t stride = all.size() / kMaxVectors + 1; // the range needs no more than a sample
    for (std::size_t i = 0; i < all.size(); i += stride)
        distances.push_back(all[i].distance);
    for (const TrueNeighbour& t : m_path->truth) {
        distances.push_back(t.distance);
        m_notScanned += t.loss != Loss::None && t.life.met < 0;
    }
    if (distances.empty())
        return;
    std::ranges::sort(distances);
    // The farthest twentieth is drawn at the rim: it would squeeze the neighbours into a dot.
    m_low = shownDistance(m_path->metric, distances.front());
    m_high = shownDistance(m_path->metric, distances[(distances.size() - 1) * 19 / 20]);
    if (m_path->metric == Metric::L2 && m_low < 0.3 * m_high)
        m_low = 0;
    if (!(std::abs(m_high - m_low) > 0))
        m_high = m_low + 1;
}

void PolarView::setSelectedCell(qint64 cell) {
    m_selected = cell;
    update();
}

void PolarView::setHoveredCell(qint64 cell) {
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    update();
}

void PolarView::setStep(std::size_t step) {
    m_step = step;
    update();
}

void PolarView::setPictureText(const QString& title, const QString& subtitle, const QString& fileName) {
    m_title = title;
    m_subtitle = subtitle;
    m_fileName = fileName;
}

TitledPicture PolarView::picture() {
    return {m_title, m_subtitle, m_fileName, size(),
            [this](QPainter& painter, const QRectF& area) { paintView(painter, area); }};
}

PolarView::Geometry PolarView::layOut(const QRectF& area) const {
    Geometry g;
    g.centre = area.center();
    g.radius = std::max(std::min(area.width(), area.height()) * 0.5 - Geometry::kRim, 20.0);
    g.low = m_low;
    g.high = m_high;
    g.probed = m_path->searchedSteps();
    const auto most = static_cast<std::size_t>(2 * std::numbers::pi * g.radius / kNarrowest);
    g.cells = std::max<std::size_t>(std::min(g.probed, most), 1);
    const auto cells = static_cast<double>(g.cells);
    g.missed =
        m_notScanned > 0 ? std::max(cells * kShareOfMissed / (1 - kShareOfMissed), cells < 3 ? 0.5 : 0) : 0;
    g.sectors = cells + g.missed;
    return g;
}

std::size_t PolarView::sectors() const {
    return empty() ? 0 : layOut(rect()).cells;
}

QPointF PolarView::rimOf(std::size_t sector) const {
    const Geometry g = layOut(rect());
    return g.place(static_cast<double>(sector) + 0.5, g.radius * 0.96);
}

/// Inside a sector the angle carries no meaning: vectors are spread evenly.
QPointF PolarView::placeOf(const Geometry& g, std::size_t step, std::size_t visit) const {
    const double inside = 0.06 + 0.88 * std::fmod(static_cast<double>(visit + 1) * kGolden, 1.0);
    return g.place(static_cast<double>(g.sectorOf(step)) + inside,
                   g.at(shownDistance(m_path->metric, m_path->visits_in(step)[visit].distance)));
}

void PolarView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintView(painter, rect());
}

void PolarView::paintView(QPainter& painter, const QRectF& area) const {
    if (empty()) {
        setTextSize(painter, kText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Choose a query to see how far the vectors of the scanned cells are from it."));
        return;
    }
    const Geometry g = layOut(area);
    paintSectors(painter, g);
    paintNumbers(painter, g);
    paintVectors(painter, g);
    paintTruth(painter, g);
    paintRings(painter, g);
    drawQueryCross(painter, g.centre, 7);
    paintLegend(painter, area);
}

void PolarView::paintSectors(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    const QRectF circle(g.centre - QPointF(g.radius, g.radius), g.centre + QPointF(g.radius, g.radius));
    const auto pie = [&](double from, double span, const QBrush& brush, const QPen& pen = Qt::NoPen) {
        painter.setPen(pen);
        painter.setBrush(brush);
        painter.drawPie(circle, static_cast<int>(g.degrees(from + span) * 16),
                        static_cast<int>(360 * span / g.sectors * 16) + 1);
    };
    const std::size_t now = g.sectorOf(std::min(m_step, g.probed - 1));
    for (std::size_t s = 0; s < g.cells; ++s)
        pie(static_cast<double>(s), 1, withAlpha(colors.accent, s > now ? 0 : s % 2 == 0 ? 0.05 : 0.1));
    if (g.missed > 0)
        pie(static_cast<double>(g.cells), g.missed, QBrush(withAlpha(colors.missed, 0.25), Qt::BDiagPattern));
    const bool dense = 2 * std::numbers::pi * g.radius / g.sectors < 10;
    painter.setPen(QPen(withAlpha(colors.line, dense ? 0.5 : 1), 1));
    for (std::size_t s = 0; s <= g.cells && g.sectors > 1; ++s)
        painter.drawLine(g.place(static_cast<double>(s), g.radius * Geometry::kHole),
                         g.place(static_cast<double>(s), g.radius));
    // Probed so far: outlined at the rim; the one of this step all around.
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colors.accent, 2.5, Qt::SolidLine, Qt::FlatCap));
    const double done = static_cast<double>(now + 1);
    painter.drawArc(circle, static_cast<int>(g.degrees(done) * 16),
                    static_cast<int>(360 * done / g.sectors * 16));
    if (m_step < g.probed)
        pie(static_cast<double>(now), 1, withAlpha(colors.accent, 0.14), QPen(colors.accent, 1.6));
    for (const qint64 cell : {m_selected, m_hovered})
        for (std::size_t s = 0; s < g.probed && cell >= 0; ++s)
            if (m_path->steps[s].id == cell)
                pie(static_cast<double>(g.sectorOf(s)), 1, withAlpha(colors.text, 0.08),
                    QPen(colors.text, 1.8));
}

/// Ranks around the rim, as many as have room.
void PolarView::paintNumbers(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    const double room = 2 * std::numbers::pi * g.radius / g.sectors;
    std::size_t every = 1;
    for (const std::size_t stride : {1u, 2u, 5u, 10u, 20u, 50u, 100u}) {
        every = stride;
        if (room * static_cast<double>(stride) >= kNumberWidth)
            break;
    }
    const std::size_t now = g.sectorOf(std::min(m_step, g.probed - 1));
    const auto near = [&](std::size_t a, std::size_t b) {
        return room * std::abs(static_cast<double>(a) - static_cast<double>(b)) < kNumberWidth;
    };
    for (std::size_t s = 0; s < g.cells; ++s) {
        const bool current = s == now && m_step < g.probed;
        if (!current && ((s + 1) % every != 0 && s != 0))
            continue;
        if (!current && ((m_step < g.probed && near(s, now)) || (s != 0 && near(s, 0))))
            continue;
        const QPointF at = g.place(static_cast<double>(s) + 0.5, g.radius + 13);
        setTextSize(painter, kSmallText, current);
        painter.setPen(s <= now ? colors.accent : colors.secondary);
        const bool shared = s + 1 == g.cells && g.probed > g.cells;
        painter.drawText(QRectF(at - QPointF(24, 9), QSizeF(48, 18)), Qt::AlignCenter,
                         shared ? tr("%1 …").arg(s + 1) : QString::number(s + 1));
    }
}

void PolarView::paintRings(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    setTextSize(painter, kSmallText);
    painter.setBrush(Qt::NoBrush);
    const double from = std::min(g.low, g.high), to = std::max(g.low, g.high);
    QList<AxisTick> rings = linearTicks(from, to, std::clamp(static_cast<int>(g.radius / 40), 2, 6));
    rings.removeIf([](const AxisTick& tick) { return !tick.major(); });
    for (const AxisTick& ring : rings) {
        const double r = g.at(ring.position);
        painter.setPen(QPen(withAlpha(colors.secondary, 0.45), 1));
        painter.drawEllipse(g.centre, r, r);
        const double width = QFontMetricsF(painter.font()).horizontalAdvance(ring.label);
        if (r > g.radius * 0.16) // above the query's cross
            drawHaloText(painter, g.centre + QPointF(-width / 2, 4 - r), ring.label, colors.secondary);
    }
    if (m_path->truth.empty())
        return;
    const double r = g.at(shownDistance(m_path->metric, m_path->truth.back().distance));
    painter.setPen(QPen(foundColor(), 1.4, Qt::DashLine));
    painter.drawEllipse(g.centre, r, r);
}

void PolarView::paintVectors(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    const QColor rejected = withAlpha(colors.secondary, 0.5), kept = mix(colors.panel, colors.accent, 0.65);
    const std::size_t stride = m_path->searched().size() / kMaxVectors + 1;
    const double dot = g.probed > 64 ? 1.5 : 2;
    QPolygonF others, entered;
    for (std::size_t s = 0; s < g.probed && s <= m_step; ++s) {
        const auto vectors = m_path->visits_in(s);
        for (std::size_t i = 0; i < vectors.size(); ++i)
            if (vectors[i].kept)
                entered.append(placeOf(g, s, i));
            else if (i % stride == 0)
                others.append(placeOf(g, s, i));
    }
    painter.setPen(QPen(rejected, dot, Qt::SolidLine, Qt::RoundCap));
    painter.drawPoints(others);
    painter.setPen(QPen(kept, 5, Qt::SolidLine, Qt::RoundCap));
    painter.drawPoints(entered);
}

/// Found ones are filled; what was lost is hollow: where it was met, or beside the cells, on its way out.
void PolarView::paintTruth(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    LabelPlacer labels(painter, QRectF(rect()));
    for (const TruePlace& place : truePlaces(g)) {
        const TrueNeighbour& t = *place.neighbour;
        if (t.loss == Loss::None) {
            painter.setPen(QPen(colors.panel, 1.2));
            painter.setBrush(foundColor());
            painter.drawEllipse(place.at, 4.5, 4.5);
            continue;
        }
        if (t.life.met < 0) {
            painter.setPen(QPen(colors.missed, 1.2, Qt::DashLine));
            painter.drawLine(g.centre, place.at);
        }
        painter.setPen(QPen(colors.missed, 2));
        painter.setBrush(colors.panel);
        painter.drawEllipse(place.at, 4.5, 4.5);
        labels.place(place.at, 7, reasonText(t), colors.missed, false);
    }
}

/// What is met later than the step that is shown is not there yet.
std::vector<PolarView::TruePlace> PolarView::truePlaces(const Geometry& g) const {
    std::vector<TruePlace> places;
    std::size_t missed = 0;
    for (const TrueNeighbour& t : m_path->truth) {
        if (t.life.met < 0) {
            if (t.loss == Loss::None)
                continue;
            const double sector = static_cast<double>(g.cells) + g.missed * static_cast<double>(++missed) /
                                                                     (static_cast<double>(m_notScanned) + 1);
            places.push_back({&t, g.place(sector, g.at(shownDistance(m_path->metric, t.distance)))});
            continue;
        }
        const auto step = static_cast<std::size_t>(t.life.met);
        if (step > m_step || step >= g.probed)
            continue;
        const auto vectors = m_path->visits_in(step);
        const auto found = std::ranges::find(vectors, t.id, &Considered::id);
        if (found != vectors.end())
            places.push_back({&t, placeOf(g, step, static_cast<std::size_t>(found - vectors.begin()))});
    }
    return places;
}

void PolarView::paintLegend(QPainter& painter, const QRectF& area) const {
    const Palette& colors = ui::palette();
    const struct {
        QString text;
        QColor color;
        bool hollow;
    } entries[] = {{tr("scanned"), colors.secondary, false},
                   {tr("entered the list"), mix(colors.panel, colors.accent, 0.65), false},
                   {tr("true neighbour, found"), foundColor(), false},
                   {tr("true neighbour, missed"), colors.missed, true},
                   {tr("true k-th distance"), foundColor(), true}};
    const QRectF box(area.left() + 10, area.bottom() - 10 - 101, 168, 101);
    if (box.right() > layOut(area).centre.x() - 40)
        return; // too small a picture: the marks must not be covered
    drawCard(painter, box);
    setTextSize(painter, kSmallText);
    double y = box.top() + 8;
    for (const auto& entry : entries) {
        painter.setPen(entry.hollow
                           ? QPen(entry.color, 2, entry.color == foundColor() ? Qt::DotLine : Qt::SolidLine)
                           : QPen(Qt::NoPen));
        painter.setBrush(entry.hollow ? QBrush(Qt::NoBrush) : QBrush(entry.color));
        painter.drawEllipse(QPointF(box.left() + 14, y + 8), 4, 4);
        painter.setPen(colors.secondary);
        painter.drawText(QRectF(box.left() + 26, y, box.width() - 30, 17), Qt::AlignLeft | Qt::AlignVCenter,
                         entry.text);
        y += 17;
    }
}

} // namespace annscope::ui
