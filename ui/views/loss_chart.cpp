// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/loss_chart.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/loss_text.h"
#include "ui/views/paint_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kLine = 22, kSwatch = 12, kGap = 16; ///< px of the names above the bars

void fillPart(QPainter& painter, const QRectF& box, LossReason reason, double opacity) {
    painter.setPen(Qt::NoPen);
    painter.setOpacity(opacity);
    painter.setBrush(reasonColor(reason));
    painter.drawRect(box);
    if (const Qt::BrushStyle pattern = reasonPattern(reason); pattern != Qt::NoBrush) {
        painter.setBrush(QBrush(withAlpha(ui::palette().panel, 0.55), pattern));
        painter.drawRect(box);
    }
    painter.setOpacity(1);
}

} // namespace

LossChart::LossChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("lossChart"));
    setAccessibleName(tr("What is lost, by reason"));
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void LossChart::setPoints(const QString& parameter, std::vector<LossPoint> points, std::size_t k,
                          const QueryRowsPtr& passing) {
    m_parameter = parameter;
    m_k = k;
    m_bars.clear();
    m_reasons.clear();
    m_hovered = {};
    m_allQueries = points.empty() ? 0 : points.front().per_query.size();
    m_queries = 0;
    std::array<std::size_t, kLossReasons> sums{};
    for (const LossPoint& point : points) {
        Bar bar{point.value, {}, 0, 0};
        m_queries = 0;
        const auto count = [&](const LossCounts& lost) {
            ++m_queries;
            for (std::size_t r = 0; r < kLossReasons; ++r)
                bar.reasons[r] += lost[r];
        };
        if (passing) {
            for (const std::uint32_t query : *passing)
                if (query < point.per_query.size())
                    count(point.per_query[query]);
        } else {
            std::ranges::for_each(point.per_query, count);
        }
        bar.reasons[std::size_t(LossReason::Tie)] = 0; // nothing is lost
        for (std::size_t r = 0; r < kLossReasons; ++r) {
            bar.lost += bar.reasons[r];
            sums[r] += bar.reasons[r];
        }
        bar.all = m_queries * k;
        m_bars.push_back(bar);
    }
    for (std::size_t r = 0; r < kLossReasons; ++r)
        if (sums[r] > 0)
            m_reasons.push_back(LossReason(r));
    update();
}

void LossChart::setCurrent(double value) {
    m_current = value;
    update();
}

void LossChart::setScale(Scale scale) {
    m_scale = scale;
    update();
}

void LossChart::setChosenReason(std::optional<LossReason> reason) {
    m_chosen = reason;
    update();
}

void LossChart::setPictureText(const QString& subtitle) {
    m_subtitle = subtitle;
}

int LossChart::currentBar() const {
    const auto found = std::ranges::find(m_bars, m_current, &Bar::value);
    return found == m_bars.end() ? -1 : int(found - m_bars.begin());
}

double LossChart::top() const {
    if (m_scale == Scale::Share)
        return 1;
    double most = 0;
    for (const Bar& bar : m_bars)
        most = std::max(most, bar.all > 0 ? double(bar.lost) / double(bar.all) : 0);
    return most > 0 ? std::min(1.0, most * 1.12) : 0.01;
}

double LossChart::legendHeight(double width) const {
    const auto items = legendIn({0, 0, width, 1e6});
    return items.empty() ? 0 : items.back().box.bottom() + 2;
}

PlotFrame LossChart::frameIn(const QRectF& area) const {
    PlotFrame frame = PlotFrame::inside(area.adjusted(0, legendHeight(area.width()), 0, 0));
    frame.left = -0.6;
    frame.right = double(m_bars.size()) - 0.4;
    frame.bottom = 0;
    frame.top = top();
    return frame;
}

QRectF LossChart::barIn(const PlotFrame& frame, std::size_t bar) const {
    constexpr double kWidest = 64; // px
    const double step = frame.plot.width() / (frame.right - frame.left);
    const double width = std::min(step * 0.72, kWidest), middle = frame.x(double(bar));
    const Bar& about = m_bars[bar];
    const double height = m_scale == Scale::Share ? (about.lost > 0 ? 1 : 0)
                          : about.all > 0         ? double(about.lost) / double(about.all)
                                                  : 0;
    const double y = frame.y(height);
    return {middle - width / 2, y, width, frame.plot.bottom() - y};
}

QRectF LossChart::partIn(const PlotFrame& frame, std::size_t bar, LossReason reason) const {
    const QRectF whole = barIn(frame, bar);
    const Bar& about = m_bars[bar];
    std::size_t below = 0;
    for (std::size_t r = 0; r < std::size_t(reason); ++r)
        below += about.reasons[r];
    const double unit = about.lost > 0 ? whole.height() / double(about.lost) : 0;
    const double height = unit * double(about.reasons[std::size_t(reason)]);
    return {whole.left(), whole.bottom() - unit * double(below) - height, whole.width(), height};
}

QRectF LossChart::barRect(std::size_t bar) const {
    return barIn(frameIn(rect()), bar);
}

QRectF LossChart::legendRect(LossReason reason) const {
    const auto items = legendIn(rect());
    const auto found = std::ranges::find(items, reason, &LegendItem::reason);
    return found == items.end() ? QRectF() : found->box;
}

std::vector<LossChart::LegendItem> LossChart::legendIn(const QRectF& area) const {
    QFont font = this->font();
    font.setPixelSize(kText);
    font.setBold(true); // as the chosen one is
    const QFontMetricsF metrics(font);
    std::vector<LegendItem> items;
    double x = area.left() + 12, y = area.top() + 4;
    for (const LossReason reason : m_reasons) {
        const double width = kSwatch + 6 + metrics.horizontalAdvance(reasonText(reason)) + 6;
        if (x + width > area.right() - 8 && x > area.left() + 12) {
            x = area.left() + 12;
            y += kLine;
        }
        items.push_back({reason, {x, y, width, kLine}});
        x += width + kGap - 6;
    }
    return items;
}

void LossChart::paintLegend(QPainter& painter, const QRectF& area, const Hovered& hovered) const {
    for (const LegendItem& item : legendIn(area)) {
        const bool chosen = m_chosen == item.reason, told = hovered.reason == item.reason;
        if (chosen || told) {
            painter.setPen(chosen ? QPen(ui::palette().accent, 1) : Qt::NoPen);
            painter.setBrush(ui::palette().hover);
            painter.drawRoundedRect(item.box.adjusted(-4, 1, 0, -1), 4, 4);
        }
        fillPart(painter, {item.box.left(), item.box.center().y() - kSwatch / 2, kSwatch, kSwatch},
                 item.reason, 1);
        setTextSize(painter, kText, chosen);
        painter.setPen(ui::palette().text);
        painter.drawText(item.box.adjusted(kSwatch + 6, 0, 8, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         reasonText(item.reason));
    }
}

QList<AxisTick> LossChart::valueTicks(const PlotFrame& frame) const {
    constexpr double kRoom = 34; // px a label
    QList<AxisTick> ticks;
    const int current = currentBar();
    double last = -HUGE_VAL;
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const double x = frame.x(double(i));
        const bool beside = current >= 0 && int(i) != current && std::abs(x - frame.x(current)) < kRoom;
        const bool room = int(i) == current || (x - last >= kRoom && !beside);
        ticks << AxisTick{double(i),
                          room && !m_parameter.isEmpty() ? formatShort(m_bars[i].value) : QString()};
        last = room ? x : last;
    }
    return ticks;
}

void LossChart::paintBar(QPainter& painter, const PlotFrame& frame, std::size_t bar,
                         const Hovered& hovered) const {
    const bool dimmed = m_chosen || (hovered.bar < 0 && hovered.reason);
    for (const LossReason reason : m_reasons) {
        const QRectF part = partIn(frame, bar, reason);
        if (part.height() <= 0)
            continue;
        const bool meant = m_chosen ? m_chosen == reason : hovered.reason == reason;
        fillPart(painter, part, reason, dimmed && !meant ? 0.3 : 1);
        if (part.height() > 3) { // a seam between the parts, for grey prints
            painter.setPen(QPen(ui::palette().panel, 1));
            painter.drawLine(part.topLeft(), part.topRight());
        }
    }
    const QRectF whole = barIn(frame, bar);
    if (int(bar) == hovered.bar) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(ui::palette().text, 1));
        painter.drawRect(whole);
    }
    if (m_bars[bar].lost == 0) {
        painter.setPen(ui::palette().secondary);
        setTextSize(painter, kSmallText);
        painter.drawText(QRectF(whole.center().x() - 40, frame.plot.bottom() - 18, 80, 16), Qt::AlignCenter,
                         tr("none"));
    }
}

void LossChart::paintChart(QPainter& painter, const QRectF& area, const Hovered& hovered) const {
    if (m_bars.empty())
        return;
    const PlotFrame frame = frameIn(area);
    QList<AxisTick> shares = linearTicks(0, frame.top, frame.roomY());
    for (AxisTick& tick : shares)
        tick.label = formatPercent(tick.position, frame.top < 0.02 ? 2 : frame.top < 0.1 ? 1 : 0);
    frame.paintGrid(painter, valueTicks(frame), shares, m_parameter,
                    m_scale == Scale::Lost ? tr("recall@%1 lost").arg(m_k) : tr("share of the recall lost"));
    paintLegend(painter, area, hovered);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t i = 0; i < m_bars.size(); ++i)
        paintBar(painter, frame, i, hovered);
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (const int current = currentBar(); current >= 0 && m_bars.size() > 1) {
        // The value that is searched with: a pointer from above, where nothing else is.
        const QRectF bar = barIn(frame, std::size_t(current));
        const QPointF tip(bar.center().x(), std::max(frame.plot.top() + 8, bar.top() - 4));
        painter.setPen(Qt::NoPen);
        painter.setBrush(ui::palette().accent);
        painter.drawPolygon(QPolygonF({tip, tip + QPointF(-5, -8), tip + QPointF(5, -8)}));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(ui::palette().accent, 2));
        painter.drawLine(QPointF(bar.left(), frame.plot.bottom() + 1),
                         QPointF(bar.right(), frame.plot.bottom() + 1));
    }
}

void LossChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), ui::palette().panel);
    painter.setRenderHint(QPainter::Antialiasing);
    paintChart(painter, rect(), m_hovered);
    if (m_hovered.bar < 0)
        return;
    const PlotFrame frame = frameIn(rect());
    // On the right, where bars are mostly low.
    const QString text = barText(std::size_t(m_hovered.bar));
    setTextSize(painter, kSmallText);
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 20;
    const double left = std::max(frame.plot.left() + 8, frame.plot.right() - 8 - width);
    drawNote(painter, {left, frame.plot.top() + 4}, text, frame.plot.width() - 16);
}

QString LossChart::barText(std::size_t bar) const {
    const Bar& about = m_bars[bar];
    const double recall = about.all > 0 ? 1 - double(about.lost) / double(about.all) : 1;
    QString text = m_parameter.isEmpty()
                       ? QString()
                       : m_parameter + u' ' + formatParameter(about.value) + QStringLiteral(": ");
    text += tr("recall %1, %2 of %3 lost")
                .arg(formatRecall(recall), formatCount(about.lost), formatCount(about.all));
    QStringList parts;
    for (auto reason = m_reasons.rbegin(); reason != m_reasons.rend(); ++reason)
        if (const std::size_t count = about.reasons[std::size_t(*reason)]; count > 0)
            parts << tr("%1 %2 (%3)")
                         .arg(formatPercent(double(count) / double(about.lost), 0), reasonText(*reason),
                              formatCount(count));
    return parts.isEmpty() ? text : text + QStringLiteral(": ") + parts.join(QStringLiteral(", "));
}

QString LossChart::csv() const {
    QString text = (m_parameter.isEmpty() ? tr("value") : m_parameter) + QStringLiteral(",recall,lost");
    for (std::size_t r = 0; r < kLossReasons; ++r)
        text += u',' + reasonText(LossReason(r));
    text += u'\n';
    for (const Bar& bar : m_bars) {
        const double recall = bar.all > 0 ? 1 - double(bar.lost) / double(bar.all) : 1;
        text += QStringLiteral("%1,%2,%3").arg(bar.value).arg(recall, 0, 'g', 9).arg(bar.lost);
        for (const std::size_t count : bar.reasons)
            text += u',' + QString::number(count);
        text += u'\n';
    }
    return text;
}

TitledPicture LossChart::picture() const {
    QString subtitle = m_subtitle;
    if (m_queries != m_allQueries)
        subtitle += tr(", %1 of %2 queries").arg(formatCount(m_queries), formatCount(m_allQueries));
    return {tr("Why true neighbours were missed"), subtitle, QStringLiteral("loss"), size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area, {}); }};
}

} // namespace annscope::ui
