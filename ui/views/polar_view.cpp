// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/polar_view.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_map>

namespace annscope::ui {

namespace {

constexpr double kRim = 30;           ///< pixels around the circle, for the numbers of the sectors
constexpr double kHole = 0.1;         ///< the nearest distance lies this far out, as a share of the radius
constexpr double kSectorOfMissed = 2; ///< sectors' worth of angle
constexpr std::size_t kMaxVectors = 40000;
constexpr double kGolden = 0.6180339887498949; ///< its multiples modulo 1 fill a sector evenly

} // namespace

/// Distances and sectors to pixels.
struct PolarView::Geometry {
    QPointF centre;
    double radius = 1, low = 0, high = 1;
    double sectors = 1; ///< including that of the missed
    std::size_t cells = 0;

    double at(double value) const {
        const double t = (value - low) / (high - low);
        return radius * std::clamp(kHole + (1 - kHole) * t, 0.0, 1.0);
    }
    /// Clockwise from the top; 0..sectors.
    QPointF place(double sector, double r) const {
        const double a = 2 * std::numbers::pi * sector / sectors - std::numbers::pi / 2;
        return centre + QPointF(std::cos(a), std::sin(a)) * r;
    }
    double degrees(double sector) const { return 90 - 360 * sector / sectors; }
};

PolarView::PolarView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("polarView"));
    setAccessibleName(tr("Distances to the query by cell"));
    setToolTip(tr("Each sector is a cell that was scanned, in the order of probing. The farther out a vector "
                  "lies, the farther it is from the query.\nInside a sector the angle carries no meaning."));
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void PolarView::setPath(PathModelPtr path) {
    m_path = std::move(path);
    m_step = m_path && !m_path->steps.empty() ? m_path->steps.size() - 1 : 0;
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
    g.radius = std::max(std::min(area.width(), area.height()) * 0.5 - kRim, 20.0);
    g.cells = std::min(m_path->searchedSteps(), kMaxSectors);
    g.sectors =
        static_cast<double>(std::max<std::size_t>(g.cells, 1)) + (m_path->missed() > 0 ? kSectorOfMissed : 0);
    std::vector<float> distances;
    for (const Considered& c : m_path->searched())
        distances.push_back(c.distance);
    for (const TrueNeighbour& t : m_path->truth)
        distances.push_back(t.distance);
    if (distances.empty())
        return g;
    std::sort(distances.begin(), distances.end());
    // The farthest twentieth is drawn at the rim: it would squeeze the neighbours into a dot.
    g.low = shownDistance(m_path->metric, distances.front());
    g.high = shownDistance(m_path->metric, distances[(distances.size() - 1) * 19 / 20]);
    if (m_path->metric == Metric::L2 && g.low < 0.3 * g.high)
        g.low = 0;
    if (!(std::abs(g.high - g.low) > 0))
        g.high = g.low + 1;
    return g;
}

void PolarView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintView(painter, rect());
}

void PolarView::paintView(QPainter& painter, const QRectF& area) const {
    if (!m_path || m_path->steps.empty()) {
        setTextSize(painter, kText);
        painter.setPen(ui::palette().secondary);
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Choose a query to see how far the vectors of the scanned cells are from it."));
        return;
    }
    const Geometry g = layOut(area);
    paintSectors(painter, g);
    paintVectors(painter, g);
    paintTruth(painter, g);
    paintRings(painter, g);
    drawQueryCross(painter, g.centre, 7);
    paintLegend(painter, area);
}

void PolarView::paintSectors(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    const QRectF circle(g.centre - QPointF(g.radius, g.radius), g.centre + QPointF(g.radius, g.radius));
    painter.setPen(Qt::NoPen);
    const auto pie = [&](double from, double span, const QBrush& brush) {
        painter.setBrush(brush);
        painter.drawPie(circle, static_cast<int>(g.degrees(from + span) * 16),
                        static_cast<int>(360 * span / g.sectors * 16) + 1);
    };
    for (std::size_t s = 0; s < g.cells; ++s)
        pie(static_cast<double>(s), 1,
            withAlpha(colors.accent, s > m_step    ? 0
                                     : s == m_step ? 0.16
                                     : s % 2 == 0  ? 0.05
                                                   : 0.09));
    if (g.sectors > static_cast<double>(g.cells))
        pie(static_cast<double>(g.cells), kSectorOfMissed,
            QBrush(withAlpha(colors.missed, 0.25), Qt::BDiagPattern));

    painter.setPen(QPen(colors.line, 1));
    for (std::size_t s = 0; s <= g.cells && g.sectors > 1; ++s)
        painter.drawLine(g.place(static_cast<double>(s), g.radius * kHole),
                         g.place(static_cast<double>(s), g.radius));
    setTextSize(painter, kSmallText);
    const bool dense = 2 * std::numbers::pi * g.radius / g.sectors < 26;
    for (std::size_t s = 0; s < g.cells; ++s) {
        if (dense && s % 4 != 0 && s != m_step)
            continue;
        const QPointF at = g.place(static_cast<double>(s) + 0.5, g.radius + 13);
        setTextSize(painter, kSmallText, s == m_step);
        painter.setPen(s <= m_step ? colors.accent : colors.secondary);
        painter.drawText(QRectF(at - QPointF(20, 9), QSizeF(40, 18)), Qt::AlignCenter,
                         QString::number(m_path->steps[s].hop));
    }
}

void PolarView::paintRings(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    setTextSize(painter, kSmallText);
    painter.setBrush(Qt::NoBrush);
    for (int i = 0; i <= 3; ++i) {
        const double value = g.low + (g.high - g.low) * i / 3.0, r = g.at(value);
        painter.setPen(QPen(withAlpha(colors.secondary, 0.45), 1));
        painter.drawEllipse(g.centre, r, r);
        const QString text = formatNumber(value);
        const double width = QFontMetricsF(painter.font()).horizontalAdvance(text);
        const double y = i == 0   ? r + 14
                         : i == 3 ? 13 - r
                                  : 4 - r; // below the innermost: above it lie answers
        drawHaloText(painter, g.centre + QPointF(-width / 2, y), text, colors.secondary);
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
    for (std::size_t s = 0; s < g.cells && s <= m_step; ++s) {
        const auto vectors = m_path->visits_in(s);
        QPolygonF others;
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            if (vectors[i].kept || i % stride != 0)
                continue;
            const double inside = 0.06 + 0.88 * std::fmod(static_cast<double>(i + 1) * kGolden, 1.0);
            others.append(g.place(static_cast<double>(s) + inside,
                                  g.at(shownDistance(m_path->metric, vectors[i].distance))));
        }
        painter.setPen(QPen(rejected, 2, Qt::SolidLine, Qt::RoundCap));
        painter.drawPoints(others);
        painter.setPen(Qt::NoPen);
        painter.setBrush(kept);
        for (std::size_t i = 0; i < vectors.size(); ++i)
            if (vectors[i].kept) {
                const double inside = 0.06 + 0.88 * std::fmod(static_cast<double>(i + 1) * kGolden, 1.0);
                painter.drawEllipse(g.place(static_cast<double>(s) + inside,
                                            g.at(shownDistance(m_path->metric, vectors[i].distance))),
                                    2.5, 2.5);
            }
    }
}

void PolarView::paintTruth(QPainter& painter, const Geometry& g) const {
    const Palette& colors = ui::palette();
    std::unordered_map<Id, QPointF> places;
    for (std::size_t s = 0; s < g.cells && s <= m_step; ++s) {
        const auto vectors = m_path->visits_in(s);
        for (std::size_t i = 0; i < vectors.size(); ++i)
            if (m_path->isTrueNeighbour(vectors[i].id)) {
                const double inside = 0.06 + 0.88 * std::fmod(static_cast<double>(i + 1) * kGolden, 1.0);
                places[vectors[i].id] = g.place(static_cast<double>(s) + inside,
                                                g.at(shownDistance(m_path->metric, vectors[i].distance)));
            }
    }
    LabelPlacer labels(painter, QRectF(rect()));
    std::size_t missed = 0;
    for (const TrueNeighbour& t : m_path->truth) {
        if (t.loss == Loss::None) {
            const auto at = places.find(t.id);
            if (at == places.end())
                continue;
            painter.setPen(QPen(colors.panel, 1.2));
            painter.setBrush(foundColor());
            painter.drawEllipse(at->second, 4.5, 4.5);
            continue;
        }
        const double sector =
            static_cast<double>(g.cells) +
            kSectorOfMissed * (static_cast<double>(++missed) / (static_cast<double>(m_path->missed()) + 1));
        const QPointF at = g.place(sector, g.at(shownDistance(m_path->metric, t.distance)));
        painter.setPen(QPen(colors.missed, 1.5, Qt::DashLine));
        painter.drawLine(g.centre, at);
        painter.setPen(QPen(colors.missed, 2));
        painter.setBrush(colors.panel);
        painter.drawEllipse(at, 4.5, 4.5);
        if (t.cellRank > 0)
            labels.place(at, 7, tr("cell rank %1").arg(t.cellRank), colors.missed, false);
    }
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

void PolarView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_path || m_path->steps.empty())
        return;
    const Geometry g = layOut(rect());
    const QPointF d = event->position() - g.centre;
    if (std::hypot(d.x(), d.y()) > g.radius + kRim)
        return;
    double turn = (std::atan2(d.y(), d.x()) + std::numbers::pi / 2) / (2 * std::numbers::pi);
    turn -= std::floor(turn);
    const auto sector = static_cast<std::size_t>(turn * g.sectors);
    if (sector < g.cells && m_path->steps[sector].kind == PathStep::Kind::Probe)
        emit cellClicked(m_path->steps[sector].id);
}

void PolarView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
