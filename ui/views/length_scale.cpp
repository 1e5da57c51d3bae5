// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/length_scale.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/alpha_layers.h"
#include "ui/views/edge_layer.h"
#include "ui/views/paint_text.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kTop = 22, kBottom = 14, kBar = 8;  ///< px
constexpr double kBars = 38, kGap = 4, kLabels = 30; ///< px: longest bar of a histogram, beside the colours

/// 1, 2 and 5 times powers of ten between two numbers.
std::vector<double> niceNumbers(double low, double high) {
    std::vector<double> out;
    for (int power = static_cast<int>(std::floor(std::log10(low))); out.size() < 40; ++power)
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double value = digit * std::pow(10.0, power);
            if (value > high)
                return out;
            if (value >= low)
                out.push_back(value);
        }
    return out;
}

} // namespace

LengthScale::LengthScale(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("lengthScale"));
    setAccessibleName(tr("Scale of edge lengths"));
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void LengthScale::setPair(AlphaPairPtr pair, std::size_t frame) {
    m_pair = std::move(pair);
    m_frame = frame;
    count();
    update();
}

void LengthScale::setHistograms(bool shown) {
    if (shown == m_histograms)
        return;
    m_histograms = shown;
    updateGeometry();
    update();
}

void LengthScale::count() {
    m_counts = {};
    m_most = 0;
    if (!m_pair)
        return;
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaBuild& side = *m_pair->sides[s];
        const auto binned = [&](std::size_t frame) {
            std::array<std::size_t, kBins> counts{};
            side.build.recording.visit(frame, [&](const EdgeLife& edge) {
                const Point2 a = side.points[edge.from], b = side.points[edge.to];
                const double place =
                    placeOnScale(std::hypot(b[0] - a[0], b[1] - a[1]), m_pair->shortest, m_pair->longest);
                ++counts[std::min(static_cast<std::size_t>(place * kBins), kBins - 1)];
            });
            return counts;
        };
        const auto finished = binned(side.last());
        m_counts[s] = m_frame >= side.last() ? finished : binned(m_frame);
        m_most =
            std::max({m_most, *std::ranges::max_element(finished), *std::ranges::max_element(m_counts[s])});
    }
}

QRectF LengthScale::barIn(const QRectF& area) const {
    const double x = area.left() + (m_histograms ? 2 + kBars + kGap : 2);
    return {x, area.top() + kTop, kBar, std::max(area.height() - kTop - kBottom, 10.0)};
}

double LengthScale::lengthAt(double place) const {
    return m_pair->shortest * std::pow(m_pair->longest / m_pair->shortest, place);
}

void LengthScale::paintHistograms(QPainter& painter, const QRectF& bar) const {
    const EdgeStyle style = EdgeStyle::fromPalette(1);
    const double step = bar.height() / kBins;
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t s = 0; s < 2; ++s)
        for (std::size_t b = 0; b < kBins; ++b) {
            const double share = m_most > 0 ? double(m_counts[s][b]) / double(m_most) : 0;
            const double w = std::max(share * kBars, m_counts[s][b] > 0 ? 1.0 : 0.0);
            const double y = bar.bottom() - (double(b) + 1) * step;
            const double t = (double(b) + 0.5) / kBins;
            const QColor color = style.colors[static_cast<std::size_t>((1 - t) * (GraphLevel::kShades - 1))];
            painter.fillRect(s == 0 ? QRectF(bar.left() - kGap - w, y, w, step - 1)
                                    : QRectF(bar.right() + kLabels, y, w, step - 1),
                             withAlpha(color, 0.85));
        }
    painter.setRenderHint(QPainter::Antialiasing);
}

void LengthScale::paintTicks(QPainter& painter, const QRectF& bar) const {
    const Palette& colors = ui::palette();
    setTextSize(painter, kSmallText - 1);
    std::vector<double> values = niceNumbers(m_pair->shortest, m_pair->longest);
    const double between = bar.height() / std::max<double>(double(values.size()), 1);
    const std::size_t every = between > 26 ? 1 : 3; // powers of ten alone where there is little room
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool decade = std::abs(std::log10(values[i]) - std::round(std::log10(values[i]))) < 1e-6;
        if (every > 1 && !decade)
            continue;
        const double y =
            bar.bottom() - placeOnScale(values[i], m_pair->shortest, m_pair->longest) * bar.height();
        painter.setPen(QPen(colors.text, 1));
        painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y));
        drawHaloText(painter, {bar.right() + 5, y + 3.5}, formatShort(values[i]), colors.secondary);
    }
}

void LengthScale::paint(QPainter& painter, const QRectF& area) const {
    if (!m_pair)
        return;
    const Palette& colors = ui::palette();
    const QRectF bar = barIn(area);
    setTextSize(painter, kSmallText);
    painter.setPen(colors.secondary);
    painter.drawText(QRectF(area.left(), area.top() + 2, area.width(), 16),
                     m_histograms ? Qt::AlignHCenter : Qt::AlignLeft,
                     m_histograms ? tr("edge length") : tr("length"));
    if (m_histograms)
        paintHistograms(painter, bar);
    const EdgeStyle style = EdgeStyle::fromPalette(1);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int y = 0; y < static_cast<int>(bar.height()); ++y) {
        const double t = y / bar.height(); // 0: the longest, on top
        painter.fillRect(QRectF(bar.left(), bar.top() + y, bar.width(), 1),
                         style.colors[static_cast<std::size_t>(t * (GraphLevel::kShades - 1))]);
    }
    painter.setRenderHint(QPainter::Antialiasing);
    paintTicks(painter, bar);
}

void LengthScale::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, rect());
}

bool LengthScale::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || !m_pair)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QRectF bar = barIn(rect());
    const double place = (bar.bottom() - help->pos().y()) / bar.height();
    const auto bin = static_cast<std::size_t>(std::clamp(place, 0.0, 0.999) * kBins);
    const double step = 1.0 / kBins;
    QToolTip::showText(
        help->globalPos(),
        tr("Length of edges, in units of the points, logarithmic; the same colours on both sides.\n"
           "%1 to %2: %3 edges on the left, %4 on the right.\nThe ends are the 1st and the 99.9th "
           "percentile.")
            .arg(formatNumber(lengthAt(double(bin) * step)), formatNumber(lengthAt(double(bin + 1) * step)),
                 formatCount(m_counts[0][bin]), formatCount(m_counts[1][bin])),
        this);
    return true;
}

} // namespace annscope::ui
