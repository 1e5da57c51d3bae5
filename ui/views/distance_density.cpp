// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/distance_density.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/density_image.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_model.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kDot = 2.4;

bool known(const DistancePair& pair) {
    return std::isfinite(pair.exact) && std::isfinite(pair.approximate);
}

QString titleOf(Metric metric, bool approximate) {
    const QString what = metric == Metric::L2             ? DistanceDensity::tr("L2 distance")
                         : metric == Metric::InnerProduct ? DistanceDensity::tr("inner product")
                                                          : DistanceDensity::tr("cosine distance");
    return approximate ? DistanceDensity::tr("%1 by the code").arg(what)
                       : DistanceDensity::tr("exact %1").arg(what);
}

} // namespace

DistanceDensity::DistanceDensity(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("distanceDensity"));
    setAccessibleName(tr("Exact distance against the code's distance"));
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void DistanceDensity::setStudy(const StudyPtr& study, Metric metric) {
    m_study = study;
    m_metric = metric;
    if (m_study)
        findRange();
    update();
}

void DistanceDensity::setFactor(double factor) {
    m_factor = factor;
    update();
}

void DistanceDensity::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

/// As the other views show distances; an inner product stays negative so that nearer is less.
double DistanceDensity::place(double distance) const {
    return m_metric == Metric::InnerProduct ? distance : shownDistance(m_metric, distance);
}

QString DistanceDensity::axisLabel(double position) const {
    return formatNumber(m_metric == Metric::InnerProduct ? -position : position);
}

/// From the nearest neighbours to nearly all random vectors, by exact distances: so the axes stay while the
/// code changes.
void DistanceDensity::findRange() {
    std::vector<double> near, far;
    for (const DistancePair& pair : m_study->neighbours)
        if (known(pair))
            near.push_back(place(pair.exact));
    for (const DistancePair& pair : m_study->random)
        if (known(pair))
            far.push_back(place(pair.exact));
    if (near.empty() && far.empty())
        return;
    std::vector<double>& low = near.empty() ? far : near;
    std::vector<double>& high = far.empty() ? near : far;
    std::ranges::sort(low);
    std::ranges::sort(high);
    m_low = low[low.size() / 200];
    m_high = std::max(high[high.size() - 1 - high.size() / 100], low.back());
    const double air = std::max(m_high - m_low, 1e-9) * 0.06;
    m_low = m_metric == Metric::InnerProduct ? m_low - air : std::max(0.0, m_low - air);
    m_high += air;
}

PlotFrame DistanceDensity::frameIn(const QRectF& area) const {
    PlotFrame frame = PlotFrame::inside(area);
    frame.left = frame.bottom = m_low;
    frame.right = frame.top = m_high;
    return frame;
}

std::optional<CodeStudy::Cut> DistanceDensity::cut() const {
    const auto at = std::size_t(std::max(1.0, std::round(m_factor)));
    if (!m_study || at > m_study->cuts.size())
        return std::nullopt;
    return m_study->cuts[at - 1];
}

bool DistanceDensity::found(std::size_t neighbour) const {
    const double candidates = double(m_study->k) * m_factor;
    const NeighbourRank& rank = m_study->ranks[neighbour];
    return rank.rank <= candidates && candidates < rank.leaves;
}

double DistanceDensity::foundShare() const {
    return m_study ? m_study->recall_after(m_factor) : 0;
}

void DistanceDensity::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintChart(painter, rect());
    if (m_study && m_hover)
        paintHover(painter, frameIn(rect()));
}

void DistanceDensity::paintChart(QPainter& painter, const QRectF& area) const {
    if (!m_study)
        return;
    const PlotFrame frame = frameIn(area);
    QList<AxisTick> xTicks = linearTicks(m_low, m_high, frame.roomX()),
                    yTicks = linearTicks(m_low, m_high, frame.roomY());
    if (m_metric == Metric::InnerProduct)
        for (QList<AxisTick>* ticks : {&xTicks, &yTicks})
            for (AxisTick& tick : *ticks)
                tick.label = axisLabel(tick.position);
    frame.paintGrid(painter, xTicks, yTicks, titleOf(m_metric, false), titleOf(m_metric, true));
    painter.save();
    painter.setClipRect(frame.plot);
    paintDensity(painter, frame);
    painter.setPen(QPen(ui::palette().secondary, 1, Qt::DashLine));
    painter.drawLine(frame.at(m_low, m_low), frame.at(m_high, m_high));
    paintNeighbours(painter, frame);
    painter.restore();
    paintCut(painter, frame);
    paintLegend(painter, frame);
}

void DistanceDensity::paintDensity(QPainter& painter, const PlotFrame& frame) const {
    const QSize size = frame.plot.size().toSize();
    if (size.isEmpty())
        return;
    if (m_densityOf != m_study || m_density.size() != densityGrid(size) ||
        m_densityDark != ui::palette().dark) {
        std::vector<QPointF> points; // in shares of the plot
        for (const DistancePair& pair : m_study->random)
            if (known(pair))
                points.emplace_back((frame.x(place(pair.exact)) - frame.plot.left()) / frame.plot.width(),
                                    (frame.y(place(pair.approximate)) - frame.plot.top()) /
                                        frame.plot.height());
        m_density = densityImage(points, densityGrid(size));
        m_densityOf = m_study;
        m_densityDark = ui::palette().dark;
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(frame.plot, m_density);
}

void DistanceDensity::paintNeighbours(QPainter& painter, const PlotFrame& frame) const {
    const Palette& colors = ui::palette();
    for (const bool missed : {false, true}) // what is missed lies on top
        for (std::size_t i = 0; i < m_study->neighbours.size(); ++i) {
            const DistancePair& pair = m_study->neighbours[i];
            if (!known(pair) || found(i) == missed)
                continue;
            painter.setPen(QPen(missed ? colors.missed : withAlpha(colors.panel, 0.7), missed ? 1.2 : 0.7));
            painter.setBrush(missed ? Qt::NoBrush : QBrush(colors.accent));
            painter.drawEllipse(frame.at(place(pair.exact), place(pair.approximate)), kDot, kDot);
        }
}

void DistanceDensity::paintCut(QPainter& painter, const PlotFrame& frame) const {
    const auto line = cut();
    if (!line)
        return;
    const Palette& colors = ui::palette();
    const double y = frame.y(place(line->median));
    if (y < frame.plot.top() || y > frame.plot.bottom())
        return;
    const double top = std::max(frame.plot.top(), frame.y(place(line->high)));
    const double bottom = std::min(frame.plot.bottom(), frame.y(place(line->low)));
    painter.fillRect(QRectF(frame.plot.left(), top, frame.plot.width(), std::max(0.0, bottom - top)),
                     withAlpha(colors.accent, 0.10));
    painter.setPen(QPen(colors.accent, 1.5));
    painter.drawLine(QPointF(frame.plot.left(), y), QPointF(frame.plot.right(), y));
    setTextSize(painter, kSmallText, true);
    const QString count = formatCount(qulonglong(double(m_study->k) * m_factor));
    const QFontMetricsF metrics(painter.font());
    QString text = tr("re-ranked below: the nearest %1").arg(count);
    if (metrics.horizontalAdvance(text) > frame.plot.width() * 0.7)
        text = tr("nearest %1").arg(count);
    const double width = metrics.horizontalAdvance(text);
    const bool above = y - 6 - metrics.capHeight() > frame.plot.top();
    drawHaloText(painter, {frame.plot.right() - width - 4, above ? y - 5 : y + metrics.capHeight() + 6}, text,
                 colors.accent);
}

void DistanceDensity::paintLegend(QPainter& painter, const PlotFrame& frame) const {
    const Palette& colors = ui::palette();
    setTextSize(painter, kSmallText);
    const QFontMetricsF metrics(painter.font());
    const double share = foundShare();
    const QString lines[] = {tr("true neighbours, %1 found").arg(formatPercent(share, share > 0.99 ? 1 : 0)),
                             tr("missed"), tr("random vectors: few to many")};
    constexpr double kLine = 16, kMark = 34;
    double width = 0;
    for (const QString& line : lines)
        width = std::max(width, metrics.horizontalAdvance(line));
    const QRectF box(frame.plot.left() + 8, frame.plot.top() + 6, width + kMark + 12, 3 * kLine + 8);
    if (box.width() > frame.plot.width() - 16 || box.height() > frame.plot.height() * 0.6)
        return;
    drawCard(painter, box);
    for (int i = 0; i < 3; ++i) {
        const QPointF at(box.left() + 6, box.top() + 4 + kLine * i);
        const QPointF mark = at + QPointF(12, kLine / 2);
        if (i == 2) {
            for (int step = 0; step < 24; ++step)
                painter.fillRect(QRectF(at.x() + step, mark.y() - 4, 1.2, 8),
                                 densityColor(step / 23.0, colors.dark));
        } else {
            painter.setPen(i == 0 ? QPen(Qt::NoPen) : QPen(colors.missed, 1.4));
            painter.setBrush(i == 0 ? QBrush(colors.accent) : QBrush(Qt::NoBrush));
            painter.drawEllipse(mark, kDot + 0.6, kDot + 0.6);
        }
        painter.setPen(colors.text);
        painter.drawText(QRectF(at.x() + kMark - 6, at.y(), width + 6, kLine),
                         Qt::AlignLeft | Qt::AlignVCenter, lines[i]);
    }
}

QString DistanceDensity::readout(QPointF at) const {
    if (!m_study)
        return {};
    const PlotFrame frame = frameIn(rect());
    if (!frame.plot.contains(at))
        return {};
    constexpr double kNear = 8; // pixels
    const auto near = [&](const std::vector<DistancePair>& pairs) {
        return std::size_t(std::ranges::count_if(pairs, [&](const DistancePair& pair) {
            const QPointF off = frame.at(place(pair.exact), place(pair.approximate)) - at;
            return known(pair) && off.x() * off.x() + off.y() * off.y() <= kNear * kNear;
        }));
    };
    const double exact = frame.xAt(at.x()), approximate = frame.yAt(at.y());
    QString text = tr("exact %1 · by the code %2").arg(axisLabel(exact), axisLabel(approximate));
    if (std::abs(exact) > 1e-12)
        text += QStringLiteral(" (%1%2 %)")
                    .arg(approximate < exact ? QStringLiteral("−") : QStringLiteral("+"))
                    .arg(std::abs(approximate / exact - 1) * 100, 0, 'f', 1);
    return text + tr(" · here: %1 neighbours, %2 random")
                      .arg(formatCount(near(m_study->neighbours)), formatCount(near(m_study->random)));
}

void DistanceDensity::paintHover(QPainter& painter, const PlotFrame& frame) const {
    const QString text = readout(*m_hover);
    if (text.isEmpty())
        return;
    painter.setPen(QPen(withAlpha(ui::palette().text, 0.5), 1, Qt::DotLine));
    painter.drawLine(QPointF(frame.plot.left(), m_hover->y()), QPointF(frame.plot.right(), m_hover->y()));
    painter.drawLine(QPointF(m_hover->x(), frame.plot.top()), QPointF(m_hover->x(), frame.plot.bottom()));
    drawNote(painter, {frame.plot.left() + 8, frame.plot.bottom() - 28}, text, frame.plot.width() - 16);
}

void DistanceDensity::mouseMoveEvent(QMouseEvent* event) {
    m_hover = event->position();
    update();
}

void DistanceDensity::leaveEvent(QEvent*) {
    m_hover.reset();
    update();
}

TitledPicture DistanceDensity::picture() const {
    return {m_title, m_subtitle, QStringLiteral("code-distances"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
}

void DistanceDensity::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
