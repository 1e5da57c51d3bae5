// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/cells_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/selection.h"
#include "ui/panels/cell_load_box.h"
#include "ui/panels/path_comparison.h"
#include "ui/panels/query_choice.h"
#include "ui/panels/query_spin.h"
#include "ui/views/cell_chart.h"
#include "ui/views/cell_load_view.h"
#include "ui/views/empty_state.h"
#include "ui/views/path_player.h"
#include "ui/views/polar_view.h"
#include "ui/views/query_explainer.h"
#include "ui/views/voronoi_view.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>

#include <utility>

namespace annscope::ui {

namespace {

enum View { Query, Load };

} // namespace

CellsPanel::CellsPanel(JobRunner* jobs, Selection* selection, QWidget* parent)
    : QueryPanel(QStringLiteral("cells"), QStringLiteral("IVF64,Flat"), jobs, selection, parent),
      m_pictures(new QStackedWidget(this)), m_views(new QTabBar(this)), m_color(new QComboBox(this)),
      m_pointsBox(new QCheckBox(tr("Vectors"), this)), m_queriesBox(new QCheckBox(tr("Queries"), this)),
      m_fit(addButton(QStringLiteral("fit"), tr("Fit to window"), tr("Show all cells (0, or double click)"))),
      m_map(new VoronoiView(jobs, this)), m_polar(new PolarView(this)),
      m_load(new CellLoadBox(jobs, selection, this)), m_chart(new CellChart(this)) {
    setAccessibleName(tr("Cells"));
    buildLayout();
    connectAll();
    showEmpty();
}

QHBoxLayout* CellsPanel::buildBar() {
    m_views->setObjectName(QStringLiteral("cellsViews"));
    m_views->setAccessibleName(tr("One query or all"));
    m_views->setExpanding(false);
    m_views->setDrawBase(false);
    m_views->addTab(tr("Query"));
    m_views->addTab(tr("Load"));
    m_views->setTabToolTip(Query, tr("Which cells one query scans, and what it finds there"));
    m_views->setTabToolTip(Load, tr("How often all queries visit each cell, and what that costs"));
    m_color->setObjectName(QStringLiteral("cellColor"));
    m_color->setAccessibleName(tr("Colour of the cells"));
    m_color->setToolTip(tr("What the colour of a cell tells: its vectors, how many queries visit it, or its\n"
                           "share of all codes that the queries scan."));
    for (const QString& text : {tr("by vectors"), tr("by visits"), tr("by cost")})
        m_color->addItem(text);
    m_pointsBox->setChecked(true);
    m_pointsBox->setToolTip(tr("Show the vectors as dots."));
    m_queriesBox->setToolTip(tr("Show the queries of the data set. Click one to see which cells it scans."));
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 2, 8, 0);
    bar->setSpacing(12);
    bar->addWidget(m_views);
    bar->addWidget(m_summary, 1);
    bar->addWidget(m_color);
    bar->addWidget(m_pointsBox);
    bar->addWidget(m_queriesBox);
    bar->addWidget(m_fit);
    return bar;
}

void CellsPanel::buildLayout() {
    for (QWidget* picture : std::initializer_list<QWidget*>{m_map, m_polar, m_load})
        m_pictures->addWidget(picture);
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(m_pictures);
    split->addWidget(m_chart);
    split->addWidget(m_player);
    split->setStretchFactor(0, 1);
    split->setCollapsible(0, false);
    split->setSizes({420, 150, 170});
    m_queryRow = new QWidget(this);
    m_queryRow->setLayout(queryBar());
    auto* page = new QWidget(this);
    auto* pageLayout = new QVBoxLayout(page);
    pageLayout->setContentsMargins(0, 0, 0, 0);
    pageLayout->setSpacing(0);
    pageLayout->addLayout(buildBar());
    pageLayout->addWidget(m_queryRow);
    pageLayout->addWidget(split, 1);
    setPage(page);
    setTabOrder(m_comparison, m_map);
    m_player->listenOn(m_map, Qt::WidgetShortcut);
    m_player->listenOn(m_polar, Qt::WidgetShortcut);
}

void CellsPanel::connectAll() {
    connect(m_pointsBox, &QCheckBox::toggled, m_map, &VoronoiView::setPointsVisible);
    connect(m_queriesBox, &QCheckBox::toggled, m_map, &VoronoiView::setQueriesVisible);
    connect(m_fit, &QToolButton::clicked, m_map, &CanvasBase::fit);
    m_choice->listenTo(m_map);
    connect(m_choice, &QueryChoice::cleared, m_load, [this] { m_load->chooseCell(-1); });
    const auto link = [this](auto* view) {
        using Viewed = std::remove_pointer_t<decltype(view)>;
        connect(view, &Viewed::cellClicked, m_load, &CellLoadBox::chooseCell);
        connect(view, &Viewed::cellHovered, m_selection, &Selection::setHoveredCell);
        connect(m_selection, &Selection::hoveredCellChanged, view, &Viewed::setHoveredCell);
        connect(m_selection, &Selection::cellChanged, view, &Viewed::setSelectedCell);
    };
    link(m_map);
    link(m_polar);
    link(m_chart);
    connect(m_views, &QTabBar::currentChanged, this, &CellsPanel::showView);
    connect(m_color, &QComboBox::currentIndexChanged, this, &CellsPanel::showColors);
    connect(m_load, &CellLoadBox::loadChanged, this, &CellsPanel::showColors);
}

void CellsPanel::forget() {
    if (m_sceneJob != 0)
        m_jobs->cancel(m_sceneJob);
    m_sceneJob = 0;
    m_scene.reset();
    m_map->setScene(nullptr);
    m_chart->setScene(nullptr);
    m_load->setIndex(nullptr);
}

void CellsPanel::begin() {
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
    QueryPanel::setSearchParams(params, k);
    m_load->setSearchParams(params, k);
}

void CellsPanel::setFilters(FilterStack* filters) {
    QueryPanel::setFilters(filters);
    m_load->setFilters(filters);
}

void CellsPanel::describeEmpty(EmptyState& empty) const {
    if (!m_built)
        empty.setContent(tr("No cells yet"),
                         tr("Build an IVF index to see its cells: the vectors are divided among centroids, "
                            "and a query scans only the nprobe nearest ones."),
                         tr("Build IVF64,Flat"));
    else if (!m_built->index || !m_built->index->cells())
        empty.setContent(tr("This index has no cells"),
                         tr("%1 is not divided into cells. Build an IVF index of the same data to see how "
                            "full its cells are and which ones a query scans.")
                             .arg(m_built->title),
                         tr("Build IVF64,Flat"));
    else
        empty.setContent(tr("Drawing the cells ..."), m_built->title, {});
}

void CellsPanel::showScene(CellScenePtr scene) {
    m_scene = std::move(scene);
    const bool plane = m_scene->plane.has_value();
    m_map->setScene(plane ? m_scene : nullptr);
    m_chart->setScene(m_scene);
    m_chart->setSelectedCell(m_selection->cell());
    m_queriesBox->setEnabled(plane && !m_scene->plane->points.queries.empty());
    m_load->setIndex(m_built);
    showView();
    showColors();
    showPage();
}

void CellsPanel::showView() {
    if (!m_scene)
        return;
    const bool load = m_views->currentIndex() == Load, map = !load && m_scene->plane.has_value();
    m_pictures->setCurrentWidget(load  ? static_cast<QWidget*>(m_load)
                                 : map ? static_cast<QWidget*>(m_map)
                                       : m_polar);
    m_queryRow->setVisible(!load);
    setPlayerShown(m_playerShown);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_pointsBox, m_queriesBox, m_fit})
        widget->setVisible(map);
}

/// In the load of all queries there is no path to play.
void CellsPanel::setPlayerShown(bool shown) {
    m_playerShown = shown;
    QueryPanel::setPlayerShown(shown && m_views->currentIndex() != Load);
}

void CellsPanel::showColors() {
    if (!m_scene)
        return;
    const auto measure = static_cast<CellMeasure>(m_color->currentIndex());
    m_load->setWanted(measure != CellMeasure::Vectors);
    const CellColoring coloring(measure, m_scene->sizes, m_load->load());
    m_chart->setColoring(coloring, m_load->load());
    m_load->view()->setColoring(coloring);
    if (m_scene->plane)
        m_map->setColoring(coloring, m_load->load());
}

void CellsPanel::stepsChanged(std::size_t first, std::size_t) {
    m_map->setStep(first);
    m_polar->setStep(first);
    m_chart->setStep(first);
}

void CellsPanel::pathsChanged() {
    const PathModelPtr& path = m_paths[0].path;
    m_map->setPath(path);
    m_polar->setPath(path);
    m_chart->setPath(path);
    std::vector<std::uint32_t> cells;
    if (path)
        for (const PathStep& step : path->steps)
            if (step.kind == PathStep::Kind::Probe)
                cells.push_back(static_cast<std::uint32_t>(step.id));
    m_load->view()->setProbed(std::move(cells));
    updateTexts();
}

TitledPicture CellsPanel::picture() const {
    if (m_scene && m_views->currentIndex() == Load)
        return m_load->view()->picture();
    if (m_scene && m_scene->plane)
        return m_map->picture();
    return m_paths[0].path ? m_polar->picture() : m_chart->picture();
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
    const PathModel& path = *m_paths[0].path;
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
    const PathModelPtr& path = m_paths[0].path;
    m_outcome->setText(isPair(m_paths) ? outcomeOfPaths()
                       : path          ? probedText()
                       : m_scene->plane
                           ? tr("Click anywhere to place a query and see which cells it scans.")
                           : tr("Choose a query to see which cells it scans. A place on a picture of %1 "
                                "dimensions is not one vector, so queries come from the data set.")
                                 .arg(m_built->dataset->dim()));
    const QString name = QString::fromStdString(m_built->dataset->name);
    const QString subtitle =
        path ? pathSubtitle() : tr("%1 on %2: %3").arg(m_built->title, name, sizesText());
    m_map->setPictureText(path ? tr("Cells a query scans") : tr("Cells by number of vectors"), subtitle,
                          QStringLiteral("cells"));
    m_polar->setPictureText(tr("Distances to the query by cell"), subtitle, QStringLiteral("cells-polar"));
    m_chart->setPictureText(tr("Sizes of the cells"), subtitle);
    m_player->setPictureText(tr("Distance to the query over the cells"), subtitle);
}

} // namespace annscope::ui
