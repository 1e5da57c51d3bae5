// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/graph_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/selection.h"
#include "ui/panels/path_comparison.h"
#include "ui/panels/query_choice.h"
#include "ui/panels/query_spin.h"
#include "ui/views/empty_state.h"
#include "ui/views/graph_canvas.h"
#include "ui/views/path_player.h"
#include "ui/views/query_explainer.h"
#include "ui/views/step_text.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <utility>

namespace annscope::ui {

namespace {

constexpr int kStepLevel = -2; ///< of the level switch: the level that the step is on

} // namespace

GraphPanel::GraphPanel(JobRunner* jobs, Selection* selection, QWidget* parent)
    : QueryPanel(QStringLiteral("graph"), QStringLiteral("Vamana32"), jobs, selection, parent),
      m_edgesBox(new QCheckBox(tr("Edges"), this)), m_queriesBox(new QCheckBox(tr("Queries"), this)),
      m_zoomToQuery(
          addButton(QStringLiteral("search"), tr("Zoom to the query"), tr("Zoom to the query (Z)"))),
      m_fit(addButton(QStringLiteral("fit"), tr("Fit to window"),
                      tr("Show the whole graph (0, or double click)"))),
      m_level(new QComboBox(this)), m_canvas(new GraphCanvas(jobs, this)) {
    setAccessibleName(tr("Graph"));
    buildLayout();
    connectAll();
    showEmpty();
}

QHBoxLayout* GraphPanel::buildBar() {
    m_edgesBox->setChecked(true);
    m_edgesBox->setToolTip(tr("Show the directed edges, coloured by their length."));
    m_queriesBox->setToolTip(tr("Show the queries of the data set. Click one to see its path."));
    m_level->setObjectName(QStringLiteral("graphLevel"));
    m_level->setAccessibleName(tr("Level of the graph"));
    m_level->setToolTip(tr("The level whose nodes and edges are shown. A search begins on the highest one,\n"
                           "which has few nodes and long edges, and goes down to the base, which has all."));
    m_level->hide();
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 2, 8, 0);
    bar->setSpacing(12);
    bar->addWidget(m_summary, 1);
    bar->addWidget(m_level);
    bar->addWidget(m_edgesBox);
    bar->addWidget(m_queriesBox);
    bar->addWidget(m_zoomToQuery);
    bar->addWidget(m_fit);
    return bar;
}

void GraphPanel::buildLayout() {
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(m_canvas);
    split->addWidget(m_player);
    split->setStretchFactor(0, 1);
    split->setCollapsible(0, false);
    split->setSizes({460, 260});
    auto* page = new QWidget(this);
    auto* pageLayout = new QVBoxLayout(page);
    pageLayout->setContentsMargins(0, 0, 0, 0);
    pageLayout->setSpacing(0);
    pageLayout->addLayout(buildBar());
    pageLayout->addLayout(queryBar());
    pageLayout->addWidget(split, 1);
    setPage(page);
    m_player->listenOn(m_canvas, Qt::WidgetShortcut);
    setTabOrder(m_comparison, m_canvas);
}

void GraphPanel::connectAll() {
    connect(m_edgesBox, &QCheckBox::toggled, m_canvas, &GraphCanvas::setEdgesVisible);
    connect(m_queriesBox, &QCheckBox::toggled, m_canvas, &GraphCanvas::setQueriesVisible);
    m_choice->listenTo(m_canvas);
    connect(m_choice, &QueryChoice::cleared, this, [this] { m_selection->setNode(-1); });
    connect(m_canvas, &GraphCanvas::nodeClicked, m_selection, &Selection::setNode);
    connect(m_level, &QComboBox::activated, this, &GraphPanel::showLevel);
    connect(m_selection, &Selection::nodeChanged, m_canvas, &GraphCanvas::setSelectedNode);
    connect(m_fit, &QToolButton::clicked, m_canvas, &CanvasBase::fit);
    connect(m_zoomToQuery, &QToolButton::clicked, this, &GraphPanel::zoomToQuery);
    auto* zoom = new QShortcut(Qt::Key_Z, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(zoom, &QShortcut::activated, this, &GraphPanel::zoomToQuery);
}

void GraphPanel::forget() {
    if (m_sceneJob != 0)
        m_jobs->cancel(m_sceneJob);
    m_sceneJob = 0;
    m_canvas->setScene(nullptr);
}

void GraphPanel::begin() {
    const JobRunner::Work<GraphScenePtr> work = [wanted = m_built](const Control& control) {
        return buildGraphScene(wanted, control);
    };
    const JobRunner::Done<GraphScenePtr> done = [this, wanted = m_built](Result<GraphScenePtr> scene) {
        if (wanted != m_built)
            return;
        m_sceneJob = 0;
        if (scene)
            showScene(*scene);
        else
            m_empty->setContent(tr("The graph could not be drawn"),
                                QString::fromStdString(scene.error().message), {});
    };
    m_sceneJob = m_jobs->submit<GraphScenePtr>(Lane::Interactive, tr("Draw the graph"), work, this, done);
}

void GraphPanel::describeEmpty(EmptyState& empty) const {
    if (!m_built)
        empty.setContent(tr("No graph yet"),
                         tr("Build a Vamana index to see its graph: every vector is a node, a search walks "
                            "along the edges from the medoid to the query."),
                         tr("Build Vamana32"));
    else if (!m_built->index || !m_built->index->graph())
        empty.setContent(tr("This index has no graph"),
                         tr("%1 does not walk along edges. Build a Vamana index of the same data to see a "
                            "search step by step.")
                             .arg(m_built->title),
                         tr("Build Vamana32"));
    else
        empty.setContent(tr("Drawing the graph ..."), m_built->title, {});
}

void GraphPanel::showScene(GraphScenePtr scene) {
    m_canvas->setScene(std::move(scene));
    m_queriesBox->setEnabled(!m_canvas->scene()->points.queries.empty());
    m_canvas->setToolTip({});
    fillLevels();
    showPage();
}

/// Only ways along edges are drawn: what another kind is compared by, the player shows.
void GraphPanel::pathsChanged() {
    PathPair drawn = m_paths;
    if (drawn[1].path && !drawn[1].path->walks())
        drawn[1] = {};
    m_canvas->setPaths(drawn);
    showLevel();
}

void GraphPanel::stepsChanged(std::size_t first, std::size_t second) {
    m_canvas->setSteps(first, second);
    if (m_level->currentData().toInt() == kStepLevel)
        showLevel();
}

void GraphPanel::fillLevels() {
    const GraphScene& scene = *m_canvas->scene();
    const QSignalBlocker blocker(m_level);
    m_level->clear();
    m_level->addItem(tr("all levels"), kAllLevels);
    m_level->addItem(tr("step's level"), kStepLevel);
    for (std::size_t l = scene.levels.size(); l-- > 0;)
        m_level->addItem(levelText(static_cast<int>(l)), static_cast<int>(l));
    m_level->setVisible(scene.layered());
}

void GraphPanel::showLevel() {
    int level = m_level->currentData().toInt();
    if (level == kStepLevel)
        level = m_paths[0].path && !m_paths[0].path->steps.empty()
                    ? m_paths[0].path->steps[m_canvas->steps()[0]].level
                    : kAllLevels;
    m_canvas->setLevel(m_canvas->scene()->layered() ? level : kAllLevels);
    updateTexts();
}

bool GraphPanel::ready() const {
    return m_canvas->scene() != nullptr;
}

TitledPicture GraphPanel::picture() const {
    return m_canvas->picture();
}

/// So near that the answer fills a good part of the canvas.
void GraphPanel::zoomToQuery() {
    const PathModelPtr& path = m_paths[0].path;
    if (!path || !m_canvas->scene())
        return;
    const PlanePoints& points = m_canvas->scene()->points;
    const Point2 query = points.place(path->query);
    Box box{query[0], query[1], query[0], query[1]};
    const auto include = [&](Id id) {
        const Point2 p = points.base[static_cast<std::size_t>(id)];
        const double dx = std::abs(p[0] - query[0]), dy = std::abs(p[1] - query[1]);
        box = {std::min(box.x0, query[0] - dx), std::min(box.y0, query[1] - dy),
               std::max(box.x1, query[0] + dx), std::max(box.y1, query[1] + dy)};
    };
    for (const TrueNeighbour& t : path->truth)
        include(t.id);
    m_canvas->setView(ViewTransform::fitting(box.grown(0.6), m_canvas->rect(), 8));
}

/// Of the shown level; of all, those of the base.
QString GraphPanel::graphText() const {
    const GraphScene& scene = *m_canvas->scene();
    const GraphLevel& level = scene.level(m_canvas->level());
    QString text =
        tr("%1 nodes, %2 edges, degree %3 in the mean, %4 at most")
            .arg(formatCount(level.nodes), formatCount(level.edges.size()), formatMean(level.meanDegree()))
            .arg(level.maxDegree);
    if (scene.layered())
        text = m_canvas->level() == kAllLevels ? tr("%1 levels; base: %2").arg(scene.levels.size()).arg(text)
                                               : tr("%1: %2").arg(levelText(m_canvas->level()), text);
    return text;
}

QString GraphPanel::outcome() const {
    const PlanePoints& points = m_canvas->scene()->points;
    if (!m_paths[0].path)
        return points.projected()
                   ? tr("Choose a query to see its path. A place on a picture of %1 dimensions is not one "
                        "vector, so queries come from the data set.")
                         .arg(points.dim)
                   : tr("Click anywhere to place a query and see its path.");
    return outcomeOfPaths();
}

void GraphPanel::updateTexts() {
    const QString graph = graphText();
    const QString below =
        m_paths[0].path
            ? pathSubtitle()
            : tr("%1 on %2: %3").arg(m_built->title, QString::fromStdString(m_built->dataset->name), graph);
    m_summary->setText(graph);
    m_zoomToQuery->setEnabled(m_paths[0].path != nullptr);
    m_outcome->setText(outcome());
    m_canvas->setPictureText(m_paths[0].path ? tr("Path of a query through the graph") : tr("Graph"), below,
                             QStringLiteral("graph"));
    m_player->setPictureText(tr("Distance to the query over the hops"), below);
}

} // namespace annscope::ui
