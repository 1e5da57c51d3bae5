// SPDX-License-Identifier: GPL-3.0-or-later
// The views and what links them: one selection, one search.
#include "app/dock.h"
#include "app/main_window.h"
#include "spec/parser.h"
#include "ui/jobs/live_measure.h"
#include "ui/models/path_step.h"
#include "ui/panels/alpha_lab.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/compare_panel.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/health_panel.h"
#include "ui/panels/hops_panel.h"
#include "ui/panels/lab_panel.h"
#include "ui/panels/loss_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/path_panel.h"
#include "ui/panels/query_spin.h"
#include "ui/panels/runs_panel.h"
#include "ui/panels/search_panel.h"
#include "ui/views/pareto_chart.h"

namespace annscope {

void MainWindow::createViews() {
    m_curve = new ui::CurvePanel(m_session->runs(), m_session->selection(), m_session->filters(), this);
    m_runs = new ui::RunsPanel(m_session->runs(), m_session->selection(), m_session->undo(), this);
    m_compare = new ui::ComparePanel(m_jobs, m_session->runs(), m_session->selection(), m_session->filters(),
                                     m_session->undo(), this);
    m_search = new ui::SearchPanel(m_session->runs(), m_session->selection(), this);
    m_graph = new ui::GraphPanel(m_jobs, m_session->selection(), this);
    m_cells = new ui::CellsPanel(m_jobs, m_session->selection(), this);
    createMap();
    createQueries();
    createLoss();
    m_lab = new ui::LabPanel(m_jobs, this);
    m_health = new ui::HealthPanel(m_jobs, this);
    m_health->setK(static_cast<std::size_t>(m_settings.k));
    m_hops = new ui::HopsPanel(m_jobs, this);
    m_alpha = new ui::AlphaLab(m_jobs, m_session->undo(), this);
    m_build = new ui::BuildPanel(this);
    m_build->setRunner(m_jobs);
    m_build->setHistory(m_settings.history);
    if (!m_settings.configuration.isEmpty())
        m_build->setConfigurationLine(m_settings.configuration);
    m_export = new ui::ExportPanel(this);
    m_live = new ui::LiveMeasure(m_jobs, this);
    m_search->setK(static_cast<std::size_t>(m_settings.k));
    m_path = new ui::PathPanel(m_jobs, m_session->selection(), this);
    m_steps = new ui::StepState(this);
    m_path->follow(m_steps, true);
    m_graph->follow(m_steps);
    m_cells->follow(m_steps);
    m_map->setSteps(m_steps);
    m_cells->setFilters(m_session->filters());
    for (auto* spin : findChildren<ui::QuerySpin*>())
        spin->setFilters(m_session->filters());
}

void MainWindow::connectViews() {
    const auto complain = [this](const QString& sentence) {
        m_messages->showMessage(ui::MessageBar::Kind::Error, sentence);
    };
    connect(m_curve->chart(), &ui::ParetoChart::failed, this, complain);
    connect(m_runs, &ui::RunsPanel::failed, this, complain);
    connect(m_curve, &ui::CurvePanel::emptyTriggered, this, &MainWindow::startFromEmpty);
    connect(m_runs, &ui::RunsPanel::emptyTriggered, this, &MainWindow::startFromEmpty);
    connect(m_search, &ui::SearchPanel::emptyTriggered, this, &MainWindow::startFromEmpty);
    connect(m_runs, &ui::RunsPanel::runActivated, this, [this] { dock("search")->bringUp(); });

    connect(m_build, &ui::BuildPanel::buildRequested, this, &MainWindow::buildLine);
    connect(m_build, &ui::BuildPanel::canBuildChanged, m_commands, &ui::CommandSet::refresh);
    connect(m_graph, &ui::GraphPanel::buildSuggested, this, &MainWindow::suggestBuild);
    connect(m_cells, &ui::CellsPanel::buildSuggested, this, &MainWindow::suggestBuild);
    connect(m_path, &ui::PathPanel::buildSuggested, this, &MainWindow::suggestBuild);
    connect(m_lab, &ui::LabPanel::emptyTriggered, this, &MainWindow::startFromEmpty);
    const auto takeToBuild = [this](const QString& line) {
        m_build->setConfigurationLine(line);
        dock("build")->bringUp();
    };
    connect(m_lab, &ui::LabPanel::buildRequested, this, takeToBuild);
    connect(m_hops, &ui::HopsPanel::buildRequested, this, takeToBuild);
    connect(m_hops, &ui::HopsPanel::emptyTriggered, this, &MainWindow::startFromEmpty);
    connect(m_health, &ui::HealthPanel::buildSuggested, this, &MainWindow::suggestBuild);
    connect(m_health, &ui::HealthPanel::repairRequested, m_workflow, &Workflow::repair);
    connect(m_workflow, &Workflow::repaired, this, &MainWindow::tellRepair);

    connect(m_search, &ui::SearchPanel::measureRequested, this,
            [this](const BuiltIndexPtr& index, const SearchParams& params, std::size_t k) {
                m_live->request(index, params, k);
                showSearch(params, k);
                showExport();
            });
    connect(m_search, &ui::SearchPanel::measureDropped, this, [this] {
        m_live->stop();
        m_curve->chart()->setLive(std::nullopt);
    });
    connect(m_search, &ui::SearchPanel::kChanged, this,
            [this](std::size_t k) { m_header->setK(static_cast<int>(k)); });
    connect(m_search, &ui::SearchPanel::kept, this,
            [this](const ui::Run& run) { m_session->selection()->setRun(m_session->runs()->append(run)); });
    connect(m_live, &ui::LiveMeasure::estimated, m_search, &ui::SearchPanel::setEstimate);
    connect(m_live, &ui::LiveMeasure::estimated, this,
            [this](const ui::LiveEstimate& estimate) { m_curve->chart()->setLive(estimate); });
    connect(m_live, &ui::LiveMeasure::failed, m_search, &ui::SearchPanel::setProblem);

    connect(m_session->selection(), &ui::Selection::runChanged, this, [this](qint64 id) {
        if (const ui::Run* run = m_session->runs()->run(id))
            showSearch(run->point.params, run->point.k);
        showExport();
    });
}

void MainWindow::buildLine(const QString& line) {
    const auto configuration = parse_configuration(line.toStdString());
    if (!configuration)
        return m_messages->showError(tr("%1 was not built").arg(line), configuration.error());
    if (m_session->current())
        m_workflow->build(*configuration, m_session->current());
}

/// From an empty view's button: the line is written into Build and built.
void MainWindow::suggestBuild(const QString& factory) {
    m_example = false;
    m_build->setConfigurationLine(factory);
    m_build->build();
}

/// What Export writes: the selected index, searched as the search panel shows.
void MainWindow::showExport() {
    const BuiltIndexPtr index = selectedIndex();
    if (!index)
        return m_export->setConfiguration({}, 0, Metric::L2, 0);
    Configuration configuration = index->configuration;
    const bool shown = m_search->index() == index;
    if (shown)
        configuration.search = m_search->params();
    m_export->setConfiguration(QString::fromStdString(print(configuration)), index->dataset->dim(),
                               index->dataset->metric,
                               shown ? m_search->k() : static_cast<std::size_t>(m_header->k()));
}

/// The one button of a view that has nothing to show.
void MainWindow::startFromEmpty() {
    if (!m_session->current())
        chooseFile();
    else if (selectedIndex())
        sweepSelected();
}

/// What the empty views say, by what is there already.
void MainWindow::updateEmptyTexts() {
    const bool vectors = m_session->current() != nullptr, index = selectedIndex() != nullptr;
    const QString button = !vectors ? tr("Open vectors…") : index ? tr("Sweep") : QString();
    const QString next = !vectors ? tr("Open vectors first, or drop them on the window.")
                         : !index ? tr("Build an index first: type a configuration on the left.")
                                  : tr("A sweep measures it over its search parameters.");
    m_curve->setEmptyTexts(
        tr("Recall against speed"),
        tr("Each measured configuration is a point here: right is more accurate, up is faster.") +
            QLatin1Char(' ') + next,
        button);
    m_runs->setEmptyTexts(tr("Measured runs"),
                          tr("Every measured configuration is a row here.") + QLatin1Char(' ') + next,
                          button);
}

/// The index that a view shows: the selected one where it has what the view needs; else what it shows
/// already; else the newest.
BuiltIndexPtr MainWindow::indexWith(bool (*has)(const Index&), const BuiltIndexPtr& shown) const {
    if (const BuiltIndexPtr selected = m_session->index(m_session->selection()->index());
        selected && has(*selected->index))
        return selected;
    const DatasetPtr current = m_session->current();
    const bool open = shown && m_session->index(shown->id) == shown;
    if (open && (m_example || shown->dataset == current))
        return shown;
    const auto& all = m_session->indexes();
    for (auto index = all.rbegin(); index != all.rend(); ++index)
        if (has(*(*index)->index) && (m_example || (*index)->dataset == current))
            return *index;
    return nullptr;
}

void MainWindow::showIndexes() {
    m_graphIndex = indexWith([](const Index& index) { return index.graph() != nullptr; }, m_graphIndex);
    m_graph->setIndex(m_graphIndex);
    for (ui::QueryPanel* panel : std::initializer_list<ui::QueryPanel*>{m_path, m_graph, m_cells})
        panel->setIndexes(m_session->indexes());
    m_cellsIndex = indexWith([](const Index& index) { return index.cells() != nullptr; }, m_cellsIndex);
    m_cells->setIndex(m_cellsIndex);
    m_path->setIndex(selectedIndex());
    sharePlayers();
    m_health->setMostQueries(static_cast<std::size_t>(m_workflow->measureQueries()));
    m_health->setIndex(m_graphIndex);
    showHops();
    showMap();
    showQueries();
    showLoss();
    m_search->setIndex(selectedIndex());
    showSearch(m_search->params(), m_search->k());
    showExport();
    updateEmptyTexts();
    m_commands->refresh();
}

/// The views of one query search as the selected run does.
void MainWindow::showSearch(const SearchParams& params, std::size_t k) {
    // A view of another index keeps that index's own parameters.
    const BuiltIndexPtr index = selectedIndex();
    m_path->setSearchParams(params, k);
    if (index == m_graphIndex) {
        m_graph->setSearchParams(params, k);
        m_health->setSearchParams(params, k);
    }
    if (index == m_cellsIndex)
        m_cells->setSearchParams(params, k);
    m_map->setSearchParams(params, k);
    m_loss->setSearchParams(params, k);
}

/// One player of a path in view is enough: where the path's own dock shows it, the pictures have the room.
void MainWindow::sharePlayers() {
    for (ui::QueryPanel* panel : std::initializer_list<ui::QueryPanel*>{m_graph, m_cells})
        panel->setPlayerShown(!m_pathInFront || panel->index() != m_path->index());
}

void MainWindow::showHops() {
    m_hops->setIndexes(m_session->indexes());
    m_hops->setData(m_session->current(), static_cast<std::size_t>(m_header->k()),
                    static_cast<std::size_t>(m_workflow->measureQueries()));
}

void MainWindow::tellRepair(const BuiltIndexPtr& original, const BuiltIndexPtr& repaired) {
    m_health->setRepairOf(repaired->id, original->id);
    m_messages->showWithAction(
        ui::MessageBar::Kind::Info,
        tr("%1 was repaired. The index as it was is still there.").arg(original->title), tr("Undo"),
        [this, original, repaired] {
            m_session->removeIndex(repaired->id);
            m_session->selection()->setIndex(original->id);
        });
}

} // namespace annscope
