// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_text.h"
#include "ui/models/runs_model.h"
#include "ui/views/pareto_chart.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kHoverRadius = 24, kClickRadius = 14, kOverLineRadius = 6;
constexpr double kZoomStep = 1.25, kLineDragStart = 3;
constexpr qint64 kSameWheelTurnMs = 600;
constexpr double kSmallestBand = 6;

} // namespace

void ParetoChart::setHoverAt(QPointF pixel) {
    m_scene.pointer = pixel;
    m_scene.pointerInside = m_scene.mapping.plot.contains(pixel);
    const bool onTarget = isOnTarget(pixel);
    const double radius = onTarget ? kOverLineRadius : kHoverRadius;
    const std::size_t nearest =
        m_scene.pointerInside ? nearestPoint(m_scene.content, m_scene.mapping, pixel, radius) : kNoPoint;
    setTargetHot(onTarget && nearest == kNoPoint);
    if (!m_space)
        viewport()->setCursor(m_scene.targetHot ? Qt::SizeHorCursor
                              : m_brushing      ? Qt::CrossCursor
                                                : Qt::ArrowCursor);
    m_scene.hovered = nearest == kNoPoint ? -1 : m_scene.content.points[nearest].run;
    m_scene.cardShown = nearest != kNoPoint;
    m_selection->setHoveredRun(m_scene.hovered);
    refreshOverlay();
}

void ParetoChart::select(qint64 run) {
    if (const Run* found = m_model->run(run)) {
        if (found->index)
            m_selection->setIndex(found->index->id);
        m_selection->setRun(run);
    }
}

void ParetoChart::selectLabelAt(QPointF pixel) {
    for (const SeriesLabel& label : m_scene.labels)
        if (label.box.contains(pixel))
            m_selection->setIndex(m_scene.content.series[label.series].key.index);
}

void ParetoChart::mousePressEvent(QMouseEvent* event) {
    if (m_drag != Drag::None)
        return;
    m_pressed = m_last = event->position();
    m_button = event->button();
    const bool pans = m_button == Qt::MiddleButton || (m_button == Qt::LeftButton && m_space);
    m_drag = pans ? Drag::Pan : Drag::Pending;
    m_targetBefore = m_scene.targetRecall;
    if (pans)
        viewport()->setCursor(Qt::ClosedHandCursor);
    event->accept();
}

void ParetoChart::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    const double moved = (at - m_pressed).manhattanLength();
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    if (m_drag == Drag::Pending && m_button == Qt::LeftButton && !shift && moved >= kLineDragStart &&
        isOnTarget(m_pressed)) {
        m_drag = Drag::Target;
    } else if (m_drag == Drag::Pending && moved >= QApplication::startDragDistance()) {
        m_drag = m_button == Qt::RightButton          ? Drag::Pan
                 : m_filters && (shift || m_brushing) ? Drag::Brush
                                                      : Drag::Band;
        if (m_drag == Drag::Pan)
            viewport()->setCursor(Qt::ClosedHandCursor);
    }
    switch (m_drag) {
    case Drag::Band:
        m_scene.rubberBand = QRectF(m_pressed, at).normalized();
        m_overlay->refresh();
        break;
    case Drag::Brush:
        showBrush(QRectF(m_pressed, at).normalized());
        break;
    case Drag::Target:
        setTargetHot(true);
        setTargetRecall(recallAtPixel(at.x()));
        break;
    case Drag::Pan: {
        const QPointF from = m_scene.mapping.fromPixel(m_last), to = m_scene.mapping.fromPixel(at);
        const ViewRange view = bounded(m_scene.mapping.view.movedBy(from.x() - to.x(), from.y() - to.y()));
        m_last == m_pressed || m_zoom.empty() ? m_zoom.push(view) : m_zoom.replaceTop(view);
        m_last = at;
        m_scene.pointerInside = false;
        layOut();
        emit zoomChanged(true);
        break;
    }
    case Drag::None:
        setHoverAt(at);
        break;
    case Drag::Pending:
        break;
    }
    event->accept();
}

void ParetoChart::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != m_button)
        return;
    const Drag drag = std::exchange(m_drag, Drag::None);
    const Qt::MouseButton button = std::exchange(m_button, Qt::NoButton);
    viewport()->setCursor(m_space ? Qt::OpenHandCursor : Qt::ArrowCursor);
    const QRectF band = std::exchange(m_scene.rubberBand, QRectF()).intersected(m_scene.mapping.plot);
    m_scene.brushText.clear();
    if (drag == Drag::Brush) {
        filterBy(band);
    } else if (drag == Drag::Band && band.width() >= kSmallestBand && band.height() >= kSmallestBand) {
        zoomTo(band);
    } else if (drag == Drag::Pending) {
        const std::size_t nearest =
            nearestPoint(m_scene.content, m_scene.mapping, event->position(), kClickRadius);
        const qint64 run = nearest == kNoPoint ? -1 : m_scene.content.points[nearest].run;
        if (button == Qt::RightButton)
            popUpMenu(event->globalPosition().toPoint(), run);
        else if (button == Qt::LeftButton)
            run < 0 ? selectLabelAt(event->position()) : select(run);
    }
    setHoverAt(event->position());
    event->accept();
}

void ParetoChart::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        resetZoom();
    event->accept();
}

void ParetoChart::wheelEvent(QWheelEvent* event) {
    const QPoint turned = event->angleDelta();
    const double delta = turned.y() != 0 ? turned.y() : turned.x();
    if (delta == 0)
        return;
    const QRectF plot = m_scene.mapping.plot;
    const QPointF at = event->position();
    const double factor = std::pow(kZoomStep, -delta / 120);
    // Over an axis the wheel scales that axis alone; with Shift the x axis.
    const bool onX = at.y() > plot.bottom() || event->modifiers().testFlag(Qt::ShiftModifier);
    const bool onY = at.x() < plot.left();
    const QPointF about(std::clamp(at.x(), plot.left(), plot.right()),
                        std::clamp(at.y(), plot.top(), plot.bottom()));
    const bool newStep = !m_sinceWheel.isValid() || m_sinceWheel.elapsed() > kSameWheelTurnMs;
    zoomAbout(about, onY && !onX ? 1 : factor, onX ? 1 : factor, newStep);
    m_sinceWheel.start();
    if (m_drag == Drag::None)
        setHoverAt(at);
    event->accept();
}

void ParetoChart::keyPressEvent(QKeyEvent* event) {
    const QPointF centre = m_scene.mapping.plot.center();
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
        stepAlongFront(event->key() == Qt::Key_Right ? 1 : -1);
        return;
    case Qt::Key_Up:
    case Qt::Key_Down:
        stepToSeries(event->key() == Qt::Key_Down ? 1 : -1);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomAbout(centre, 1 / kZoomStep, 1 / kZoomStep);
        return;
    case Qt::Key_Minus:
        zoomAbout(centre, kZoomStep, kZoomStep);
        return;
    case Qt::Key_Home:
        resetZoom();
        return;
    case Qt::Key_Escape:
        if (m_drag == Drag::Band || m_drag == Drag::Brush || m_drag == Drag::Target)
            return endDrag();
        if (zoomBack())
            return;
        break;
    case Qt::Key_Space:
        if (!event->isAutoRepeat()) {
            m_space = true;
            viewport()->setCursor(Qt::OpenHandCursor);
        }
        return;
    case Qt::Key_F10:
        if (event->modifiers().testFlag(Qt::ShiftModifier)) {
            popUpMenu(viewport()->mapToGlobal(centre.toPoint()), m_scene.selected);
            return;
        }
        break;
    default:
        break;
    }
    if (event->matches(QKeySequence::Copy)) {
        copyPicture(picture());
        return;
    }
    event->ignore();
}

void ParetoChart::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        m_space = false;
        viewport()->setCursor(Qt::ArrowCursor);
        return;
    }
    event->ignore();
}

bool ParetoChart::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && m_drag == Drag::None)
        setHoverAt({-1, -1});
    return QChartView::viewportEvent(event);
}

void ParetoChart::contextMenuEvent(QContextMenuEvent* event) {
    // The mouse's comes on press or on release by platform; that menu waits for the release, as a right drag
    // pans.
    if (event->reason() == QContextMenuEvent::Keyboard)
        popUpMenu(viewport()->mapToGlobal(m_scene.mapping.plot.center().toPoint()), m_scene.selected);
    event->accept();
}

void ParetoChart::focusInEvent(QFocusEvent* event) {
    QChartView::focusInEvent(event);
    m_scene.focusRing = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason ||
                        event->reason() == Qt::ShortcutFocusReason;
    m_overlay->refresh();
}

void ParetoChart::focusOutEvent(QFocusEvent* event) {
    QChartView::focusOutEvent(event);
    m_scene.focusRing = false;
    m_space = false;
    m_overlay->refresh();
}

void ParetoChart::stepAlongFront(int direction) {
    const CurveContent& content = m_scene.content;
    const auto at = std::ranges::find(content.points, m_scene.selected, &CurvePoint::run);
    if (at == content.points.end()) {
        const auto drawn = [](const CurveSeries& series) { return !series.front.empty(); };
        const auto first = std::ranges::find_if(content.series, drawn);
        if (first != content.series.end())
            select(content.points[direction > 0 ? first->front.front() : first->front.back()].run);
        return;
    }
    // From a dominated point to the neighbour on its front by recall.
    const auto& front = content.series[at->series].front;
    qint64 next = -1;
    for (const std::size_t i : front) {
        const double dx = content.points[i].position.x() - at->position.x();
        if (content.points[i].run == at->run || dx * direction < 0 || (dx == 0 && !at->front))
            continue;
        next = content.points[i].run;
        if (direction > 0)
            break;
    }
    select(next);
}

void ParetoChart::stepToSeries(int direction) {
    const CurveContent& content = m_scene.content;
    const auto at = std::ranges::find(content.points, m_scene.selected, &CurvePoint::run);
    if (at == content.points.end())
        return stepAlongFront(1);
    const auto count = int(content.series.size());
    for (int step = 1; step < count; ++step) {
        const auto& front =
            content.series[std::size_t((int(at->series) + count + direction * step) % count)].front;
        const auto nearest = std::ranges::min_element(front, {}, [&](std::size_t i) {
            return std::abs(content.points[i].position.x() - at->position.x());
        });
        if (nearest != front.end())
            return select(content.points[*nearest].run);
    }
}

void ParetoChart::popUpMenu(QPoint global, qint64 run) {
    QMenu* menu = createMenu(run);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(global);
}

QMenu* ParetoChart::createMenu(qint64 run) {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("chartMenu"));
    if (const Run* found = m_model->run(run)) {
        const bool pinned = found->pinned;
        menu->addAction(tr("Select this run"), this, [this, run] { select(run); });
        menu->addAction(pinned ? tr("Unpin this run") : tr("Pin this run"), this,
                        [this, run, pinned] { m_model->setPinned({run}, !pinned); });
        menu->addAction(tr("Add to comparison"), this, [this, run] { emit compareRequested(run); });
        menu->addAction(tr("Hide this run"), this, [this, run] { m_model->setHidden({run}, true); });
        menu->addAction(tr("Copy configuration"), this, [this, run] {
            if (const Run* copied = m_model->run(run))
                QGuiApplication::clipboard()->setText(configurationText(*copied));
        });
        menu->addSeparator();
    }
    menu->addAction(tr("Copy picture"), QKeySequence::Copy, this, [this] { copyPicture(picture()); });
    menu->addAction(tr("Save PNG…"), this, [this] { save(QStringLiteral("png")); });
    menu->addAction(tr("Save SVG…"), this, [this] { save(QStringLiteral("svg")); });
    menu->addAction(tr("Save CSV…"), this, [this] { save(QStringLiteral("csv")); });
    menu->addAction(tr("Copy CSV"), this, [this] { QGuiApplication::clipboard()->setText(csv()); });
    menu->addSeparator();
    QMenu* axis = menu->addMenu(tr("Recall axis"));
    auto* group = new QActionGroup(axis);
    const std::array<std::pair<RecallScale, QString>, 3> scales{
        {{RecallScale::Linear, tr("Linear")},
         {RecallScale::Logit, tr("Logit: 0.9, 0.99, 0.999 equally far apart")},
         {RecallScale::MissLog, tr("1 − recall, logarithmic")}}};
    for (const auto& [scale, text] : scales) {
        QAction* action = axis->addAction(text, this, [this, chosen = scale] { setRecallScale(chosen); });
        action->setCheckable(true);
        action->setChecked(scale == m_scale);
        group->addAction(action);
    }
    if (const double recall = recallAtPixel(m_scene.pointer.x()); m_scene.pointerInside)
        menu->addAction(tr("Recall line here"), this, [this, recall] { setTargetRecall(recall); });
    QAction* reset = menu->addAction(tr("Show all"), Qt::Key_Home, this, &ParetoChart::resetZoom);
    reset->setEnabled(isZoomed());
    for (QAction* action : menu->actions())
        action->setShortcutContext(Qt::WidgetShortcut); // shown here; the keys themselves are the chart's
    return menu;
}

void ParetoChart::save(const QString& suffix) {
    const QString path = askSavePath(this, tr("Save %1").arg(suffix.toUpper()),
                                     m_scene.content.dataName + QStringLiteral(" recall qps"), suffix);
    if (path.isEmpty())
        return;
    const auto problem = suffix == QStringLiteral("png")   ? savePng(picture(), path)
                         : suffix == QStringLiteral("svg") ? saveSvg(picture(), path)
                                                           : saveText(csv(), path);
    if (problem)
        emit failed(*problem);
}

} // namespace annscope::ui
