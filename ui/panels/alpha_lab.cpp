// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/alpha_lab.h"

#include "data/projection.h"
#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/step_player.h"
#include "ui/panels/alpha_side.h"
#include "ui/panels/prune_page.h"
#include "ui/views/alpha_canvas.h"
#include "ui/views/length_scale.h"

#include <QComboBox>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>
#include <utility>

namespace annscope::ui {

namespace {

constexpr std::size_t kFirstCount = 200;
constexpr std::size_t kProjectionSample = 20000;
constexpr std::uint64_t kProjectionSeed = 1234;
constexpr double kQueryX = 0.91, kQueryY = 0.13; ///< where in the box of the points a query begins

/// The first points of a data set in the plane: as they are, or on the two principal axes of all.
Result<std::vector<Point2>> firstPoints(const Dataset& dataset, std::size_t count, const Control& control) {
    const VectorSet first = dataset.base.slice(0, std::min(count, dataset.base.size()));
    if (dataset.dim() > 2) {
        ANNSCOPE_ASSIGN(const Projection projection,
                        fit_projection(dataset.base, kProjectionSample, kProjectionSeed, control));
        return projection.apply(first);
    }
    std::vector<Point2> points(first.size(), Point2{0, 0});
    for (std::size_t i = 0; i < first.size(); ++i)
        first.copy_row(i, points[i].data());
    return points;
}

} // namespace

AlphaLab::AlphaLab(JobRunner* jobs, QUndoStack* undo, QWidget* parent)
    : QWidget(parent), m_undo(undo), m_points(undo), m_build(jobs, tr("Build both graphs"), this),
      m_path(jobs, tr("Search both graphs"), this), m_trace(jobs, tr("Trace a pruning"), this),
      m_project(jobs, tr("Take points of the data"), this) {
    setObjectName(QStringLiteral("alphaLab"));
    setAccessibleName(tr("Alpha laboratory"));
    createWidgets();
    m_sides[0]->setSettings({1.0, 16, 50});
    m_sides[1]->setSettings({1.2, 16, 50});
    for (std::size_t s = 0; s < 2; ++s)
        connectSide(s);
    connect(&m_points, &AlphaPoints::changed, this, &AlphaLab::pointsChanged);
    connect(&m_points, &AlphaPoints::replaced, this, &AlphaLab::fitAll);
    connect(m_player, &StepPlayer::stepChanged, this, &AlphaLab::showFrame);
    connect(m_prune, &PrunePage::changed, this, &AlphaLab::showPruning);
    connect(m_prune, &PrunePage::closed, this, [this] { select(-1); });
    setData(nullptr);
    m_points.reset(presetPoints(PointPreset::Uniform, kFirstCount, m_seed));
    select(-1);
}

void AlphaLab::connectSide(std::size_t index) {
    AlphaSide* side = m_sides[index];
    AlphaCanvas* canvas = side->canvas();
    AlphaCanvas* other = m_sides[1 - index]->canvas();
    connect(side, &AlphaSide::settingsChanged, this, &AlphaLab::requestBuild);
    connect(canvas, &AlphaCanvas::nodeClicked, this, &AlphaLab::select);
    connect(canvas, &AlphaCanvas::moveBegun, this,
            [this](qint64 node) { m_points.beginMove(static_cast<std::size_t>(node)); });
    connect(canvas, &AlphaCanvas::moved, &m_points, &AlphaPoints::moveTo);
    connect(canvas, &AlphaCanvas::moveEnded, &m_points, &AlphaPoints::endMove);
    connect(canvas, &AlphaCanvas::pointAdded, &m_points, &AlphaPoints::add);
    connect(canvas, &AlphaCanvas::pointRemoved, this,
            [this](qint64 node) { m_points.remove(static_cast<std::size_t>(node)); });
    connect(canvas, &AlphaCanvas::queryMoved, this, &AlphaLab::setQuery);
    connect(canvas, &AlphaCanvas::hovered, this, [this](qint64 node) {
        for (AlphaSide* each : m_sides)
            each->canvas()->setHovered(node);
    });
    connect(canvas, &CanvasBase::viewChanged, this, [canvas, other] { other->follow(*canvas); });
}

void AlphaLab::setData(const DatasetPtr& dataset) {
    m_dataset = dataset && dataset->base.size() > 0 ? dataset : nullptr;
    const int row = m_preset->count() - 1;
    const bool plane = m_dataset && m_dataset->dim() <= 2;
    m_preset->setItemText(row, !m_dataset ? tr("Open data")
                               : plane
                                   ? tr("Data: %1").arg(QString::fromStdString(m_dataset->name))
                                   : tr("Data: %1, projected").arg(QString::fromStdString(m_dataset->name)));
    m_preset->setItemData(row,
                          !m_dataset ? tr("The first points of the open vectors; none are open.")
                          : plane    ? tr("The first points of the open vectors, as they are")
                                     : tr("The first points of the open vectors on their two principal axes"),
                          Qt::ToolTipRole);
    m_preset->setItemData(row, m_dataset ? QVariant() : QVariant(0), Qt::UserRole - 1); // enabled or not
}

/// A set as the fields say.
void AlphaLab::drawPoints() {
    const auto count = static_cast<std::size_t>(m_count->value());
    if (m_preset->currentIndex() == m_preset->count() - 1)
        return takeData();
    m_project.drop();
    if (m_preset->currentIndex() == m_preset->count() - 2)
        return m_points.replace({}, tr("Clear points"));
    const auto preset = static_cast<PointPreset>(m_preset->currentIndex());
    m_points.replace(presetPoints(preset, std::max<std::size_t>(count, 1), m_seed), tr("Draw points"));
}

void AlphaLab::takeData() {
    if (!m_dataset)
        return;
    m_project.request(
        [dataset = m_dataset, count = static_cast<std::size_t>(m_count->value())](const Control& control) {
            return firstPoints(*dataset, std::max<std::size_t>(count, 1), control);
        },
        [this](Result<std::vector<Point2>> points) {
            if (points)
                m_points.replace(std::move(points).value(), tr("Take points of the data"));
            else
                m_frameText->setText(QString::fromStdString(points.error().message));
        });
}

void AlphaLab::pointsChanged() {
    const QSignalBlocker blocker(m_count);
    if (m_points.size() > 0)
        m_count->setValue(static_cast<int>(m_points.size()));
    if (m_points.generation() != std::exchange(m_generation, m_points.generation()) ||
        m_node >= static_cast<qint64>(m_points.size()))
        select(-1);
    for (AlphaSide* side : m_sides)
        side->canvas()->pointsMoved();
    requestBuild();
}

void AlphaLab::requestBuild() {
    if (!m_started)
        return;
    if (m_points.size() == 0) {
        m_build.drop();
        return showBuild(nullptr);
    }
    AlphaWish wish{
        m_points.points(), m_points.generation(), {m_sides[0]->settings(), m_sides[1]->settings()}};
    m_build.request([wish = std::move(wish), before = m_pair](
                        const Control& control) { return buildAlphaPair(wish, before, control); },
                    [this](Result<AlphaPairPtr> pair) {
                        if (pair)
                            showBuild(*pair);
                        else
                            m_frameText->setText(QString::fromStdString(pair.error().message));
                    });
}

void AlphaLab::showBuild(const AlphaPairPtr& pair) {
    const bool atEnd = m_player->step() + 1 >= m_player->count();
    m_pair = pair;
    for (std::size_t s = 0; s < 2; ++s)
        m_sides[s]->canvas()->setBuild(pair, s);
    const int frames = pair ? static_cast<int>(pair->sides[0]->frames()) : 0;
    m_player->setCount(frames, atEnd ? frames - 1 : std::min(m_player->step(), frames - 1));
    if (pair) {
        const BuildRecording& recording = pair->sides[0]->build.recording;
        int second = 0;
        while (recording.frame(static_cast<std::size_t>(second)).pass == 1)
            ++second;
        m_player->setMarks({second - 1, frames - 2});
    }
    showFrame();
    if (m_node >= 0)
        requestPrunings();
}

QString AlphaLab::frameText(int frame) const {
    const BuildRecording& recording = m_pair->sides[0]->build.recording;
    const auto f = static_cast<std::size_t>(frame);
    const BuildFrame& at = recording.frame(f);
    const QString nodes = formatCount(recording.nodes()), batch = formatCount(recording.batch(f).size());
    if (at.pass == 0)
        return tr("Finished: rows trimmed to R, unreached nodes connected. Play shows how it came about.");
    if (f == 0)
        return tr("The start: the medoid alone, where every search begins.");
    if (at.pass == 1)
        return tr("Pass 1, alpha 1 on both sides: %1 of %2 nodes are in, the last %3 at once")
            .arg(formatCount(at.inserted), nodes, batch);
    return tr("Pass 2, alpha %1 and %2: %3 of %4 nodes are in anew, the last %5 at once")
        .arg(formatParameter(m_pair->sides[0]->settings.alpha),
             formatParameter(m_pair->sides[1]->settings.alpha), formatCount(at.inserted), nodes, batch);
}

void AlphaLab::showFrame() {
    const int frame = m_player->step();
    m_player->setPosition(m_pair ? tr("%1 / %2").arg(frame).arg(m_player->count() - 1) : QString());
    m_frameText->setText(m_pair ? frameText(frame) : QString());
    m_scale->setPair(m_pair, static_cast<std::size_t>(frame));
    for (std::size_t s = 0; s < 2; ++s) {
        AlphaSide* side = m_sides[s];
        side->canvas()->setFrame(static_cast<std::size_t>(frame));
        if (!side->canvas()->path())
            side->showPath(nullptr);
        side->showNumbers(m_pair ? m_pair->sides[s] : nullptr, static_cast<std::size_t>(frame));
        const AlphaSettings settings = side->settings();
        side->canvas()->setPictureText(tr("Vamana graph with alpha %1, R %2, Lbuild %3")
                                           .arg(formatParameter(settings.alpha))
                                           .arg(settings.degree)
                                           .arg(settings.width),
                                       tr("%1 points; %2").arg(formatCount(m_points.size()), side->summary()),
                                       s == 0 ? QStringLiteral("alpha-left") : QStringLiteral("alpha-right"));
    }
    requestPaths();
}

void AlphaLab::requestPaths() {
    if (!m_pair) {
        m_path.drop();
        for (AlphaSide* side : m_sides)
            side->showPath(nullptr);
        return;
    }
    m_path.request(
        [pair = m_pair, frame = static_cast<std::size_t>(m_player->step()), query = m_query,
         width = static_cast<std::size_t>(m_searchWidth->value())](const Control&) -> Result<Paths> {
            return Paths{findAlphaPath(*pair->sides[0], frame, query, width),
                         findAlphaPath(*pair->sides[1], frame, query, width)};
        },
        [this, pair = m_pair](const Result<Paths>& paths) {
            if (!paths || !m_pair)
                return;
            const AlphaBuild &then = *pair->sides[0], &now = *m_pair->sides[0];
            if (then.generation != now.generation || then.points.size() != now.points.size() ||
                (*paths)[0]->frame != static_cast<std::size_t>(m_player->step()))
                return; // the next one is on its way
            for (std::size_t s = 0; s < 2; ++s) {
                m_sides[s]->canvas()->setPath((*paths)[s]);
                m_sides[s]->showPath((*paths)[s]);
            }
        });
}

void AlphaLab::select(qint64 node) {
    m_node = node;
    m_remove->setEnabled(node >= 0);
    m_zoom->setEnabled(node >= 0);
    for (AlphaSide* side : m_sides)
        side->canvas()->setSelected(node);
    if (node < 0) {
        m_trace.drop();
        m_prune->setPrunings({});
    } else {
        m_player->stop();
        requestPrunings();
    }
    m_pages->setCurrentIndex(node < 0 ? 0 : 1);
    fitHeights();
}

void AlphaLab::requestPrunings() {
    if (!m_pair || m_node >= static_cast<qint64>(m_pair->sides[0]->points.size()))
        return; // a new point is in no graph yet; its build asks again
    m_trace.request(
        [pair = m_pair,
         node = static_cast<std::uint32_t>(m_node)](const Control& control) -> Result<Prunings> {
            Prunings prunings;
            for (std::size_t s = 0; s < 2; ++s) {
                ANNSCOPE_ASSIGN(prunings[s], traceAlphaPrunings(pair->sides[s], node, control));
            }
            return prunings;
        },
        [this](const Result<Prunings>& prunings) {
            if (prunings && m_node == static_cast<qint64>((*prunings)[0]->node))
                m_prune->setPrunings(*prunings);
        });
}

void AlphaLab::showPruning() {
    for (std::size_t s = 0; s < 2; ++s)
        m_sides[s]->canvas()->setPruning(m_prune->prunings(s), m_prune->which(s), m_prune->step(s));
}

void AlphaLab::setQuery(Point2 at) {
    m_query = at;
    for (AlphaSide* side : m_sides)
        side->canvas()->setQuery(at);
    requestPaths();
}

void AlphaLab::fitAll() {
    const Box box = m_points.size() > 0 ? bounds_of(m_points.points()) : Box{0, 0, 1, 1};
    for (AlphaSide* side : m_sides) {
        side->canvas()->setDataBounds(box.grown(0.01));
        side->canvas()->fit();
    }
    if (const double x = m_query[0], y = m_query[1]; !box.contains(x, y) || !m_started)
        setQuery({static_cast<float>(box.x0 + kQueryX * box.width()),
                  static_cast<float>(box.y0 + kQueryY * box.height())});
}

/// So near that the candidates fill the canvas.
void AlphaLab::zoomToCandidates() {
    Box box{1, 1, 0, 0};
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaPruningsPtr& prunings = m_prune->prunings(s);
        if (!prunings || m_prune->which(s) >= prunings->list.size())
            continue;
        std::vector<Point2> places{prunings->build->points[prunings->node]};
        for (const PruneStep& step : prunings->list[m_prune->which(s)].trace.steps)
            places.push_back(prunings->build->points[step.node.id]);
        const Box one = bounds_of(places);
        box = box.x0 > box.x1 ? one
                              : Box{std::min(box.x0, one.x0), std::min(box.y0, one.y0),
                                    std::max(box.x1, one.x1), std::max(box.y1, one.y1)};
    }
    AlphaCanvas* canvas = m_sides[0]->canvas();
    if (box.x0 <= box.x1)
        canvas->setView(ViewTransform::fitting(box.grown(0.08), canvas->rect(), 8));
}

void AlphaLab::deleteSelected() {
    if (m_node >= 0)
        m_points.remove(static_cast<std::size_t>(m_node));
}

StepPlayer* AlphaLab::activePlayer() const {
    return m_pages->currentIndex() == 0 ? m_player : m_prune->player();
}

void AlphaLab::showEvent(QShowEvent*) {
    if (std::exchange(m_started, true))
        return;
    requestBuild();
}

} // namespace annscope::ui
