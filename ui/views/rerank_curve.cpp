// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/rerank_curve.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace annscope::ui {
namespace {

constexpr std::array kMarks{0.90, 0.95, 0.99};
constexpr double kLeastRange = 16, kMostRange = 4096; ///< of k_factor
constexpr int kBins = 32;
constexpr double kCardAbove = 30; ///< px between the card and the axis: there stands the note of the pointer

/// Recalls as the axis labels say them.
QList<AxisTick> recallTicks(double low, int room) {
    QList<AxisTick> ticks = linearTicks(low, 1, room);
    for (AxisTick& tick : ticks)
        tick.label = tick.major() ? QString::number(tick.position, 'g', 3) : QString();
    return ticks;
}

} // namespace

RerankCurve::RerankCurve(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("rerankCurve"));
    setAccessibleName(tr("Recall after re-ranking against k_factor"));
    setMouseTracking(true);
    setCursor(Qt::CrossCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void RerankCurve::setStudy(const StudyPtr& study) {
    m_study = study;
    update();
}

void RerankCurve::setFactor(double factor) {
    m_factor = factor;
    update();
}

void RerankCurve::setPictureText(const QString& title, const QString& subtitle) {
    m_title = title;
    m_subtitle = subtitle;
}

/// k_factor from 1 to beyond what 0.99 needs, logarithmic; recall from below the first point to 1.
PlotFrame RerankCurve::frameIn(const QRectF& area) const {
    PlotFrame frame = PlotFrame::inside(area);
    double most = kLeastRange;
    for (const double recall : kMarks)
        if (const auto factor = m_study->factor_for(recall))
            most = std::max(most, double(*factor) * 1.6);
    most =
        std::clamp(most, kLeastRange, std::min(kMostRange, std::max(2.0, double(m_study->largest_factor()))));
    frame.left = 0;
    frame.right = std::log10(std::max(most, 2.0));
    const double first = std::min(m_study->recall_after(1), 0.9);
    frame.bottom = std::max(0.0, std::floor((first - 0.08) * 10) / 10);
    frame.top = 1 + (1 - frame.bottom) * 0.03;
    return frame;
}

double RerankCurve::factorAt(double pixel) const {
    if (!m_study)
        return 1;
    const PlotFrame frame = frameIn(rect());
    const double at = std::clamp(frame.xAt(pixel), frame.left, frame.right);
    return std::max(1.0, std::round(std::pow(10, at)));
}

void RerankCurve::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintChart(painter, rect());
    if (!m_study || !m_hover)
        return;
    const QString text = readout(*m_hover);
    const PlotFrame frame = frameIn(rect());
    if (text.isEmpty())
        return;
    const double x = frame.x(std::log10(factorAt(m_hover->x())));
    painter.setPen(QPen(withAlpha(ui::palette().text, 0.5), 1, Qt::DotLine));
    painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()));
    drawNote(painter, {frame.plot.left() + 8, frame.plot.bottom() - 28}, text, frame.plot.width() - 16);
}

void RerankCurve::paintChart(QPainter& painter, const QRectF& area) const {
    if (!m_study || m_study->ranks.empty())
        return;
    const PlotFrame frame = frameIn(area);
    frame.paintGrid(painter, logTicks(frame.left, frame.right, frame.roomX()),
                    recallTicks(frame.bottom, frame.roomY()),
                    tr("k_factor (candidates re-ranked = %1 × k_factor)").arg(m_study->k),
                    tr("recall@%1 after re-ranking").arg(m_study->k));
    painter.save();
    painter.setClipRect(frame.plot.adjusted(-4, -4, 4, 1));
    paintRanks(painter, frame);
    paintCurve(painter, frame);
    painter.restore();
    paintCut(painter, frame);
    paintMarks(painter, frame);
    paintCard(painter, frame);
}

/// Bars of the ranks of the true neighbours, as candidates / k: where the curve rises.
void RerankCurve::paintRanks(QPainter& painter, const PlotFrame& frame) const {
    std::array<std::size_t, kBins> counts{};
    for (const NeighbourRank& neighbour : m_study->ranks) {
        const double at = std::log10(std::max(1.0, neighbour.rank / double(m_study->k)));
        const double bin = at / frame.right * kBins;
        if (std::isfinite(bin) && bin < kBins)
            ++counts[std::size_t(bin)];
    }
    const double most = double(*std::ranges::max_element(counts));
    if (most == 0)
        return;
    for (int i = 0; i < kBins; ++i) {
        const double left = frame.x(frame.right * i / kBins), right = frame.x(frame.right * (i + 1) / kBins);
        const double height = double(counts[std::size_t(i)]) / most * frame.plot.height() * 0.22;
        painter.fillRect(QRectF(left, frame.plot.bottom() - height, std::max(1.0, right - left - 1), height),
                         withAlpha(ui::palette().secondary, 0.28));
    }
}

void RerankCurve::paintCurve(QPainter& painter, const PlotFrame& frame) const {
    QPolygonF line;
    double last = -1;
    const int steps = std::max(2, int(frame.plot.width() / 2));
    for (int i = 0; i <= steps; ++i) {
        const double factor = std::max(1.0, std::round(std::pow(10, frame.right * i / steps)));
        if (factor == last)
            continue;
        last = factor;
        line << frame.at(std::log10(factor), m_study->recall_after(factor));
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(seriesStyle(0).pen(2));
    painter.drawPolyline(line);
    if (!line.isEmpty())
        drawMarker(painter, line.front(), Marker::Circle, seriesStyle(0).color, 8, true);
}

void RerankCurve::paintMarks(QPainter& painter, const PlotFrame& frame) const {
    const Palette& colors = ui::palette();
    for (const double recall : kMarks) {
        const double y = frame.y(recall);
        const auto factor = m_study->factor_for(recall);
        const double at = factor ? std::log10(double(*factor)) : HUGE_VAL;
        const bool shown = at <= frame.right;
        const double x = shown ? frame.x(at) : frame.plot.right();
        painter.setPen(QPen(colors.secondary, 1, Qt::DotLine));
        painter.drawLine(QPointF(frame.plot.left(), y), QPointF(x, y));
        if (shown) {
            painter.drawLine(QPointF(x, y), QPointF(x, frame.plot.bottom()));
            drawMarker(painter, {x, frame.y(m_study->recall_after(double(*factor)))}, Marker::Diamond,
                       colors.text, 7);
        }
    }
}

/// What the marks say, below the curve at the right, where nothing else is: labels beside them would run over
/// the lines of their neighbours.
void RerankCurve::paintCard(QPainter& painter, const PlotFrame& frame) const {
    constexpr double kLine = 16, kMark = 18, kGap = 14;
    const QString about = m_study->estimated() ? QStringLiteral("~") : QString();
    QList<std::pair<QString, QString>> lines{
        {tr("by the code"), about + formatRecall(m_study->recall_before())}};
    for (const double recall : kMarks) {
        const auto factor = m_study->factor_for(recall);
        lines.push_back(
            {QString::number(recall, 'f', 2),
             factor ? tr("k_factor %1").arg(about + formatCount(qulonglong(*factor))) : tr("never reached")});
    }
    setTextSize(painter, kSmallText);
    const QFontMetricsF metrics(painter.font());
    double left = 0, right = 0;
    for (const auto& [name, value] : lines) {
        left = std::max(left, metrics.horizontalAdvance(name));
        right = std::max(right, metrics.horizontalAdvance(value));
    }
    const QSizeF size(kMark + left + kGap + right + 12, kLine * double(lines.size()) + 8);
    const QRectF box(
        {frame.plot.right() - size.width() - 6, frame.plot.bottom() - size.height() - kCardAbove}, size);
    const double recall = m_study->recall_after(std::pow(10, std::max(0.0, frame.xAt(box.left()))));
    if (box.left() < frame.plot.left() || frame.y(recall) > box.top() - 4)
        return; // it would hide the curve; the readouts say the same
    drawCard(painter, box);
    for (int i = 0; i < int(lines.size()); ++i) {
        const QRectF row(box.left() + 6, box.top() + 4 + kLine * i, size.width() - 12, kLine);
        drawMarker(painter, {row.left() + 5, row.center().y()}, i == 0 ? Marker::Circle : Marker::Diamond,
                   i == 0 ? seriesStyle(0).color : ui::palette().text, 7, i == 0);
        painter.setPen(ui::palette().secondary);
        painter.drawText(row.adjusted(kMark, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, lines[i].first);
        painter.setPen(ui::palette().text);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, lines[i].second);
    }
}

void RerankCurve::paintCut(QPainter& painter, const PlotFrame& frame) const {
    const double x = frame.x(std::log10(std::max(1.0, m_factor)));
    if (x > frame.plot.right() + 1)
        return;
    const QColor accent = ui::palette().accent;
    painter.setPen(QPen(accent, 1.5));
    painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()));
    painter.setPen(QPen(ui::palette().panel, 1.5));
    painter.setBrush(accent);
    painter.drawEllipse(QPointF(x, frame.y(m_study->recall_after(m_factor))), 5, 5);
}

QString RerankCurve::readout(QPointF at) const {
    if (!m_study || !frameIn(rect()).plot.contains(at))
        return {};
    const double factor = factorAt(at.x());
    return tr("k_factor %1: %2 candidates, recall %3")
        .arg(formatCount(qulonglong(factor)), formatCount(qulonglong(factor * double(m_study->k))),
             formatRecall(m_study->recall_after(factor)));
}

void RerankCurve::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_study)
        emit factorPicked(factorAt(event->position().x()));
}

void RerankCurve::mouseMoveEvent(QMouseEvent* event) {
    m_hover = event->position();
    if ((event->buttons() & Qt::LeftButton) && m_study)
        emit factorPicked(factorAt(event->position().x()));
    update();
}

void RerankCurve::leaveEvent(QEvent*) {
    m_hover.reset();
    update();
}

TitledPicture RerankCurve::picture() const {
    return {m_title, m_subtitle, QStringLiteral("code-recall"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area); }};
}

void RerankCurve::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
