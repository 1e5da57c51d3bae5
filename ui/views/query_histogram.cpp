// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/query_histogram.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

QueryHistogram::QueryHistogram(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void QueryHistogram::setContent(Content content) {
    m_content = std::move(content);
    m_hovered = m_content.bins && m_hovered < m_content.bins->size() ? m_hovered : -1;
    if (!m_content.bins)
        m_brush.reset();
    setAccessibleName(tr("Histogram: %1").arg(m_content.title));
    setAccessibleDescription(m_content.summary);
    update();
}

void QueryHistogram::setBrush(std::optional<BinRange> range) {
    m_brush = range;
    update();
}

void QueryHistogram::setSelectedQuery(qint64 row) {
    m_selectedQuery = row;
    update();
}

void QueryHistogram::setHoveredQuery(qint64 row) {
    m_hoveredQuery = row;
    update();
}

void QueryHistogram::setLogarithmic(bool on) {
    m_logarithmic = on;
    update();
}

void QueryHistogram::setPictureText(const QString& subtitle, const QString& fileName) {
    m_subtitle = subtitle;
    m_fileName = fileName;
}

QString QueryHistogram::binText(int bin) const {
    const QueryBins& bins = *m_content.bins;
    const std::uint32_t count = bins.count(bin);
    QString text = tr("%1: %2 queries (%3)")
                       .arg(bins.rangeText({bin, bin}), formatCount(count),
                            formatPercent(double(count) / double(std::max<std::size_t>(bins.total(), 1)), 1));
    if (!m_content.passing.empty())
        text += tr(", %1 of them pass").arg(formatCount(m_content.passing[std::size_t(bin)]));
    if (!m_content.line.empty() && !std::isnan(m_content.line[std::size_t(bin)]))
        text += tr(", %1 %2").arg(m_content.lineTitle, formatRecall(m_content.line[std::size_t(bin)]));
    return text;
}

int QueryHistogram::binAt(QPointF at, bool clamped) const {
    if (!m_content.bins || m_content.bins->empty())
        return -1;
    const PlotFrame frame = frameIn(rect());
    if (!clamped && !frame.plot.contains(at))
        return -1;
    const double share = (at.x() - frame.plot.left()) / frame.plot.width();
    return std::clamp(int(std::floor(share * m_content.bins->size())), 0, m_content.bins->size() - 1);
}

void QueryHistogram::brushTo(BinRange range, bool dragging) {
    if (m_brush == range && dragging)
        return;
    m_brush = range;
    update();
    emit brushed(range, dragging);
}

void QueryHistogram::mousePressEvent(QMouseEvent* event) {
    const int bin = event->button() == Qt::LeftButton ? binAt(event->position(), false) : -1;
    if (bin < 0)
        return QWidget::mousePressEvent(event);
    m_pressed = bin;
    m_dragged = false;
    m_wasBrush = m_brush == BinRange(bin, bin);
    if (event->modifiers() & Qt::ShiftModifier && m_brush) {
        m_pressed = bin > m_brush->first ? m_brush->first : m_brush->second; // the end that stays
        m_dragged = true;
    }
    if (!m_wasBrush)
        brushTo({std::min(bin, m_pressed), std::max(bin, m_pressed)}, false);
}

void QueryHistogram::mouseMoveEvent(QMouseEvent* event) {
    if (m_pressed < 0) {
        const int bin = binAt(event->position(), false);
        if (bin != m_hovered) {
            m_hovered = bin;
            update();
        }
        return;
    }
    const int bin = m_hovered = binAt(event->position(), true);
    if (bin == m_pressed && !m_dragged)
        return;
    const bool goesOn = !m_wasBrush || m_dragged;
    m_dragged = true;
    brushTo({std::min(bin, m_pressed), std::max(bin, m_pressed)}, goesOn);
}

void QueryHistogram::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_pressed < 0)
        return QWidget::mouseReleaseEvent(event);
    m_pressed = -1;
    if (m_wasBrush && !m_dragged)
        emit cleared();
}

void QueryHistogram::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

void QueryHistogram::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    if (key == Qt::Key_Escape && m_brush)
        return emit cleared();
    if (!m_content.bins || m_content.bins->empty() || (key != Qt::Key_Left && key != Qt::Key_Right))
        return QWidget::keyPressEvent(event);
    const int step = key == Qt::Key_Left ? -1 : 1, last = m_content.bins->size() - 1;
    if (!m_brush)
        return brushTo(step > 0 ? BinRange(0, 0) : BinRange(last, last), false);
    BinRange range = *m_brush;
    if (event->modifiers() & Qt::ShiftModifier)
        range.second = std::clamp(range.second + step, range.first, last);
    else if (range.first + step >= 0 && range.second + step <= last)
        range = {range.first + step, range.second + step};
    if (range != m_brush)
        brushTo(range, false);
}

TitledPicture QueryHistogram::picture() const {
    return {m_content.title,
            m_content.summary.isEmpty() ? m_subtitle
                                        : QStringLiteral("%1: %2").arg(m_subtitle, m_content.summary),
            m_fileName, size(),
            [this](QPainter& painter, const QRectF& area) { paintChart(painter, area, false); }};
}

void QueryHistogram::contextMenuEvent(QContextMenuEvent* event) {
    if (!m_content.bins)
        return;
    QMenu menu(this);
    QAction* clear = menu.addAction(tr("&Remove this filter"));
    clear->setEnabled(m_brush.has_value());
    connect(clear, &QAction::triggered, this, &QueryHistogram::cleared);
    connect(menu.addAction(tr("Copy &numbers")), &QAction::triggered, this, [this] {
        const QueryBins& bins = *m_content.bins;
        QString text = QStringLiteral("from,to,queries,passing\n");
        for (int bin = 0; bin < bins.size(); ++bin)
            text +=
                QStringLiteral("%1,%2,%3,%4\n")
                    .arg(bins.valueAt(bins.edge(bin)), 0, 'g', 9)
                    .arg(bins.valueAt(bins.edge(bin + 1)), 0, 'g', 9)
                    .arg(bins.count(bin))
                    .arg(m_content.passing.empty() ? bins.count(bin) : m_content.passing[std::size_t(bin)]);
        QGuiApplication::clipboard()->setText(text);
    });
    addPictureActions(menu, this, [this] { return picture(); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
