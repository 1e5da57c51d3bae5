// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/alpha_canvas.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/models/prune_model.h"
#include "ui/views/paint_text.h"
#include "ui/views/path_layers.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace annscope::ui {

namespace {

constexpr double kPickDistance = 9, kQueryReach = 10; ///< pixels

} // namespace

AlphaCanvas::AlphaCanvas(const AlphaPoints* points, QWidget* parent) : CanvasBase(parent), m_points(points) {
    setAccessibleName(tr("Points and graph"));
    setAccessibleDescription(
        tr("Drag a point or the query to move it, double click to add a point, click a point to see its "
           "pruning, drag the plane to pan, wheel to zoom."));
    connect(this, &CanvasBase::clicked, this, &AlphaCanvas::onClicked);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &AlphaCanvas::changedPicture);
}

void AlphaCanvas::changedPicture() {
    m_stale = true;
    update();
}

void AlphaCanvas::setBuild(const AlphaPairPtr& pair, std::size_t side) {
    AlphaBuildPtr next = pair ? pair->sides[side] : nullptr;
    if (!next || !m_build || next->generation != m_build->generation ||
        next->points.size() != m_build->points.size())
        m_path = nullptr; // its nodes may mean others now
    m_build = std::move(next);
    m_shortest = pair ? pair->shortest : 0;
    m_longest = pair ? pair->longest : 0;
    m_frame = m_build ? std::min(m_frame, m_build->last()) : 0;
    changedPicture();
}

void AlphaCanvas::setFrame(std::size_t frame) {
    const std::size_t next = m_build ? std::min(frame, m_build->last()) : 0;
    if (next == m_frame)
        return;
    m_frame = next;
    m_path = nullptr; // of another moment
    changedPicture();
}

void AlphaCanvas::setPath(AlphaPathPtr path) {
    m_path = std::move(path);
    update();
}

void AlphaCanvas::setPruning(AlphaPruningsPtr prunings, std::size_t which, std::size_t step) {
    const bool quietChanges = !prunings != !m_prunings;
    m_prunings = std::move(prunings);
    m_which = which;
    m_step = step;
    if (quietChanges)
        m_stale = true;
    update();
}

void AlphaCanvas::setSelected(qint64 node) {
    m_selected = node;
    update();
}

void AlphaCanvas::setHovered(qint64 node) {
    if (node == m_hovered)
        return;
    m_hovered = node;
    update();
}

void AlphaCanvas::setQuery(std::optional<Point2> query) {
    m_query = query;
    if (!query)
        m_path = nullptr;
    update();
}

void AlphaCanvas::setAdding(bool adding) {
    m_adding = adding;
    adding ? setCursor(Qt::CrossCursor) : unsetCursor();
}

void AlphaCanvas::follow(const AlphaCanvas& other) {
    if (m_following || other.m_following)
        return;
    m_following = true;
    if (other.isFitted()) {
        fit();
    } else {
        ViewTransform same = other.view();
        same.area = rect();
        setView(same);
    }
    m_following = false;
}

void AlphaCanvas::pointsMoved() {
    changedPicture();
}

/// The points as they are now, if the graph can be drawn on them.
const std::vector<Point2>& AlphaCanvas::places() const {
    const bool same = !m_build || (m_build->generation == m_points->generation() &&
                                   m_points->size() >= m_build->points.size());
    return same ? m_points->points() : m_build->points;
}

std::optional<AlphaScene> AlphaCanvas::scene() const {
    if (!m_build)
        return std::nullopt;
    return AlphaScene{*m_build, places(), m_frame, m_shortest, m_longest};
}

std::optional<PruneScene> AlphaCanvas::pruneScene() const {
    if (!m_prunings || m_which >= m_prunings->list.size())
        return std::nullopt;
    return PruneScene{m_prunings->list[m_which], m_prunings->node, m_prunings->build->points, m_step};
}

void AlphaCanvas::paintEmpty(QPainter& painter, const ViewTransform& to) {
    setTextSize(painter, kText);
    painter.setPen(ui::palette().secondary);
    painter.drawText(to.area, Qt::AlignCenter | Qt::TextWordWrap,
                     tr("No points.\nDouble click to add one, or choose a set above."));
}

void AlphaCanvas::paintGraph(QPainter& painter, const ViewTransform& to, bool forFile) {
    const auto now = scene();
    const qreal ratio = painter.device()->devicePixelRatioF();
    const bool quiet = m_prunings != nullptr;
    if (forFile) {
        painter.drawImage(to.area.topLeft(), renderAlphaScene(*now, to, 2, quiet));
    } else {
        if (m_stale || !(m_imageView == to) || m_image.devicePixelRatio() != ratio) {
            m_image = renderAlphaScene(*now, to, ratio, quiet);
            m_imageView = to;
            m_stale = false;
        }
        painter.drawImage(to.area.topLeft(), m_image);
    }
    drawBarePoints(painter, places(), m_build->points.size(), to);
    if (quiet)
        return;
    drawAlphaBatch(painter, *now, to);
    drawAlphaEntry(painter, *now, to);
    if (m_path && m_path->frame == m_frame)
        drawAlphaPath(painter, *now, *m_path, to);
}

void AlphaCanvas::paintScene(QPainter& painter, const ViewTransform& to, bool forFile) {
    if (m_points->size() == 0)
        return paintEmpty(painter, to);
    if (m_build)
        paintGraph(painter, to, forFile);
    else
        drawBarePoints(painter, m_points->points(), 0, to);
    if (const auto pruning = pruneScene())
        drawPruning(painter, *pruning, to, alphaNodeRadius(pruning->points, to));
    else if (m_query)
        drawQueryCross(painter, to.toScreen(*m_query));
    const auto now = scene();
    for (const qint64 node : {m_selected, forFile ? qint64(-1) : m_hovered})
        if (now && !m_prunings && node >= 0 && node < qint64(m_build->points.size()))
            drawAlphaNode(painter, *now, static_cast<std::uint32_t>(node), to);
    if (now && !now->last() && !m_prunings) {
        const BuildFrame& frame = m_build->build.recording.frame(m_frame);
        drawNote(painter, to.area.topLeft() + QPointF(8, 8),
                 tr("%1 edges: %2 new, %3 dropped")
                     .arg(formatCount(frame.edges), formatCount(frame.added), formatCount(frame.removed)),
                 to.area.width() - 16);
    }
}

qint64 AlphaCanvas::nodeAt(QPointF at) const {
    qint64 best = -1;
    double nearest = kPickDistance;
    const auto& points = m_points->points();
    for (std::size_t i = 0; i < points.size(); ++i) {
        const QPointF d = view().toScreen(points[i]) - at;
        if (const double distance = std::hypot(d.x(), d.y()); distance < nearest) {
            nearest = distance;
            best = qint64(i);
        }
    }
    return best;
}

bool AlphaCanvas::onQuery(QPointF at) const {
    if (!m_query || m_prunings)
        return false;
    const QPointF d = view().toScreen(*m_query) - at;
    return std::hypot(d.x(), d.y()) <= kQueryReach;
}

Point2 AlphaCanvas::dataAt(QPointF at) const {
    const QPointF p = view().toData(at);
    return {static_cast<float>(p.x()), static_cast<float>(p.y())};
}

void AlphaCanvas::pointerMoved(std::optional<QPointF> at) {
    const qint64 node = at && !onQuery(*at) ? nodeAt(*at) : -1;
    if (at && (onQuery(*at) || node >= 0))
        setCursor(onQuery(*at) ? Qt::SizeAllCursor : Qt::PointingHandCursor);
    else
        m_adding ? setCursor(Qt::CrossCursor) : unsetCursor();
    if (node != m_hovered)
        emit hovered(node);
}

void AlphaCanvas::mousePressEvent(QMouseEvent* event) {
    m_grip = Grip::None;
    if (event->button() == Qt::LeftButton) {
        m_gripAt = event->position();
        m_gripped = nodeAt(m_gripAt);
        m_grip = onQuery(m_gripAt) ? Grip::Query : m_gripped >= 0 ? Grip::Node : Grip::None;
    }
    if (m_grip == Grip::None)
        return CanvasBase::mousePressEvent(event);
    setFocus(Qt::MouseFocusReason);
}

void AlphaCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (m_grip == Grip::None)
        return CanvasBase::mouseMoveEvent(event);
    const QPointF at = event->position();
    if (!m_moving) {
        if ((at - m_gripAt).manhattanLength() < QApplication::startDragDistance())
            return;
        m_moving = true;
        if (m_grip == Grip::Node)
            emit moveBegun(m_gripped);
    }
    m_grip == Grip::Node ? emit moved(dataAt(at)) : emit queryMoved(dataAt(at));
}

void AlphaCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (m_grip == Grip::None || event->button() != Qt::LeftButton)
        return CanvasBase::mouseReleaseEvent(event);
    const Grip grip = std::exchange(m_grip, Grip::None);
    if (std::exchange(m_moving, false)) {
        if (grip == Grip::Node)
            emit moveEnded();
        return;
    }
    if (grip == Grip::Node)
        onClicked(event->position());
}

void AlphaCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    if (nodeAt(event->position()) < 0 && !onQuery(event->position()) && !m_adding)
        emit pointAdded(dataAt(event->position()));
}

void AlphaCanvas::onClicked(QPointF at) {
    const qint64 node = nodeAt(at);
    if (node < 0 && m_adding)
        return emit pointAdded(dataAt(at));
    emit nodeClicked(node);
}

void AlphaCanvas::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace) {
        if (m_selected >= 0)
            emit pointRemoved(m_selected);
        return;
    }
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)
        return QWidget::keyPressEvent(event); // they step
    CanvasBase::keyPressEvent(event);
}

void AlphaCanvas::contextMenuEvent(QContextMenuEvent* event) {
    m_menuAt = event->pos();
    CanvasBase::contextMenuEvent(event);
}

void AlphaCanvas::extendMenu(QMenu& menu) {
    menu.addSeparator();
    const Point2 at = dataAt(m_menuAt);
    const qint64 node = nodeAt(m_menuAt);
    QAction* add = menu.addAction(tr("&Add a point here"));
    add->setEnabled(m_points->size() < AlphaPoints::kMost);
    connect(add, &QAction::triggered, this, [this, at] { emit pointAdded(at); });
    QAction* remove = menu.addAction(tr("&Delete this point"));
    remove->setEnabled(node >= 0);
    connect(remove, &QAction::triggered, this, [this, node] { emit pointRemoved(node); });
    connect(menu.addAction(tr("Put the &query here")), &QAction::triggered, this,
            [this, at] { emit queryMoved(at); });
}

QString AlphaCanvas::nodeText(qint64 node) const {
    const Point2 p = m_points->points()[static_cast<std::size_t>(node)];
    QString text = tr("node %1 at %2, %3").arg(node).arg(formatNumber(p[0]), formatNumber(p[1]));
    if (!m_build || node >= qint64(m_build->points.size()))
        return text;
    std::size_t out = 0, in = 0;
    m_build->build.recording.visit(m_frame, [&](const EdgeLife& edge) {
        out += edge.from == static_cast<std::uint32_t>(node);
        in += edge.to == static_cast<std::uint32_t>(node);
    });
    text += tr("\n%1 edges out, %2 in").arg(out).arg(in);
    if (const auto pruning = pruneScene())
        for (const PruneStep& step : pruning->pruning.trace.steps)
            if (qint64(step.node.id) == node)
                return text + QLatin1Char('\n') + verdictSentence(step, pruning->pruning.alpha);
    if (node == qint64(m_build->entry()))
        text += tr("\nmedoid: every search begins here");
    return text + tr("\nClick: its pruning. Drag: move it. Del: delete it once it is selected.");
}

bool AlphaCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return CanvasBase::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const qint64 node = nodeAt(help->pos());
    QToolTip::showText(help->globalPos(),
                       onQuery(help->pos()) ? tr("The query. Drag it: its path follows on both sides.")
                       : node >= 0          ? nodeText(node)
                                            : QString(),
                       this);
    return true;
}

} // namespace annscope::ui
