// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/cells_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/run.h"
#include "ui/models/selection.h"
#include "ui/panels/query_choice.h"
#include "ui/panels/query_spin.h"
#include "ui/views/cell_chart.h"
#include "ui/views/empty_state.h"
#include "ui/views/path_player.h"
#include "ui/views/polar_view.h"
#include "ui/views/query_explainer.h"
#include "ui/views/step_text.h"
#include "ui/views/voronoi_view.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

#include <utility>

namespace annscope::ui {

CellsPanel::CellsPanel(JobRunner* jobs, Selection* selection, QWidget* parent)
    : QWidget(parent), m_jobs(jobs), m_selection(selection), m_stack(new QStackedWidget(this)),
      m_pictures(new QStackedWidget(this)), m_empty(new EmptyState(this)), m_summary(new ElidedLabel(this)),
      m_outcome(new ElidedLabel(this)), m_pointsBox(new QCheckBox(tr("Vectors"), this)),
      m_queriesBox(new QCheckBox(tr("Queries"), this)), m_fit(new QToolButton(this)),
      m_map(new VoronoiView(jobs, this)), m_polar(new PolarView(this)), m_chart(new CellChart(this)),
      m_player(new PathPlayer(this)), m_choice(new QueryChoice(jobs, selection, this)),
      m_query(new QuerySpin(m_choice, this)) {
    setObjectName(QStringLiteral("cellsPanel"));
    setAccessibleName(tr("Cells"));
    buildLayout();
    connectAll();
    showEmpty();
}

void CellsPanel::buildLayout() {
    m_summary->setObjectName(QStringLiteral("cellsSummary"));
    m_outcome->setObjectName(QStringLiteral("cellsOutcome"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_pointsBox->setChecked(true);
    m_pointsBox->setToolTip(tr("Show the vectors as dots."));
    m_queriesBox->setToolTip(tr("Show the queries of the data set. Click one to see which cells it scans."));
    m_fit->setIcon(icon(QStringLiteral("fit")));
    m_fit->setAutoRaise(true);
    m_fit->setAccessibleName(tr("Fit to window"));
    m_fit->setToolTip(tr("Show all cells (0, or double click)"));

    auto* query = new QHBoxLayout;
    query->setContentsMargins(8, 0, 8, 4);
    query->setSpacing(8);
    query->addWidget(m_query);
    query->addWidget(m_outcome, 1);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 2, 8, 0);
    bar->setSpacing(12);
    bar->addWidget(m_summary, 1);
    bar->addWidget(m_pointsBox);
    bar->addWidget(m_queriesBox);
    bar->addWidget(m_fit);
    m_pictures->addWidget(m_map);
    m_pictures->addWidget(m_polar);
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(m_pictures);
    split->addWidget(m_chart);
    split->addWidget(m_player);
    split->setStretchFactor(0, 1);
    split->setCollapsible(0, false);
    split->setSizes({420, 150, 170});
    auto* page = new QWidget(this);
    auto* pageLayout = new QVBoxLayout(page);
    pageLayout->setContentsMargins(0, 0, 0, 0);
    pageLayout->setSpacing(0);
    pageLayout->addLayout(bar);
    pageLayout->addLayout(query);
    pageLayout->addWidget(split, 1);

    m_stack->addWidget(m_empty);
    m_stack->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    m_player->listenOn(m_map, Qt::WidgetShortcut);
}

void CellsPanel::connectAll() {
    connect(m_empty, &EmptyState::clicked, this,
            [this] { emit buildSuggested(QStringLiteral("IVF64,Flat")); });
    connect(m_pointsBox, &QCheckBox::toggled, m_map, &VoronoiView::setPointsVisible);
    connect(m_queriesBox, &QCheckBox::toggled, m_map, &VoronoiView::setQueriesVisible);
    connect(m_fit, &QToolButton::clicked, m_map, &CanvasBase::fit);
    m_choice->listenTo(m_map);
    connect(m_choice, &QueryChoice::cleared, this, [this] { m_selection->setCell(-1); });
    connect(m_map, &VoronoiView::cellClicked, m_selection, &Selection::setCell);
    connect(m_polar, &PolarView::cellClicked, m_selection, &Selection::setCell);
    connect(m_chart, &CellChart::cellClicked, m_selection, &Selection::setCell);
    connect(m_chart, &CellChart::cellHovered, m_map, &VoronoiView::setHoveredCell);
    connect(m_selection, &Selection::cellChanged, m_chart, &CellChart::setSelectedCell);
    connect(m_selection, &Selection::cellChanged, m_map, &VoronoiView::setSelectedCell);
    connect(m_player, &PathPlayer::stepChanged, this, &CellsPanel::showStep);
    connect(m_player, &PathPlayer::nodePicked, m_selection, &Selection::setNode);
    connect(explainer(), &QueryExplainer::pathChanged, this, &CellsPanel::onPathChanged);
    connect(explainer(), &QueryExplainer::failed, m_outcome, &QLabel::setText);
}

QueryExplainer* CellsPanel::explainer() const noexcept {
    return m_choice->explainer();
}

void CellsPanel::setIndex(BuiltIndexPtr built) {
    if (built == m_built)
        return;
    if (m_sceneJob != 0)
        m_jobs->cancel(m_sceneJob);
    m_sceneJob = 0;
    m_built = std::move(built);
    m_scene.reset();
    m_map->setScene(nullptr);
    m_chart->setScene(nullptr);
    const bool drawable = m_built && m_built->index && m_built->index->cells() && m_built->dataset;
    m_choice->setIndex(drawable ? m_built : nullptr);
    showEmpty();
    if (!drawable)
        return;
    const JobRunner::Work<CellScenePtr> work = [wanted = m_built](const Control& control) {
        return buildCellScene(wanted, control);
    };
    const JobRunner::Done<CellScenePtr> done = [this, wanted = m_built](Result<CellScenePtr> scene) {
        if (wanted != m_built)
            return;
        m_sceneJob = 0;
        if (scene)
            showScene(*scene);
        else
            m_empty->setContent(tr("The cells could not be drawn"),
                                QString::fromStdString(scene.error().message), {});
    };
    m_sceneJob = m_jobs->submit<CellScenePtr>(Lane::Interactive, tr("Draw the cells"), work, this, done);
}

void CellsPanel::setSearchParams(const SearchParams& params, std::size_t k) {
    explainer()->setSearchParams(params, k);
}

void CellsPanel::showEmpty() {
    m_stack->setCurrentIndex(0);
    if (!m_built)
        m_empty->setContent(
            tr("No cells yet"),
            tr("Build an IVF index to see its cells: the vectors are divided among centroids, "
               "and a query scans only the nprobe nearest ones."),
            tr("Build IVF64,Flat"));
    else if (!m_built->index || !m_built->index->cells())
        m_empty->setContent(tr("This index has no cells"),
                            tr("%1 is not divided into cells. Build an IVF index of the same data to see how "
                               "full its cells are and which ones a query scans.")
                                .arg(m_built->title),
                            tr("Build IVF64,Flat"));
    else
        m_empty->setContent(tr("Drawing the cells ..."), m_built->title, {});
}

void CellsPanel::showScene(CellScenePtr scene) {
    m_scene = std::move(scene);
    const bool plane = m_scene->plane.has_value();
    m_map->setScene(plane ? m_scene : nullptr);
    m_chart->setScene(m_scene);
    m_chart->setSelectedCell(m_selection->cell());
    m_pictures->setCurrentWidget(plane ? static_cast<QWidget*>(m_map) : m_polar);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_pointsBox, m_queriesBox, m_fit})
        widget->setVisible(plane);
    m_queriesBox->setEnabled(plane && !m_scene->plane->points.queries.empty());
    m_query->setQueries(m_built->dataset->queries.size());
    m_stack->setCurrentIndex(1);
    m_choice->takeUpSelection();
    onPathChanged();
}

void CellsPanel::showStep(int step) {
    const auto s = static_cast<std::size_t>(step);
    m_map->setStep(s);
    m_polar->setStep(s);
    m_chart->setStep(s);
}

void CellsPanel::onPathChanged() {
    if (!m_scene)
        return;
    const PathModelPtr& path = explainer()->path();
    m_map->setPath(path);
    m_polar->setPath(path);
    m_chart->setPath(path);
    m_player->setPath(path);
    updateTexts();
}

TitledPicture CellsPanel::picture() const {
    if (m_scene && m_scene->plane)
        return m_map->picture();
    return explainer()->path() ? m_polar->picture() : m_chart->picture();
}

QString CellsPanel::sizesText() const {
    const CellSizes& sizes = m_scene->sizes;
    const std::size_t cells = sizes.size.size();
    return tr("%1 vectors in %2, %3 in the mean, %4 in the largest, %5 empty, imbalance factor %6")
        .arg(formatCount(sizes.total), cells == 1 ? tr("1 cell") : tr("%1 cells").arg(formatCount(cells)),
             formatMean(sizes.mean), formatCount(sizes.largest()),
             sizes.empty == 0 ? tr("none") : formatCount(sizes.empty),
             QString::number(sizes.imbalance, 'f', 2));
}

QString CellsPanel::probedText() const {
    const PathModel& path = *explainer()->path();
    std::uint64_t scanned = 0;
    std::size_t probed = 0;
    for (const PathStep& step : path.steps)
        if (step.kind == PathStep::Kind::Probe) {
            scanned += m_scene->sizes.size[static_cast<std::size_t>(step.id)];
            ++probed;
        }
    const double share = m_scene->sizes.total > 0
                             ? static_cast<double>(scanned) / static_cast<double>(m_scene->sizes.total)
                             : 0;
    const std::size_t missed = path.missed(), k = path.truth.size();
    return tr("The query scanned %1 with %2 vectors, %3 of all; %4")
        .arg(probed == 1 ? tr("1 cell") : tr("%1 cells").arg(formatCount(probed)), formatCount(scanned),
             formatPercent(share, share < 0.1 ? 1 : 0),
             missed == 0 ? tr("it found all %1 true neighbours.").arg(k)
                         : tr("it found %1 of %2 true neighbours.").arg(k - missed).arg(k));
}

void CellsPanel::updateTexts() {
    m_summary->setText(sizesText());
    m_summary->setToolTip(
        tr("%1.\nThe imbalance factor is nlist × Σ size² / n²: 1 where all cells are equally "
           "full;\na search scans that many times more vectors than with equal cells.")
            .arg(sizesText()));
    const PathModelPtr& path = explainer()->path();
    m_outcome->setText(path ? probedText()
                       : m_scene->plane
                           ? tr("Click anywhere to place a query and see which cells it scans.")
                           : tr("Choose a query to see which cells it scans. A place on a picture of %1 "
                                "dimensions is not one vector, so queries come from the data set.")
                                 .arg(m_built->dataset->dim()));
    const QString name = QString::fromStdString(m_built->dataset->name);
    QString subtitle = tr("%1 on %2: %3").arg(m_built->title, name, sizesText());
    if (path)
        subtitle = tr("%1 on %2, k = %3").arg(configurationText(*m_built, path->params), name).arg(path->k);
    m_map->setPictureText(path ? tr("Cells a query scans") : tr("Cells by number of vectors"), subtitle,
                          QStringLiteral("cells"));
    m_polar->setPictureText(tr("Distances to the query by cell"), subtitle, QStringLiteral("cells-polar"));
    m_chart->setPictureText(tr("Sizes of the cells"), subtitle);
    m_player->setPictureText(tr("Distance to the query over the cells"), subtitle);
}

} // namespace annscope::ui
