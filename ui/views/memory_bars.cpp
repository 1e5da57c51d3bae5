// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/memory_bars.h"

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
#include <functional>

namespace annscope::ui {
namespace {

constexpr double kRow = 44, kBar = 20, kSide = 12, kTotal = 76; ///< kTotal: room for the sum behind a bar

} // namespace

std::uint64_t MemoryBars::Bar::total() const {
    std::uint64_t sum = 0;
    for (const Part& part : parts)
        sum += part.bytes;
    return sum;
}

MemoryBars::MemoryBars(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("memoryBars"));
    setAccessibleName(tr("Memory by part"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void MemoryBars::setBars(std::vector<Bar> bars, const QString& subtitle) {
    m_bars = std::move(bars);
    m_subtitle = subtitle;
    m_parts.clear();
    for (const Bar& bar : m_bars)
        for (const Part& part : bar.parts)
            if (!m_parts.contains(part.name))
                m_parts << part.name;
    QStringList spoken;
    for (const Bar& bar : m_bars)
        spoken << tr("%1: %2").arg(bar.name, formatBytes(bar.total()));
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

QSize MemoryBars::sizeHint() const {
    return {360, int(std::max<std::size_t>(m_bars.size(), 1) * std::size_t(kRow)) + 8};
}

std::uint64_t MemoryBars::largest() const {
    std::uint64_t most = 1;
    for (const Bar& bar : m_bars)
        most = std::max(most, bar.total());
    return most;
}

/// Sequential, so that they are not taken for the colours of the series.
QColor MemoryBars::colorOf(const QString& part) const {
    const double count = double(std::max<qsizetype>(m_parts.size(), 2));
    return cividis(0.25 + 0.7 * double(m_parts.indexOf(part)) / (count - 1));
}

QRectF MemoryBars::barArea(const QRectF& area, std::size_t bar) const {
    return {area.left() + kSide, area.top() + 4 + double(bar) * kRow + 18, area.width() - 2 * kSide - kTotal,
            kBar};
}

QRectF MemoryBars::boxIn(const QRectF& area, std::size_t bar, std::size_t part) const {
    const QRectF all = barArea(area, bar);
    const double scale = all.width() / double(largest());
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < part; ++i)
        before += m_bars[bar].parts[i].bytes;
    return {all.left() + double(before) * scale, all.top(), double(m_bars[bar].parts[part].bytes) * scale,
            all.height()};
}

QRectF MemoryBars::boxOf(std::size_t bar, std::size_t part) const {
    return boxIn(rect(), bar, part);
}

void MemoryBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, rect());
}

void MemoryBars::paint(QPainter& painter, const QRectF& area) const {
    for (std::size_t bar = 0; bar < m_bars.size(); ++bar)
        paintBar(painter, area, bar);
}

void MemoryBars::paintBar(QPainter& painter, const QRectF& area, std::size_t b) const {
    const Palette& colors = ui::palette();
    const Bar& bar = m_bars[b];
    const QRectF all = barArea(area, b);
    const QRectF heading(all.left() + 15, all.top() - 18, area.right() - all.left() - 27, 17);
    const SeriesStyle style = seriesStyle(bar.series);
    drawMarker(painter, {all.left() + 5, all.top() - 9}, style.marker, style.color, 8);
    setTextSize(painter, kText);
    painter.setPen(colors.text);
    const QString name = painter.fontMetrics().elidedText(bar.name, Qt::ElideRight, int(heading.width()));
    painter.drawText(heading, Qt::AlignVCenter | Qt::AlignLeft, name);
    const double used = painter.fontMetrics().horizontalAdvance(name) + 16;

    setTextSize(painter, kSmallText);
    const QFontMetricsF metrics(painter.font());
    std::vector<Part> small; // without room for their name in the bar
    for (std::size_t p = 0; p < bar.parts.size(); ++p) {
        const QRectF box = boxIn(area, b, p);
        const QColor color = colorOf(bar.parts[p].name);
        painter.fillRect(box.adjusted(0, 0, box.width() > 2 ? -1 : 0, 0), color);
        const QString text = bar.parts[p].name + u' ' + formatBytes(bar.parts[p].bytes);
        if (metrics.horizontalAdvance(text) + 10 > box.width()) {
            small.push_back(bar.parts[p]);
            continue;
        }
        painter.setPen(contrastRatio(color, Qt::white) >= 4.5 ? Qt::white : QColor(0x1B, 0x1F, 0x24));
        painter.drawText(box.adjusted(4, 0, -2, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
    }
    paintSmall(painter, heading.adjusted(used, 0, 0, 0), small);
    const double end = all.left() + double(bar.total()) / double(largest()) * all.width();
    setTextSize(painter, kSmallText, true);
    painter.setPen(colors.text);
    painter.drawText(QRectF(end + 6, all.top(), kTotal + 4, kBar), Qt::AlignVCenter | Qt::AlignLeft,
                     formatBytes(bar.total()));
}

/// Largest first, as many as there is room for; the others are told by hovering.
void MemoryBars::paintSmall(QPainter& painter, const QRectF& line, const std::vector<Part>& parts) const {
    std::vector<Part> sorted = parts;
    std::ranges::stable_sort(sorted, std::ranges::greater(), &Part::bytes);
    const QFontMetricsF metrics(painter.font());
    constexpr double kSquare = 8;
    double x = line.left();
    for (const Part& part : sorted) {
        const QString text = part.name + u' ' + formatBytes(part.bytes);
        const double wide = kSquare + 4 + metrics.horizontalAdvance(text);
        if (x + wide > line.right())
            return;
        painter.fillRect(QRectF(x, line.center().y() - kSquare / 2, kSquare, kSquare), colorOf(part.name));
        painter.setPen(ui::palette().secondary);
        painter.drawText(QRectF(x + kSquare + 4, line.top(), wide, line.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, text);
        x += wide + 12;
    }
}

bool MemoryBars::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (std::size_t b = 0; b < m_bars.size(); ++b)
        for (std::size_t p = 0; p < m_bars[b].parts.size(); ++p)
            if (boxOf(b, p).adjusted(-1, 0, 1, 0).contains(help->pos())) {
                const Part& part = m_bars[b].parts[p];
                QToolTip::showText(help->globalPos(),
                                   tr("%1: %2 bytes = %3\n%4 of %5")
                                       .arg(part.name, formatCount(part.bytes), part.formula,
                                            formatPercent(double(part.bytes) / double(m_bars[b].total())),
                                            m_bars[b].name),
                                   this);
                return true;
            }
    QToolTip::hideText();
    return true;
}

TitledPicture MemoryBars::picture() const {
    return {tr("Memory by part"), m_subtitle, tr("memory by part"), size(),
            [this](QPainter& painter, const QRectF& area) { paint(painter, area); }};
}

void MemoryBars::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
